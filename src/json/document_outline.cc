#include "json/document_outline.h"

#include <algorithm>
#include <set>
#include <utility>
#include <vector>

#include "core/suggestion.h"
#include "json/nesting_scanner.h"
#include "json/unescape.h"

namespace sluice::json {

namespace {

struct Range {
  std::size_t begin = 0;
  std::size_t end = 0;
};

struct MemberRange {
  std::string name;
  Range whole;  // key, colon and value
  Range value;
};

bool IsSpace(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

class Outliner {
 public:
  Outliner(std::string_view text, const std::string& source) : text_(text), source_(source) {}

  std::size_t SkipSpace(std::size_t at) const {
    while (at < text_.size() && IsSpace(text_[at])) ++at;
    return at;
  }

  core::Error Flaw(const std::string& what, std::size_t at) const {
    const auto lines = std::count(text_.begin(), text_.begin() + static_cast<std::ptrdiff_t>(at), '\n');
    return core::Corruption(source_ + ": line " + std::to_string(lines + 1) + ", byte " + std::to_string(at) + ": " +
                            what);
  }

  /// The members of the object that begins at `at`; `at` is one past it.
  core::Result<std::vector<MemberRange>> Members(std::size_t& at) const {
    std::vector<MemberRange> members;
    std::set<std::string> names;
    at = SkipSpace(at + 1);
    if (At(at) == '}') return ++at, members;
    while (true) {
      MemberRange member;
      SLUICE_TRY(ReadMember(at, member));
      if (!names.insert(member.name).second) return Flaw("duplicate key '" + member.name + "'", member.whole.begin);
      members.push_back(std::move(member));
      at = SkipSpace(at);
      const char c = At(at);
      if (c != ',' && c != '}') return Flaw("',' or '}' is expected", at);
      at = SkipSpace(at + 1);
      if (c == '}') return members;
    }
  }

 private:
  char At(std::size_t at) const { return at < text_.size() ? text_[at] : '\0'; }

  core::Status ReadMember(std::size_t& at, MemberRange& member) const {
    member.whole.begin = at;
    SLUICE_ASSIGN_OR_RETURN(member.name, ReadKey(at));
    at = SkipSpace(at);
    if (At(at) != ':') return Flaw("':' is expected after a key", at);
    at = SkipSpace(at + 1);
    member.value.begin = at;
    NestingScanner scanner;
    const NestingScanner::Stop stop = scanner.Scan(text_.data(), at, text_.size());
    if (stop == NestingScanner::Stop::kNeedMore) return Flaw("the document ends inside this value", member.value.begin);
    if (stop == NestingScanner::Stop::kMismatch) return Flaw("a bracket of the wrong kind", at);
    member.value.end = at;
    while (member.value.end > member.value.begin && IsSpace(text_[member.value.end - 1])) --member.value.end;
    if (member.value.end == member.value.begin) return Flaw("a value is expected", at);
    member.whole.end = member.value.end;
    return core::Ok();
  }

  core::Result<std::string> ReadKey(std::size_t& at) const {
    if (At(at) != '"') return Flaw("a key in quotes is expected", at);
    std::size_t end = at + 1;
    while (end < text_.size() && text_[end] != '"') end += text_[end] == '\\' ? 2 : 1;
    if (end >= text_.size()) return Flaw("a string is not closed", at);
    TextArena arena;
    std::string_view name = text_.substr(at + 1, end - at - 1);
    if (name.find('\\') != std::string_view::npos && !arena.Unescape(name, name)) {
      return Flaw("a malformed escape in a key", at);
    }
    at = end + 1;
    return std::string(name);
  }

  std::string_view text_;
  const std::string& source_;
};

/// The member of `members` that the path's front names; a key with dots in it wins over a step down.
const MemberRange* FindStep(const std::vector<MemberRange>& members, std::string_view path, std::string_view& rest) {
  for (const MemberRange& member : members) {
    if (member.name == path) return rest = {}, &member;
  }
  const std::string_view step = path.substr(0, path.find('.'));
  for (const MemberRange& member : members) {
    if (member.name == step && step.size() < path.size()) return rest = path.substr(step.size() + 1), &member;
  }
  return nullptr;
}

core::Error StepNotFound(const std::vector<MemberRange>& members, std::string_view path, const std::string& source) {
  std::vector<std::string> names;
  for (const MemberRange& member : members) names.push_back(member.name);
  const std::string nearest = core::NearestName(path, names);
  core::Error error = core::NotFound(source + ": the document has no '" + std::string(path) + "' (records)");
  std::string hint = "`records` in the schema file is the dotted path of the array that holds the records";
  if (!nearest.empty()) hint += "; did you mean '" + nearest + "'?";
  return std::move(error).WithHint(std::move(hint));
}

std::string Inherited(std::string_view document, const std::vector<MemberRange>& members, const MemberRange* records) {
  std::string object;
  for (const MemberRange& member : members) {
    if (&member == records) continue;
    object += object.empty() ? "{" : ",";
    object += document.substr(member.whole.begin, member.whole.end - member.whole.begin);
  }
  return object.empty() ? object : object + "}";
}

}  // namespace

core::Result<DocumentOutline> OutlineDocument(std::string_view document, const std::string& source,
                                              const std::string& records) {
  const Outliner outliner(document, source);
  DocumentOutline outline;
  std::size_t at = outliner.SkipSpace(0);
  if (at == document.size() || document[at] != '{') {
    return outliner.Flaw("an object is expected, because `records` names an array inside it", at);
  }
  SLUICE_ASSIGN_OR_RETURN(std::vector<MemberRange> members, outliner.Members(at));
  const std::size_t tail = outliner.SkipSpace(at);
  if (tail < document.size()) return outliner.Flaw("trailing data after the document", tail);
  std::string_view rest = records;
  for (bool top = true; !rest.empty(); top = false) {
    const std::string_view path = rest;
    const MemberRange* member = FindStep(members, path, rest);
    if (member == nullptr) return StepNotFound(members, path, source);
    if (top) outline.inherited = Inherited(document, members, member);
    outline.array_begin = member->value.begin;
    outline.array_end = member->value.end;
    if (rest.empty()) break;
    std::size_t inner = member->value.begin;
    if (document[inner] != '{') return outliner.Flaw("'" + member->name + "' is no object (records)", inner);
    SLUICE_ASSIGN_OR_RETURN(members, outliner.Members(inner));
  }
  if (document[outline.array_begin] != '[') {
    return outliner.Flaw("'" + records + "' is no array (records)", outline.array_begin);
  }
  return outline;
}

}  // namespace sluice::json
