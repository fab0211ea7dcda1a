#include "json/run_guesser.h"

namespace sluice::json {

bool RunGuesser::CanRead(std::span<GuessNode::Member* const> members, std::uint64_t object) const {
  for (GuessNode::Member* member : members) {
    if (!member->node->alike() || member->seen_in == object) return false;
    member->seen_in = object;
  }
  return true;
}

std::size_t RunGuesser::Guess(Cursor& cursor, std::uint32_t block_begin, std::span<const columns::RecordSpan> records,
                              GuessNode& root, TextArena& arena) {
  run_.Begin(cursor, block_begin, records);
  if (run_.count() == 0 || run_.members() > root.order().size()) return 0;
  const std::span<GuessNode::Member* const> members = std::span(root.order()).first(run_.members());
  if (!CanRead(members, root.NextObject())) return 0;
  std::size_t count = run_.count();
  texts_.resize(members.size() * count);
  const auto texts_of = [this](std::size_t member, std::size_t rows) {
    return std::span(texts_).subspan(member * run_.count(), rows);
  };
  for (std::size_t i = 0; i < members.size() && count > 0; ++i) {
    count = run_.Read(i, members[i]->key, members[i]->node->scalar_kinds(), arena, texts_of(i, count));
  }
  for (std::size_t i = 0; i < members.size() && count > 0; ++i) members[i]->node->ObserveAlike(texts_of(i, count));
  run_.Leave(cursor, count);
  return count;
}

}  // namespace sluice::json
