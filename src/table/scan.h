#pragma once

#include <arrow/type_fwd.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/result.h"
#include "delta_log/snapshot.h"
#include "expression/expression.h"
#include "storage/environment.h"
#include "table/file_scan.h"
#include "table/file_sequence.h"
#include "table/row_layout.h"
#include "table/scan_plan.h"

namespace sluice::table {

struct ScanRequest {
  /// Top-level columns by logical name, in any case; nullopt is all. They come in the order of the table.
  std::optional<std::vector<std::string>> columns = {};
  /// As Parse returned it; rows for which it is not true are left out.
  std::optional<expression::Expression> condition = {};
  ExtraColumns extra = {};
  PlanOptions planning = {};
  /// Read files and deletion vectors outside of the table's folder too, where the log names some (shallow clones).
  bool allow_outside = false;
};

/// Some rows of one file.
struct ScanRows {
  std::shared_ptr<arrow::RecordBatch> rows;
  delta_log::FileRef file = {};
};

/// Reads the rows of a snapshot: deletion vectors applied, partition columns filled in, each file as the table's schema
/// has it. Rows come in the order of the plan and of the files; threads and limits are those of FileSequence.
///
/// Errors name the file, and come where its rows would come; nothing can be read after one. NotFound: a file that the
/// log names is gone; Corruption and Unsupported as FileScan and LoadDeletionVector say.
class Scan {
 public:
  /// `plan`: some of the snapshot's files, in the order in which they are read; planned here when not given.
  static core::Result<std::unique_ptr<Scan>> Open(const storage::Environment& environment,
                                                  std::shared_ptr<const delta_log::Snapshot> snapshot,
                                                  const ScanRequest& request,
                                                  std::optional<ScanPlan> plan = std::nullopt);
  ~Scan();

  const std::shared_ptr<arrow::Schema>& schema() const { return layout_->narrow; }
  const ScanPlan& plan() const { return plan_; }
  /// The next rows, never none; nullopt after the last ones.
  core::Result<std::optional<ScanRows>> Next();
  std::vector<std::string> notes() const { return files_.notes(); }

 private:
  Scan(const storage::Environment& environment, std::shared_ptr<const delta_log::Snapshot> snapshot,
       std::shared_ptr<const RowLayout> layout, bool allow_outside, ScanPlan plan);
  core::Result<std::unique_ptr<FileScan>> OpenFile(std::size_t index) const;

  const storage::Environment& environment_;
  std::shared_ptr<const delta_log::Snapshot> snapshot_;
  std::shared_ptr<const RowLayout> layout_;
  bool allow_outside_;
  ScanPlan plan_;
  FileSequence files_;  // last: its tasks use the others
};

}  // namespace sluice::table
