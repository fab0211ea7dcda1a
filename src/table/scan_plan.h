#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/result.h"
#include "delta_log/snapshot.h"
#include "expression/expression.h"

namespace sluice::table {

/// A file that a scan reads.
struct PlannedFile {
  delta_log::FileRef file = {};
  bool all_match = false;  ///< every row satisfies the condition, by its partition values

  bool operator==(const PlannedFile& other) const = default;
};

/// A file that a scan need not read.
struct SkippedFile {
  delta_log::FileRef file = {};
  std::string reason = {};  ///< "age: max 17 < 18"

  bool operator==(const SkippedFile& other) const = default;
};

/// The files of a snapshot that a scan reads, oldest first, files of one millisecond by path: the order does not depend
/// on the form of the log.
struct ScanPlan {
  std::vector<PlannedFile> files = {};
  std::vector<SkippedFile> skipped = {};  ///< in the order of the snapshot
};

struct PlanOptions {
  bool with_skipping = true;
  bool with_reasons = false;  ///< say for each skipped file why
};

/// Choose the files that may hold rows which satisfy `condition`, bound to the columns of the table; all without one.
/// Statistics are read for files whose partition does not decide already. Corruption: partition values that are not of
/// their column's type.
core::Result<ScanPlan> PlanScan(const delta_log::Snapshot& snapshot,
                                const std::optional<expression::Expression>& condition, PlanOptions options);

}  // namespace sluice::table
