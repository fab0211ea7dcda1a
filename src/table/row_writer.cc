#include "table/row_writer.h"

#include <arrow/record_batch.h>

namespace sluice::table {

core::Result<std::unique_ptr<RowWriter>> RowWriter::Open(const storage::Environment& environment, TableShape shape,
                                                         const arrow::Schema& rows, RowCheck check,
                                                         DataWriterOptions options) {
  SLUICE_ASSIGN_OR_RETURN(RowMatch match, RowMatch::Make(rows, shape.schema, environment.pool));
  SLUICE_ASSIGN_OR_RETURN(auto writer, DataWriter::Open(environment, std::move(shape), std::move(options)));
  return std::unique_ptr<RowWriter>(new RowWriter(std::move(match), std::move(check), std::move(writer)));
}

core::Status RowWriter::Write(const arrow::RecordBatch& rows) {
  SLUICE_ASSIGN_OR_RETURN(const auto matched, match_.Convert(rows));
  if (!check_.empty()) SLUICE_TRY(check_.Check(matched, writer_->rows()));
  return writer_->Write(matched);
}

}  // namespace sluice::table
