#pragma once

#include <arrow/type_fwd.h>
#include <parquet/file_writer.h>
#include <parquet/schema.h>

#include <memory>
#include <vector>

#include "parquet/column_layout.h"
#include "parquet/file_streams.h"
#include "parquet/remapping_pool.h"
#include "parquet/row_group.h"
#include "parquet/writer.h"

namespace sluice::parquet {

/// FileWriter through Arrow's column writers. Rows wait until there are enough to choose the layouts by; then a batch
/// is encoded while the caller makes the next one.
class ArrowFileWriter final : public FileWriter {
 public:
  ArrowFileWriter(storage::WritableFile& file, std::shared_ptr<arrow::Schema> schema,
                  std::shared_ptr<::parquet::SchemaDescriptor> columns, WriteOptions options, core::Executor& executor,
                  arrow::MemoryPool* pool);

  /// Refuse options that do not fit the schema.
  core::Status Check();
  core::Status Write(std::shared_ptr<arrow::RecordBatch> batch) override;
  core::Result<FileSummary> Close() override;

 private:
  core::Status Add(std::shared_ptr<arrow::RecordBatch> batch);
  core::Status Start(double rows_expected);
  core::Status WriteRows(const std::shared_ptr<arrow::RecordBatch>& batch);
  std::int64_t RowsThatFit(std::int64_t rows) const;
  core::Status CloseRowGroup();
  core::Status WriteFooter();
  FileSummary Summarize() const;
  core::Status Remember(core::Status status);

  WriteOptions options_;
  core::Executor& executor_;
  RemappingPool pool_;  // before everything that has memory of it
  std::shared_ptr<arrow::Schema> schema_;
  std::shared_ptr<::parquet::SchemaDescriptor> columns_;
  std::shared_ptr<FileOutput> output_;
  std::vector<std::shared_ptr<arrow::RecordBatch>> waiting_;  // until the layouts are chosen
  std::int64_t waiting_rows_ = 0;
  std::int64_t waiting_bytes_ = 0;
  std::vector<ColumnLayout> layouts_;
  std::unique_ptr<::parquet::ParquetFileWriter> writer_;
  RowGroup group_;  // after writer_: its tasks end before the writer goes
  core::Status failure_;
};

}  // namespace sluice::parquet
