#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/result.h"
#include "csv/buffer_pool.h"
#include "csv/chunk_splitter.h"
#include "csv/csv_options.h"
#include "csv/record_index.h"
#include "schema/table_spec.h"
#include "storage/byte_stream.h"

namespace sluice::csv {

/// An input whose dialect and header are known, standing before its first data record.
///
/// Threads: one at a time.
class InputStart {
 public:
  /// Look at the start of `stream`. InvalidInput for an empty input where a header or inference needs one, for a header
  /// with an odd quote, for too many columns. `spec`: the declared columns, or nullptr.
  static core::Result<std::unique_ptr<InputStart>> Open(std::unique_ptr<storage::ByteStream> stream,
                                                        const CsvOptions& options, const schema::TableSpec* spec,
                                                        std::size_t chunks_max, arrow::MemoryPool* pool);

  const Dialect& dialect() const { return dialect_; }
  bool has_header() const { return has_header_; }
  /// The header's names, or as many as the first record has fields: column_1, column_2, …
  const std::vector<std::string>& names() const { return names_; }
  /// False: there is no record at all, no header either.
  bool has_records() const { return has_records_; }
  const std::vector<std::string>& notes() const { return notes_; }
  const ScanKernel& kernel() const { return kernel_; }

  /// The next data records; nullopt at the end.
  core::Result<std::optional<Chunk>> Next();
  void Return(Chunk chunk) { buffers_.Return(std::move(chunk.buffer)); }
  /// What an index of these records needs; any number of fields.
  IndexOptions index_options() const;

 private:
  InputStart(std::unique_ptr<storage::ByteStream> stream, const CsvOptions& options, std::size_t chunks_max,
             arrow::MemoryPool* pool);
  core::Status FindFirstRecord();
  core::Status TakeFirstRecord(const RecordIndex& index);

  CsvOptions options_;
  const ScanKernel& kernel_;
  BufferPool buffers_;
  ChunkSplitter splitter_;
  Dialect dialect_;
  bool has_header_ = false;
  bool has_records_ = false;
  std::vector<std::string> names_;
  std::vector<std::string> notes_;
  std::optional<Chunk> first_;
};

}  // namespace sluice::csv
