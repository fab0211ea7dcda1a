#pragma once

#include <arrow/io/memory.h>
#include <arrow/memory_pool.h>
#include <arrow/table.h>
#include <parquet/file_reader.h>

#include <memory>
#include <string>
#include <vector>

#include "core/cancellation.h"
#include "parquet/reader.h"
#include "parquet/writer.h"
#include "schema/arrow_mapping.h"
#include "storage/memory_file_system.h"

namespace sluice::parquet {

/// A Parquet file in memory, for tests: written by ours, read by ours or by Arrow's reader.
class MemoryFile {
 public:
  using Batches = std::vector<std::shared_ptr<arrow::RecordBatch>>;

  core::Result<FileSummary> Write(const schema::Schema& schema, const Batches& batches, WriteOptions options = {},
                                  std::size_t threads = 2) {
    core::Executor executor(threads);
    SLUICE_ASSIGN_OR_RETURN(auto file, files_.Create(kPath));
    SLUICE_ASSIGN_OR_RETURN(
        auto writer, FileWriter::Open(*file, schema, std::move(options), executor, arrow::default_memory_pool()));
    for (const auto& batch : batches) SLUICE_TRY(writer->Write(batch));
    return writer->Close();
  }

  /// Read all with `spec`; rejects and findings are kept.
  core::Result<std::shared_ptr<arrow::Table>> Read(const schema::TableSpec& spec) {
    core::Executor executor(2);
    const core::Cancellation cancellation;
    SLUICE_ASSIGN_OR_RETURN(auto file, files_.OpenRandomAccess(kPath));
    SLUICE_ASSIGN_OR_RETURN(
        auto reader, Reader::Open(std::move(file), kPath, spec, executor, cancellation, arrow::default_memory_pool()));
    Batches batches;
    rejects.clear();
    while (true) {
      SLUICE_ASSIGN_OR_RETURN(auto batch, reader->Next());
      if (!batch) break;
      batches.push_back(batch->rows);
      rejects.insert(rejects.end(), batch->rejects.begin(), batch->rejects.end());
    }
    findings = reader->findings();
    return arrow::Table::FromRecordBatches(schema::ToArrow(reader->schema()), batches).ValueOrDie();
  }

  std::unique_ptr<::parquet::ParquetFileReader> OpenWithArrow() {
    return ::parquet::ParquetFileReader::Open(
        std::make_shared<arrow::io::BufferReader>(arrow::Buffer::FromString(bytes())));
  }

  std::string bytes() { return files_.Contents()[kPath]; }
  void set_bytes(std::string bytes) { files_.Put(kPath, std::move(bytes)); }
  storage::MemoryFileSystem& files() { return files_; }

  std::vector<columns::Reject> rejects;
  std::vector<columns::ColumnFinding> findings;

  static constexpr const char* kPath = "t.parquet";

 private:
  storage::MemoryFileSystem files_;
};

}  // namespace sluice::parquet
