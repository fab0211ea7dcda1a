#include "json/cursor.h"

#include <cstring>

#include "json/number_text.h"
#include "json/unescape.h"

namespace sluice::json {

namespace {

bool IsDigit(char c) { return static_cast<unsigned char>(c - '0') < 10; }

bool IsSpace(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

}  // namespace

Cursor::Cursor(std::string_view block, const StructuralIndex& index)
    : text_(block.data()),
      at_(index.positions().data()),
      tokens_end_(at_ + index.positions().size()),
      block_end_(static_cast<std::uint32_t>(block.size())) {}

void Cursor::BeginRecord(std::uint32_t begin, std::uint32_t end) {
  end_ = end;
  while (*at_ < begin) ++at_;  // commas between records, and what a flawed record left unread
}

bool Cursor::EndsToken(std::uint32_t position) const {
  if (position >= end_) return position == end_;
  const char c = text_[position];
  return c == ',' || c == '}' || c == ']' || IsSpace(c);
}

bool Cursor::ReadString(std::string_view& raw, bool& escaped) {
  const std::uint32_t begin = *at_ + 1;
  ++at_;
  // Between the closing quote and the next token there is only white space: see StructuralIndex.
  std::uint32_t close = *at_ < end_ ? *at_ : end_;
  while (close > begin && IsSpace(text_[close - 1])) --close;
  if (close <= begin || text_[close - 1] != '"') return Fail("a string is not closed");
  --close;
  if (backslash_ < begin) {
    const void* found = std::memchr(text_ + begin, '\\', block_end_ - begin);
    backslash_ = found == nullptr ? block_end_ : static_cast<std::uint32_t>(static_cast<const char*>(found) - text_);
  }
  escaped = backslash_ < close;
  raw = {text_ + begin, close - begin};
  return true;
}

bool Cursor::ReadNumber(std::string_view& token) {
  const char c = Peek();
  if (c == '\0') return Fail("the record ends where a value is expected");
  if (c != '-' && !IsDigit(c)) return Fail("a value is expected");
  const char* begin = text_ + *at_;
  const char* end = NumberEnd(begin);
  if (end == nullptr || !EndsToken(static_cast<std::uint32_t>(end - text_))) return Fail("a malformed number");
  ++at_;
  token = {begin, static_cast<std::size_t>(end - begin)};
  return true;
}

bool Cursor::ReadLiteral(std::string_view word) {
  const std::uint32_t begin = *at_;
  if (begin + word.size() > end_ || Text(begin, begin + static_cast<std::uint32_t>(word.size())) != word ||
      !EndsToken(begin + static_cast<std::uint32_t>(word.size()))) {
    return Fail("a word that is neither true, false nor null");
  }
  ++at_;
  return true;
}

bool Cursor::ReadRaw(std::string_view& raw, int depth) {
  const std::uint32_t begin = position();
  std::uint32_t end = begin;
  if (!SkipValue(depth, end)) return false;
  raw = Text(begin, end);
  return true;
}

bool Cursor::SkipValue(int depth, std::uint32_t& value_end) {
  const std::uint32_t begin = position();
  bool good = false;
  std::string_view token;
  bool escaped = false;
  switch (Peek()) {
    case '{':
      good = SkipObject(depth + 1);
      value_end = at_[-1] + 1;
      return good;
    case '[':
      good = SkipArray(depth + 1);
      value_end = at_[-1] + 1;
      return good;
    case '"':
      good = ReadString(token, escaped) && (!escaped || UnescapedSize(token) >= 0 || Fail("a malformed escape"));
      value_end = begin + static_cast<std::uint32_t>(token.size()) + 2;
      return good;
    case 't':
    case 'n': value_end = begin + 4; return ReadLiteral(Peek() == 't' ? "true" : "null");
    case 'f': value_end = begin + 5; return ReadLiteral("false");
    default:
      good = ReadNumber(token);
      value_end = begin + static_cast<std::uint32_t>(token.size());
      return good;
  }
}

bool Cursor::SkipObject(int depth) {
  if (depth > kDepthMax) return Fail("nested deeper than 64");
  Take('{');
  if (Take('}')) return true;
  do {
    if (Peek() != '"') return Fail("a key in quotes is expected");
    std::uint32_t end = 0;
    if (!SkipValue(depth, end)) return false;
    if (!Take(':')) return Fail("':' is expected after a key");
    if (!SkipValue(depth, end)) return false;
  } while (Take(','));
  return Take('}') || Fail("',' or '}' is expected");
}

bool Cursor::SkipArray(int depth) {
  if (depth > kDepthMax) return Fail("nested deeper than 64");
  Take('[');
  if (Take(']')) return true;
  do {
    std::uint32_t end = 0;
    if (!SkipValue(depth, end)) return false;
  } while (Take(','));
  return Take(']') || Fail("',' or ']' is expected");
}

}  // namespace sluice::json
