#pragma once

#include <arrow/type_fwd.h>
#include <parquet/schema.h>

#include <memory>
#include <vector>

#include "parquet/column_layout.h"
#include "parquet/file_metadata.h"
#include "parquet/file_streams.h"
#include "parquet/leaf_totals.h"
#include "parquet/row_group.h"
#include "parquet/writer.h"

namespace sluice::parquet {

/// FileWriter that makes its own pages. Rows wait until there are enough to choose the layouts by; then a batch is
/// encoded while the caller makes the next one, and a row group's pages are written while the next is filled. Schema,
/// footer and indexes go through Arrow's library.
class PageFileWriter final : public FileWriter {
 public:
  PageFileWriter(storage::WritableFile& file, std::shared_ptr<arrow::Schema> schema,
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
  bool MustWait() const;
  std::int64_t RowsThatFit(std::int64_t rows) const;
  core::Status CloseRowGroup();
  core::Status WritePages();
  core::Status WaitForPages();
  core::Status WriteFooter();
  FileSummary Summarize() const;
  core::Status Remember(core::Status status);

  WriteOptions options_;
  core::Executor& executor_;
  arrow::MemoryPool* pool_;
  std::shared_ptr<arrow::Schema> schema_;
  std::shared_ptr<::parquet::SchemaDescriptor> columns_;
  std::shared_ptr<FileOutput> output_;
  std::vector<std::shared_ptr<arrow::RecordBatch>> waiting_;  // until the layouts are chosen
  std::int64_t waiting_rows_ = 0;
  std::int64_t waiting_bytes_ = 0;
  std::vector<ColumnLayout> layouts_;
  std::vector<ChunkOptions> chunk_options_;
  std::unique_ptr<FileMetadata> metadata_;  // set once the layouts are chosen
  std::shared_ptr<const arrow::KeyValueMetadata> key_values_;
  RowGroup group_;  // after metadata_, whose bloom filters its tasks fill
  LeafTotals totals_;
  std::unique_ptr<::parquet::FileMetaData> footer_;
  std::vector<std::unique_ptr<ColumnChunk>> finished_;  // of the last row group, while its pages are written
  core::Status written_;                                // how that went
  core::TaskGroup writing_;                             // last: its task uses the others
  core::Status failure_;
};

}  // namespace sluice::parquet
