#include "json/record_walk.h"

#include <algorithm>

namespace sluice::json {

namespace {

/// Text indexed at once: it, its index and the tiles stay in the second-level cache.
constexpr std::size_t kBlockBytes = 64 * 1024;
constexpr std::size_t kRunRecordsMin = 4;
constexpr std::size_t kRunRecordsMax = 128;
constexpr std::size_t kPauseRecordsMax = 64;

class Walker {
 public:
  Walker(std::string_view text, StructuralIndex& index, RecordVisitor& visitor)
      : text_(text), index_(index), visitor_(visitor) {}

  void WalkBlock(std::span<const columns::RecordSpan> records) {
    const std::uint32_t begin = records.front().begin;
    const std::string_view block = text_.substr(begin, records.back().end - begin);
    const char* flaw = index_.Build(block);
    if (flaw == nullptr) {
      Visit(block, begin, records);
    } else if (records.size() == 1) {
      visitor_.VisitBroken(records.front(), std::string("invalid JSON: ") + flaw);
    } else {
      WalkBlock(records.first(records.size() / 2));
      WalkBlock(records.subspan(records.size() / 2));
    }
  }

 private:
  void Visit(std::string_view block, std::uint32_t begin, std::span<const columns::RecordSpan> records) {
    Cursor cursor(block, index_);
    while (!records.empty()) {
      cursor.BeginRecord(records.front().begin - begin, records.front().end - begin);
      const std::size_t taken = singly_ > 0 ? 0 : VisitRun(cursor, begin, records);
      records = records.subspan(taken);
      if (singly_ == 0) continue;
      --singly_;
      cursor.BeginRecord(records.front().begin - begin, records.front().end - begin);
      visitor_.Visit(cursor, records.front());
      records = records.subspan(1);
    }
  }

  /// Offer more records the more were taken before; after a refusal, wait the longer the more there were.
  std::size_t VisitRun(Cursor& cursor, std::uint32_t begin, std::span<const columns::RecordSpan> records) {
    const std::size_t offered = std::min(records.size(), offered_max_);
    const std::size_t taken = visitor_.VisitRun(cursor, begin, records.first(offered));
    if (taken > 0) pause_ = 1;
    if (taken == offered) {
      offered_max_ = std::min(2 * offered_max_, kRunRecordsMax);
      return taken;
    }
    singly_ = pause_;
    if (taken == 0) pause_ = std::min(2 * pause_, kPauseRecordsMax);
    offered_max_ = std::max(taken, kRunRecordsMin);
    return taken;
  }

  std::string_view text_;
  StructuralIndex& index_;
  RecordVisitor& visitor_;
  std::size_t offered_max_ = kRunRecordsMax;
  std::size_t singly_ = 0;  // records to visit before a run is tried again
  std::size_t pause_ = 1;
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
