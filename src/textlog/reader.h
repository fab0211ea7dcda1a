#pragma once

#include <arrow/type_fwd.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "columns/parsed_chunks.h"
#include "columns/row_reader.h"
#include "core/cancellation.h"
#include "core/executor.h"
#include "schema/table_spec.h"
#include "storage/byte_stream.h"
#include "textlog/line_parser.h"
#include "textlog/pattern_set.h"
#include "textlog/textlog_options.h"

namespace sluice::textlog {

/// Lines of text as typed rows, by TableSpec::patterns: see PatternSet.
///
/// A group's text goes to the column of its name (or `from`, or by `renames`); a group that is empty or took no part is
/// NULL, like a column that the pattern lacks. A json column takes JSON text, and `key=value` pairs as an object of
/// strings: see PairsToJson. A line that no pattern takes is rejected; blank lines are skipped.
///
/// Threads: one owner; chunks are parsed on the executor. Limits: TextlogOptions, executor.threads() + 1 chunks.
class Reader final : public columns::RowReader {
 public:
  /// Borrows executor, cancellation and pool. `source` is the input's name in rejects and errors. Configuration for
  /// patterns that cannot be used, InvalidInput when there are none.
  static core::Result<std::unique_ptr<Reader>> Open(std::unique_ptr<storage::ByteStream> stream, std::string source,
                                                    TextlogOptions options, schema::TableSpec spec,
                                                    core::Executor& executor, const core::Cancellation& cancellation,
                                                    arrow::MemoryPool* pool);

  const schema::Schema& schema() const override { return schema_; }
  core::Result<std::optional<columns::RowBatch>> Next() override { return parsed_->Next(); }
  const std::vector<columns::ColumnFinding>& findings() const override { return findings_; }
  const std::vector<std::string>& notes() const override { return notes_; }

 private:
  Reader(std::string source, schema::TableSpec spec, PatternSet patterns, ColumnGroups groups);
  void FindColumns();

  std::string source_;
  schema::TableSpec spec_;
  schema::Schema schema_;
  PatternSet patterns_;
  ColumnGroups groups_;
  std::unique_ptr<columns::LineChunker> chunker_;
  std::vector<columns::ColumnFinding> findings_;
  std::vector<std::string> notes_;
  std::optional<columns::ParsedChunks> parsed_;  // last: waits for tasks
};

}  // namespace sluice::textlog
