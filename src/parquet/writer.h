#pragma once

#include <arrow/type_fwd.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/executor.h"
#include "core/result.h"
#include "parquet/leaf_statistics.h"
#include "parquet/write_options.h"
#include "schema/type.h"
#include "storage/file_system.h"

namespace sluice::parquet {

/// What was written, and why it was encoded so.
struct ColumnSummary {
  std::string column = {};  ///< leaf path, dotted for nested columns
  Encoding encoding = Encoding::kPlain;
  std::string reason = {};  ///< "1.1 bytes a value; dict 3.0, plain 3.4"
  std::uint64_t bytes_encoded = 0;
  std::uint64_t bytes_compressed = 0;
  LeafStatistics statistics = {};
};

struct FileSummary {
  std::uint64_t rows = 0;
  std::uint64_t bytes = 0;
  std::uint64_t row_groups = 0;
  std::vector<ColumnSummary> columns = {};
};

/// Writes one Parquet file; the only place that decides how values become pages.
///
/// Order:   Open Write* Close. Threads: one caller; columns are encoded on `executor`.
/// Limits:  one row group, one batch, and the first 64 Ki rows or 16 MiB (the sample) are held in memory.
/// Bytes:   the same schema, options and batches give the same file, whatever the number of threads.
/// Crash:   without Close the file has no footer; the caller publishes it only after Close and Sync.
/// Errors:  after a failed call the writer is of no use; every later call gives the first error again.
class FileWriter {
 public:
  virtual ~FileWriter() = default;
  /// Borrows `file` and `executor`, which outlive the writer; `pool` holds pages and buffers. InvalidInput for options
  /// that do not fit the schema: an unknown column, an encoding or bloom filter that the column's type cannot have.
  static core::Result<std::unique_ptr<FileWriter>> Open(storage::WritableFile& file, const schema::Schema& schema,
                                                        WriteOptions options, core::Executor& executor,
                                                        arrow::MemoryPool* pool);
  /// The same for columns that Arrow describes: names inside lists and maps are kept, and members that carry
  /// "PARQUET:field_id" get that id. Unsupported, naming the column, for a type that Parquet cannot hold.
  static core::Result<std::unique_ptr<FileWriter>> Open(storage::WritableFile& file,
                                                        std::shared_ptr<arrow::Schema> schema, WriteOptions options,
                                                        core::Executor& executor, arrow::MemoryPool* pool);
  /// Add rows; the batch has the Arrow types of the schema. Best with 64 Ki rows at once. The writer shares `batch`
  /// and reads it after the return.
  virtual core::Status Write(std::shared_ptr<arrow::RecordBatch> batch) = 0;
  /// Write the footer. Closes neither nor syncs `file`.
  virtual core::Result<FileSummary> Close() = 0;
};

}  // namespace sluice::parquet
