#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "delta/action.h"
#include "delta/statistics.h"
#include "delta_log/snapshot.h"
#include "expression/expression.h"
#include "storage/environment.h"
#include "table/partition_split.h"

namespace sluice::table {

/// A file of a table that may be written anew.
struct RewriteFile {
  delta_log::FileRef file = {};
  std::int64_t size_bytes = 0;
  std::int64_t modification_time_ms = 0;
  std::optional<std::int64_t> records = {};  ///< physical rows; nullopt when the log does not tell
  std::int64_t deleted = 0;                  ///< of these, by the deletion vector
  std::optional<delta::StringMap> tags = {};
  std::optional<std::string> clustering_provider = {};
  std::vector<delta::ColumnStatistics> bounds = {};  ///< one for each column that was asked for

  double deleted_share() const;
  std::int64_t live_bytes() const;                    ///< as if all rows were equally large
  std::string_view tag(std::string_view name) const;  ///< "" when absent
};

/// The files of one partition, neighbours by the first column that was asked for side by side.
struct RewritePartition {
  PartitionKey key = {};
  std::vector<RewriteFile> files = {};
};

/// Files whose rows are written anew together.
struct RewriteUnit {
  std::vector<RewriteFile> files = {};
  delta::StringMap tags = {};  ///< of the new files

  std::int64_t size_bytes() const;
  std::int64_t live_bytes() const;
};

/// The files of the partitions that `where` selects, with the statistics of `columns`. Partitions are told apart by
/// typed values. InvalidInput when `where` looks at more than partition columns; Corruption for partition values that
/// are none of their columns.
core::Result<std::vector<RewritePartition>> FindRewriteFiles(const delta_log::Snapshot& snapshot,
                                                             const std::string& where,
                                                             const std::vector<delta::StatisticsColumn>& columns);

/// Live rows of all files; of a file whose statistics do not tell, by its footer.
core::Result<std::uint64_t> CountLiveRows(const storage::Environment& environment, const delta_log::Snapshot& snapshot,
                                          const std::vector<RewriteFile>& files);

}  // namespace sluice::table
