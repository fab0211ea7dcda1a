#pragma once

#include <arrow/type_fwd.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "columns/line_chunker.h"
#include "columns/parsed_chunks.h"
#include "columns/reject.h"
#include "core/result.h"
#include "json/record_table.h"
#include "json/record_walk.h"
#include "json/structural_index.h"

namespace sluice::json {

/// Turns chunks into rows. Threads: one at a time; a task takes one, and gives it back when the parse succeeded.
class ChunkParser final : private RecordVisitor {
 public:
  ChunkParser(std::unique_ptr<RecordTable> table, std::shared_ptr<arrow::Schema> arrow_schema, std::string source,
              std::uint64_t record_bytes_max, arrow::MemoryPool* pool);
  /// Parse a chunk whose records were found.
  core::Result<columns::ParsedChunk> Parse(const columns::TextChunk& chunk);
  const RecordTable& table() const { return *table_; }

 private:
  std::size_t VisitRun(Cursor& cursor, std::uint32_t block_begin,
                       std::span<const columns::RecordSpan> records) override;
  void Visit(Cursor& cursor, const columns::RecordSpan& span) override;
  void VisitBroken(const columns::RecordSpan& span, const std::string& reason) override;
  core::Status Flush();
  core::Status BuildRows(columns::ParsedChunk& parsed);

  std::unique_ptr<RecordTable> table_;
  std::shared_ptr<arrow::Schema> schema_;
  std::string source_;
  std::uint64_t record_bytes_max_;
  arrow::MemoryPool* pool_;
  StructuralIndex index_;
  const columns::TextChunk* chunk_ = nullptr;
  core::Status status_;                    // of the first flush that failed
  std::vector<columns::RecordSpan> tile_;  // rows not flushed yet
  std::vector<std::uint8_t> removed_;      // per row of the chunk
  std::vector<columns::Reject> rejects_;
};

}  // namespace sluice::json
