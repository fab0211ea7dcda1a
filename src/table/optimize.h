#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/result.h"
#include "delta_log/snapshot.h"
#include "delta_log/transaction.h"
#include "storage/environment.h"
#include "table/space_curve.h"
#include "table/table_change.h"

namespace sluice::table {

struct OptimizeRequest {
  /// Columns to cluster by, by name; empty: those of the table, else files are only packed.
  std::vector<std::string> cluster_by = {};
  std::optional<Curve> curve = {};  ///< unset: the table's sluice.cluster.curve
  std::uint64_t target_bytes = 0;   ///< 0: the table's delta.targetFileSize, else 128 MiB
  std::string where = {};           ///< SQL over partition columns: the partitions to work on
  bool full = false;                ///< files that are clustered already, too
  bool dry_run = false;
  delta_log::TransactionOptions transaction = {};
};

/// How many files a reader may skip, of one column, as shares of all: for a search for one value, and for a hundredth
/// of the values.
struct ColumnSkipping {
  std::string column = {};
  double point_before = 0;
  double point_after = 0;
  double range_before = 0;
  double range_after = 0;
};

struct OptimizeReport {
  TableChange change = {};  ///< of the last commit; counts are of all
  std::uint64_t commits = 0;
  std::uint64_t files_considered = 0;
  std::uint64_t files_to_rewrite = 0;
  std::int64_t bytes_to_rewrite = 0;
  std::uint64_t partitions = 0;               ///< that were worked on
  std::vector<ColumnSkipping> skipping = {};  ///< when clustering
};

/// Rewrite files so that there are fewer of them and, when clustered, readers can skip more of them. The rows stay the
/// same: counted, and checked before each commit. Several commits, so that a lost race costs little; files that another
/// writer changed meanwhile are left to the next run. Memory: a quarter of the environment's allowance; rows that do
/// not fit are spilled beside the system's temporary files.
core::Result<OptimizeReport> Optimize(const storage::Environment& environment,
                                      std::shared_ptr<const delta_log::Snapshot> snapshot,
                                      const OptimizeRequest& request);

}  // namespace sluice::table
