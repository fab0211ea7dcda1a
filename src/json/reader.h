#pragma once

#include <arrow/type_fwd.h>

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "columns/parsed_chunks.h"
#include "columns/row_reader.h"
#include "core/cancellation.h"
#include "core/executor.h"
#include "json/chunk_parser.h"
#include "json/chunk_source.h"
#include "json/json_options.h"
#include "schema/table_spec.h"
#include "storage/byte_stream.h"

namespace sluice::json {

/// JSON records as typed rows.
///
/// Values are strict: a column takes the JSON kind of its type only (numbers for integers and floats, true and false
/// for bool, strings for text, dates, times, uuid and binary, strings or numbers for decimal, anything for json, which
/// keeps its bytes). Keys come in any order; a missing key is NULL or the default; a duplicate or unknown key rejects
/// the record. Integers take integer tokens only; numbers keep every digit. \u0000 is taken, half a surrogate pair
/// rejects.
///
/// Threads: one owner; chunks are parsed on the executor. Limits: JsonOptions, 64 levels, executor.threads() + 1
/// chunks. What is wrong inside a record rejects it; what is wrong between records of a document ends the reading with
/// Corruption, line and byte.
class Reader final : public columns::RowReader {
 public:
  /// Borrows executor, cancellation and pool. `source` is the input's name in rejects and errors.
  static core::Result<std::unique_ptr<Reader>> Open(std::unique_ptr<storage::ByteStream> stream, std::string source,
                                                    JsonOptions options, schema::TableSpec spec,
                                                    core::Executor& executor, const core::Cancellation& cancellation,
                                                    arrow::MemoryPool* pool);

  const schema::Schema& schema() const override { return schema_; }
  core::Result<std::optional<columns::RowBatch>> Next() override;
  const std::vector<columns::ColumnFinding>& findings() const override { return findings_; }
  const std::vector<std::string>& notes() const override { return notes_; }

 private:
  Reader(std::string source, JsonOptions options, schema::TableSpec spec, arrow::MemoryPool* pool);
  core::Result<std::unique_ptr<ChunkParser>> MakeParser() const;
  core::Result<std::unique_ptr<ChunkParser>> TakeParser();
  core::Result<columns::ParsedChunk> Parse(columns::TextChunk chunk);
  void Find();

  std::string source_;
  JsonOptions options_;
  schema::TableSpec spec_;
  schema::Schema schema_;
  std::shared_ptr<arrow::Schema> arrow_schema_;
  arrow::MemoryPool* pool_;
  std::unique_ptr<ChunkSource> chunks_;
  std::vector<columns::ColumnFinding> findings_;
  std::vector<std::string> notes_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<ChunkParser>> parsers_;  // guarded by mutex_; those no task is using
  std::optional<columns::ParsedChunks> parsed_;        // last: waits for tasks
};

}  // namespace sluice::json
