#pragma once

#include <arrow/type_fwd.h>

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "columns/line_chunker.h"
#include "columns/parsed_chunks.h"
#include "columns/reject.h"
#include "columns/scalar_builder.h"
#include "core/result.h"
#include "schema/table_spec.h"
#include "textlog/pattern_set.h"

namespace sluice::textlog {

/// Which group of a PatternSet gives each column its text.
struct ColumnGroups {
  static constexpr std::size_t kNone = static_cast<std::size_t>(-1);
  std::vector<std::vector<std::size_t>> of_column;  ///< several where `renames` gives a column more than one name

  /// Configuration for a group that no column takes, unless `spec` ignores such.
  static core::Result<ColumnGroups> Make(const schema::TableSpec& spec, const PatternSet& patterns);
};

/// Turns chunks of lines into rows. Threads: one at a time. Borrows everything it is made with.
class LineParser {
 public:
  static core::Result<std::unique_ptr<LineParser>> Make(const schema::TableSpec& spec, const PatternSet& patterns,
                                                        const ColumnGroups& groups, const std::string& source,
                                                        arrow::MemoryPool* pool);
  /// Parse a chunk whose lines were found.
  core::Result<columns::ParsedChunk> Parse(const columns::TextChunk& chunk);

 private:
  LineParser(const schema::TableSpec& spec, const PatternSet& patterns, const ColumnGroups& groups,
             const std::string& source, arrow::MemoryPool* pool);
  core::Status Take(const columns::TextChunk& chunk, const columns::RecordSpan& line);
  std::string_view TextOf(std::size_t column);
  core::Status Flush(const columns::TextChunk& chunk);
  core::Result<std::shared_ptr<arrow::RecordBatch>> Finish();

  const schema::TableSpec& spec_;
  const PatternSet& patterns_;
  const ColumnGroups& groups_;
  const std::string& source_;
  arrow::MemoryPool* pool_;
  std::shared_ptr<arrow::Schema> schema_;
  std::vector<std::unique_ptr<columns::ScalarBuilder>> builders_;
  std::vector<std::string> constants_;  // padded; "" where the column is none
  std::vector<re2::StringPiece> submatches_;
  std::vector<std::string_view> captured_;            // per group
  std::vector<std::vector<std::string_view>> texts_;  // per column: of the rows not flushed yet
  std::deque<std::string> converted_;                 // JSON made from pairs, until the flush
  std::vector<columns::RecordSpan> tile_;
  std::vector<std::uint8_t> removed_;  // per row of the chunk
  std::vector<columns::Reject> rejects_;
};

}  // namespace sluice::textlog
