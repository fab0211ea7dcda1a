#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "columns/line_chunker.h"
#include "json/cursor.h"
#include "json/structural_index.h"

namespace sluice::json {

/// Takes the records of a chunk.
class RecordVisitor {
 public:
  virtual ~RecordVisitor() = default;
  /// Take some of `records` (there is one at least) from the first on, at which the cursor is, at once. Returns how
  /// many: 0 leaves the cursor where it is. `block_begin` is where the cursor's block begins in the chunk.
  virtual std::size_t VisitRun(Cursor& cursor, std::uint32_t block_begin,
                               std::span<const columns::RecordSpan> records) = 0;
  /// The record at the cursor, which has `span` in the chunk.
  virtual void Visit(Cursor& cursor, const columns::RecordSpan& span) = 0;
  /// A record that is no JSON text at all.
  virtual void VisitBroken(const columns::RecordSpan& span, const std::string& reason) = 0;
};

/// Index the records of `chunk` block by block and visit each, in order. A block with a flaw (bytes that are no UTF-8,
/// a string that is not closed) is halved until the record with the flaw is alone. VisitRun is tried first, with more
/// records the more it took before.
void WalkRecords(const columns::TextChunk& chunk, StructuralIndex& index, RecordVisitor& visitor);

}  // namespace sluice::json
