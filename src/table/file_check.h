#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/result.h"
#include "delta/row_set.h"
#include "delta/statistics.h"
#include "delta_log/snapshot.h"
#include "storage/environment.h"
#include "table/statistics_check.h"
#include "table/table_shape.h"
#include "table/verify.h"

namespace sluice::table {

struct RowLayout;

/// What was found of one live file.
struct FileVerdict {
  std::vector<Finding> findings = {};
  std::uint64_t live_rows = 0;
  bool missing = false;
  /// Statistics that are so, when those in the log are not. Bounds of a file with a deletion vector are wide.
  std::optional<std::string> new_statistics = {};
};

/// Compares live files of one snapshot with what the log says of them.
///
/// Threads: any may check files at the same time. Borrows the environment.
class FileCheck {
 public:
  /// Unsupported for columns of types that cannot be read.
  static core::Result<FileCheck> Make(const storage::Environment& environment,
                                      std::shared_ptr<const delta_log::Snapshot> snapshot);

  /// Read the whole file. `statistics`: its JSON text, "" when it has none. What is wrong with the file is a finding;
  /// an error is something else: Cancelled.
  core::Result<FileVerdict> Check(delta_log::FileRef file, std::string_view statistics) const;

 private:
  struct Reading;
  struct Report;

  FileCheck(const storage::Environment& environment, std::shared_ptr<const delta_log::Snapshot> snapshot,
            TableShape shape);
  bool CheckPlace(const delta::AddFile& add, const std::optional<delta::FileStatistics>& said,
                  const Report& report) const;
  core::Result<Reading> Read(const delta::AddFile& add, std::shared_ptr<const delta::RowSet> deleted) const;
  core::Result<std::string> NewStatistics(const delta::AddFile& add, const Reading& live, bool marked) const;

  const storage::Environment* environment_;
  std::shared_ptr<const delta_log::Snapshot> snapshot_;
  TableShape shape_;
  std::shared_ptr<const RowLayout> layout_;
  std::vector<delta::StatisticsColumn> columns_;
};

}  // namespace sluice::table
