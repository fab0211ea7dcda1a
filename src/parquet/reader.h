#pragma once

#include <arrow/type_fwd.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "columns/row_reader.h"
#include "core/cancellation.h"
#include "core/executor.h"
#include "core/result.h"
#include "schema/table_spec.h"
#include "storage/file_system.h"

namespace sluice::parquet {

/// The rows of a Parquet file under a declared schema.
///
/// Columns are matched by name (column_match.h); types that widen without loss are converted. A row is rejected for a
/// NULL in a column that is not nullable, or a broken constraint; its `line` is the row number from 1.
/// Threads: one owner; the next batch is read on the executor. Limits: two batches and one page a column in memory.
/// Errors: Corruption, naming the path, for whatever the bytes do not keep; checksums are verified.
class Reader final : public columns::RowReader {
 public:
  static constexpr std::int64_t kBatchRowsMax = 64 * 1024;

  /// Borrows executor, cancellation and pool. `source` is the file's name in rejects and errors. A `spec` without
  /// columns declares those of the file.
  static core::Result<std::unique_ptr<Reader>> Open(std::unique_ptr<storage::RandomAccessFile> file, std::string source,
                                                    const schema::TableSpec& spec, core::Executor& executor,
                                                    const core::Cancellation& cancellation, arrow::MemoryPool* pool,
                                                    std::int64_t batch_rows_max = kBatchRowsMax);
  ~Reader() override;

  const schema::Schema& schema() const override { return schema_; }
  core::Result<std::optional<columns::RowBatch>> Next() override;
  const std::vector<columns::ColumnFinding>& findings() const override { return findings_; }
  const std::vector<std::string>& notes() const override { return notes_; }

 private:
  class Decoder;
  using Decoded = core::Result<std::optional<columns::RowBatch>>;

  Reader(core::Executor& executor, const core::Cancellation& cancellation);
  void ReadAhead();

  const core::Cancellation& cancellation_;
  schema::Schema schema_;
  std::vector<columns::ColumnFinding> findings_;
  std::vector<std::string> notes_;
  std::unique_ptr<Decoder> decoder_;
  std::optional<Decoded> ahead_;
  core::TaskGroup tasks_;  // last: waits for the task that uses the others
};

}  // namespace sluice::parquet
