#pragma once

#include <arrow/type_fwd.h>

#include <cstdint>
#include <memory>
#include <vector>

#include "core/result.h"
#include "delta/action.h"
#include "storage/environment.h"
#include "table/data_writer.h"
#include "table/row_check.h"
#include "table/row_match.h"
#include "table/table_shape.h"

namespace sluice::table {

/// Rows from outside on their way into a table: brought into its columns, checked, written as data files.
///
/// Order:  Open Write* Finish. Threads: one caller. Crash: as DataWriter.
class RowWriter {
 public:
  /// `rows`: the columns that will come.
  static core::Result<std::unique_ptr<RowWriter>> Open(const storage::Environment& environment, TableShape shape,
                                                       const arrow::Schema& rows, RowCheck check,
                                                       DataWriterOptions options);

  core::Status Write(const arrow::RecordBatch& rows);
  core::Result<std::vector<delta::AddFile>> Finish() { return writer_->Finish(); }
  void Discard() { writer_->Discard(); }
  std::uint64_t rows() const { return writer_->rows(); }

 private:
  RowWriter(RowMatch match, RowCheck check, std::unique_ptr<DataWriter> writer)
      : match_(std::move(match)), check_(std::move(check)), writer_(std::move(writer)) {}

  RowMatch match_;
  RowCheck check_;
  std::unique_ptr<DataWriter> writer_;
};

}  // namespace sluice::table
