#include "json/chunk_guesser.h"

#include <algorithm>
#include <utility>

namespace sluice::json {

ChunkGuesser::ChunkGuesser(const JsonOptions& options, std::string_view inherited)
    : options_(options), inherited_(inherited) {
  if (!inherited_.empty() && inherited_index_.Build(inherited_) != nullptr) inherited_ = {};
}

GuessedChunk ChunkGuesser::Guess(const columns::TextChunk& chunk) {
  guessed_ = {};
  guessed_.lines = chunk.lines;
  guessed_.stored_bytes_read = chunk.stored_bytes_read;
  first_chunk_ = chunk.first;
  if (chunk.oversized_bytes > 0) {
    VisitBroken({}, "");
  } else {
    WalkRecords(chunk, index_, *this);
  }
  if (first_chunk_ && !guessed_.sample) guessed_.sample = guessed_.root.ResolveMembers();
  return std::move(guessed_);
}

void ChunkGuesser::VisitBroken(const columns::RecordSpan& /*span*/, const std::string& /*reason*/) {
  ++guessed_.records;
  ++guessed_.rejected;
}

std::size_t ChunkGuesser::VisitRun(Cursor& cursor, std::uint32_t block_begin,
                                   std::span<const columns::RecordSpan> records) {
  if (!inherited_.empty()) return 0;
  // The sample ends between two records.
  const std::uint64_t left = kSampleRecords - std::min(guessed_.records, kSampleRecords);
  if (first_chunk_ && !guessed_.sample) records = records.first(std::min<std::size_t>(records.size(), left));
  if (records.empty()) return 0;
  const std::size_t taken = run_.Guess(cursor, block_begin, records, guessed_.root, arena_);
  guessed_.records += taken;
  arena_.Clear();
  return taken;
}

void ChunkGuesser::Visit(Cursor& cursor, const columns::RecordSpan& span) {
  if (first_chunk_ && guessed_.records == kSampleRecords) guessed_.sample = guessed_.root.ResolveMembers();
  line_ = span.line;
  ++guessed_.records;
  if (LookAtRecord(cursor)) {
    Commit();
  } else {
    ++guessed_.rejected;
  }
  pending_.clear();
  arena_.Clear();
}

bool ChunkGuesser::LookAtRecord(Cursor& cursor) {
  if (cursor.Peek() != '{') return false;
  const std::uint64_t object = guessed_.root.NextObject();
  if (!LookAtObject(cursor, guessed_.root, 1, object, /*inherited=*/false) || !cursor.AtEnd()) return false;
  if (inherited_.empty()) return true;
  Cursor around(inherited_, inherited_index_);
  around.BeginRecord(0, static_cast<std::uint32_t>(inherited_.size()));
  return LookAtObject(around, guessed_.root, 1, object, /*inherited=*/true);
}

bool ChunkGuesser::ReadString(Cursor& cursor, std::string_view& text) {
  bool escaped = false;
  return cursor.ReadString(text, escaped) && (!escaped || arena_.Unescape(text, text));
}

bool ChunkGuesser::LookAt(Cursor& cursor, GuessNode& node, int depth) {
  std::string_view text;
  switch (cursor.Peek()) {
    case '{':
      pending_.push_back({&node, Kind::kObject, {}});
      return LookAtObject(cursor, node, depth + 1, node.NextObject(), /*inherited=*/false);
    case '[': pending_.push_back({&node, Kind::kArray, {}}); return LookAtArray(cursor, node, depth + 1);
    case '"':
      if (!ReadString(cursor, text)) return false;
      pending_.push_back({&node, Kind::kString, text});
      return true;
    case 'n': pending_.push_back({&node, Kind::kNull, {}}); return cursor.ReadLiteral("null");
    case 't': pending_.push_back({&node, Kind::kBool, {}}); return cursor.ReadLiteral("true");
    case 'f': pending_.push_back({&node, Kind::kBool, {}}); return cursor.ReadLiteral("false");
    default:
      if (!cursor.ReadNumber(text)) return false;
      pending_.push_back({&node, Kind::kNumber, text});
      return true;
  }
}

bool ChunkGuesser::LookAtObject(Cursor& cursor, GuessNode& node, int depth, std::uint64_t object, bool inherited) {
  if (depth > kDepthMax) return false;
  const std::size_t members_max = depth == 1 ? options_.columns_max : options_.members_max;
  cursor.Take('{');
  if (cursor.Take('}')) return true;
  std::size_t position = 0;
  do {
    std::string_view key;
    std::string_view skipped;
    if (cursor.Peek() != '"' || !ReadString(cursor, key) || !cursor.Take(':')) return false;
    // Members of the document would only disturb the order in which records have their keys.
    const std::size_t order = inherited ? static_cast<std::size_t>(-1) : position++;
    GuessNode::Member* member = node.At(key, order, line_, members_max);
    if (member == nullptr || (inherited && member->seen_in == object)) {
      if (!cursor.ReadRaw(skipped, depth)) return false;
      continue;
    }
    if (member->seen_in == object) return false;
    member->seen_in = object;
    if (!LookAt(cursor, *member->node, depth)) return false;
  } while (cursor.Take(','));
  return cursor.Take('}');
}

bool ChunkGuesser::LookAtArray(Cursor& cursor, GuessNode& node, int depth) {
  if (depth > kDepthMax) return false;
  cursor.Take('[');
  if (cursor.Take(']')) return true;
  do {
    if (!LookAt(cursor, node.Element(), depth)) return false;
  } while (cursor.Take(','));
  return cursor.Take(']');
}

void ChunkGuesser::Commit() {
  for (const Observation& seen : pending_) {
    GuessNode& node = *seen.node;
    switch (seen.kind) {
      case Kind::kNull: node.CountNull(); break;
      case Kind::kObject: node.CountObject(); break;
      case Kind::kArray: node.CountArray(); break;
      case Kind::kBool: node.ObserveBool(); break;
      case Kind::kNumber: node.ObserveNumber(seen.text); break;
      case Kind::kString: node.ObserveString(seen.text); break;
    }
  }
}

}  // namespace sluice::json
