#pragma once

#include <arrow/type_fwd.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "columns/row_reader.h"
#include "core/cancellation.h"
#include "core/executor.h"
#include "core/result.h"
#include "csv/csv_options.h"
#include "schema/table_spec.h"
#include "storage/byte_stream.h"

namespace sluice::csv {

/// CSV as typed rows.
///
/// Order and threads as RowReader says; chunks are parsed on the executor, ahead of Next. One batch per chunk of
/// `options.chunk_bytes`, with no rows where all are rejected. Limits: executor.threads() + 2 chunks of text and as
/// many batches are alive.
class Reader final : public columns::RowReader {
 public:
  /// Read the header and match it with `spec` (for an undeclared input: what Infer found). InvalidInput when they do
  /// not fit, or the input is empty and a header is expected. `source_name` stands in rejects. Borrows `executor`,
  /// `cancellation` and `pool`, which outlive the reader.
  static core::Result<std::unique_ptr<Reader>> Open(std::unique_ptr<storage::ByteStream> stream,
                                                    std::string source_name, const CsvOptions& options,
                                                    const schema::TableSpec& spec, core::Executor& executor,
                                                    const core::Cancellation& cancellation, arrow::MemoryPool* pool);
  ~Reader() override;

  const schema::Schema& schema() const override;
  core::Result<std::optional<columns::RowBatch>> Next() override;
  const std::vector<columns::ColumnFinding>& findings() const override;
  const std::vector<std::string>& notes() const override;

 private:
  struct State;
  explicit Reader(std::unique_ptr<State> state);

  std::unique_ptr<State> state_;
};

}  // namespace sluice::csv
