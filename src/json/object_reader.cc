#include "json/object_reader.h"

#include <utility>

namespace sluice::json {

namespace {

/// Names of ignored keys that are remembered for the report.
constexpr std::size_t kIgnoredNamesMax = 1000;
constexpr std::size_t kOrderKeysMax = 10'000;

}  // namespace

ObjectReader::Member& ObjectReader::At(const std::string& name) {
  const auto found = by_name_.find(name);
  if (found != by_name_.end()) return *found->second;
  auto member = std::make_unique<Member>();
  member->name = name;
  member->key = KeyText(name);
  Member& added = *member;
  members_.push_back(std::move(member));
  by_name_.emplace(added.name, &added);
  return added;
}

bool ObjectReader::Read(Cursor& cursor, RecordContext& context, std::uint64_t instance, int depth, Role role) {
  if (depth > kDepthMax) {
    cursor.Fail("nested deeper than 64");
    return RefuseText(path_, cursor, context);
  }
  cursor.Take('{');
  if (cursor.Take('}')) return true;
  std::size_t position = 0;
  do {
    Member* member = TakeKey(cursor, context, position++, role);
    if (member == nullptr || !ReadMember(*member, cursor, context, instance, depth, role)) return false;
  } while (cursor.Take(','));
  if (cursor.Take('}')) return true;
  cursor.Fail("',' or '}' is expected");
  return RefuseText("", cursor, context);
}

ObjectReader::Member* ObjectReader::TakeKey(Cursor& cursor, RecordContext& context, std::size_t position, Role role) {
  std::vector<Member*>& order = order_[static_cast<std::size_t>(role)];
  if (position < order.size() && cursor.TakeKey(order[position]->key)) return order[position];
  std::string_view name;
  bool escaped = false;
  const bool good = (cursor.Peek() == '"' || cursor.Fail("a key in quotes is expected")) &&
                    cursor.ReadString(name, escaped) &&
                    (!escaped || context.arena.Unescape(name, name) || cursor.Fail("a malformed escape in a key")) &&
                    (cursor.Take(':') || cursor.Fail("':' is expected after a key"));
  if (!good) {
    RefuseText("", cursor, context);
    return nullptr;
  }
  Member* member = LookUp(name, context, role);
  if (member == nullptr || member == &passed_over_) return member;
  ++order_version_;
  if (position < order.size()) {
    order[position] = member;
  } else if (position == order.size() && position < kOrderKeysMax) {
    order.push_back(member);
  }
  return member;
}

ObjectReader::Member* ObjectReader::LookUp(std::string_view name, RecordContext& context, Role role) {
  const auto found = by_name_.find(name);
  if (found != by_name_.end() && !(found->second->ignored && role == Role::kRecord && !ignore_unknown_)) {
    return found->second;
  }
  const std::string key(name);
  if (!ignore_unknown_ && role == Role::kRecord) {
    context.Fail(path_ + key, "key '" + path_ + key + "' is not in the schema");
    return nullptr;
  }
  if (members_.size() >= kIgnoredNamesMax) return &passed_over_;
  Member& member = At(key);
  member.ignored = true;
  return &member;
}

bool ObjectReader::ReadMember(Member& member, Cursor& cursor, RecordContext& context, std::uint64_t instance, int depth,
                              Role role) {
  const bool taken = member.seen_in == instance || (member.column != nullptr && member.column->seen_in == instance);
  if (&member == &passed_over_ || (taken && role == Role::kInherited)) return Skip("", cursor, context, depth);
  if (taken) {
    return context.Fail(member.column != nullptr ? member.column->path() : path_ + member.name,
                        "duplicate key '" + path_ + member.name + "'");
  }
  member.seen_in = instance;
  member.ever_seen = true;
  if (member.column == nullptr) {
    if (member.descend != nullptr) return Descend(member, cursor, context, instance, depth, role);
    return Skip(path_ + member.name, cursor, context, depth);
  }
  member.column->seen_in = instance;
  member.column->ever_seen = true;
  if (member.descend == nullptr) return member.column->Read(cursor, context, depth);
  Cursor again = cursor;
  if (!member.column->Read(cursor, context, depth)) return false;
  return again.Peek() != '{' || member.descend->Read(again, context, instance, depth + 1, role);
}

bool ObjectReader::Descend(Member& member, Cursor& cursor, RecordContext& context, std::uint64_t instance, int depth,
                           Role role) {
  if (cursor.Peek() == '{') return member.descend->Read(cursor, context, instance, depth + 1, role);
  const char c = cursor.Peek();
  if (!Skip(path_ + member.name, cursor, context, depth)) return false;
  if (c == 'n') return true;
  return context.Fail(path_ + member.name, std::string(TokenKind(c)) + " where an object is expected");
}

bool ObjectReader::Skip(const std::string& path, Cursor& cursor, RecordContext& context, int depth) {
  std::string_view raw;
  return cursor.ReadRaw(raw, depth) || RefuseText(path, cursor, context);
}

}  // namespace sluice::json
