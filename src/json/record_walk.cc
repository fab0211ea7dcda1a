#include "json/record_walk.h"

namespace sluice::json {

namespace {

/// Text indexed at once: it, its index and the tiles stay in the second-level cache.
constexpr std::size_t kBlockBytes = 64 * 1024;

class Walker {
 public:
  Walker(std::string_view text, StructuralIndex& index, RecordVisitor& visitor)
      : text_(text), index_(index), visitor_(visitor) {}

  void WalkBlock(std::span<const columns::RecordSpan> records) {
    const std::uint32_t begin = records.front().begin;
    const std::string_view block = text_.substr(begin, records.back().end - begin);
    const char* flaw = index_.Build(block);
    if (flaw == nullptr) {
      Cursor cursor(block, index_);
      for (const columns::RecordSpan& record : records) {
        cursor.BeginRecord(record.begin - begin, record.end - begin);
        visitor_.Visit(cursor, record);
      }
    } else if (records.size() == 1) {
      visitor_.VisitBroken(records.front(), std::string("invalid JSON: ") + flaw);
    } else {
      WalkBlock(records.first(records.size() / 2));
      WalkBlock(records.subspan(records.size() / 2));
    }
  }

 private:
  std::string_view text_;
  StructuralIndex& index_;
  RecordVisitor& visitor_;
};

}  // namespace

void WalkRecords(const columns::TextChunk& chunk, StructuralIndex& index, RecordVisitor& visitor) {
  Walker walker(chunk.text(), index, visitor);
  const std::span<const columns::RecordSpan> records = chunk.records;
  for (std::size_t first = 0; first < records.size();) {
    std::size_t last = first + 1;
    while (last < records.size() && records[last].end - records[first].begin <= kBlockBytes) ++last;
    walker.WalkBlock(records.subspan(first, last - first));
    first = last;
  }
}

}  // namespace sluice::json
