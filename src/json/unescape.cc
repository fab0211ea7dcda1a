#include "json/unescape.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <utility>

#include "columns/scalar_builder.h"

namespace sluice::json {

namespace {

constexpr std::size_t kBlockBytes = 64 * 1024;

int HexValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// The four hexadecimal digits at the front of `text`, or -1.
std::int32_t ReadHex4(std::string_view text) {
  if (text.size() < 4) return -1;
  std::int32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    const int digit = HexValue(text[i]);
    if (digit < 0) return -1;
    value = value * 16 + digit;
  }
  return value;
}

/// The code point behind "\u" at the front of `text` (the "\u" taken off); takes its digits, and those of a low
/// surrogate. -1 when malformed.
std::int32_t TakeCodePoint(std::string_view& text) {
  const std::int32_t high = ReadHex4(text);
  if (high < 0 || (high >= 0xDC00 && high <= 0xDFFF)) return -1;
  text.remove_prefix(4);
  if (high < 0xD800 || high > 0xDBFF) return high;
  if (!text.starts_with("\\u")) return -1;
  const std::int32_t low = ReadHex4(text.substr(2));
  if (low < 0xDC00 || low > 0xDFFF) return -1;
  text.remove_prefix(6);
  return 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00);
}

char* PutUtf8(char* out, std::int32_t code) {
  const auto put = [&out](std::int32_t byte) { *out++ = static_cast<char>(byte); };
  if (code < 0x80) {
    put(code);
  } else if (code < 0x800) {
    put(0xC0 | (code >> 6));
    put(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    put(0xE0 | (code >> 12));
    put(0x80 | ((code >> 6) & 0x3F));
    put(0x80 | (code & 0x3F));
  } else {
    put(0xF0 | (code >> 18));
    put(0x80 | ((code >> 12) & 0x3F));
    put(0x80 | ((code >> 6) & 0x3F));
    put(0x80 | (code & 0x3F));
  }
  return out;
}

char SimpleEscape(char c) {
  switch (c) {
    case '"': return '"';
    case '\\': return '\\';
    case '/': return '/';
    case 'b': return '\b';
    case 'f': return '\f';
    case 'n': return '\n';
    case 'r': return '\r';
    case 't': return '\t';
    default: return '\0';
  }
}

}  // namespace

char* UnescapeInto(std::string_view raw, char* out) {
  while (!raw.empty()) {
    const std::size_t plain = std::min(raw.find('\\'), raw.size());
    std::memcpy(out, raw.data(), plain);
    out += plain;
    raw.remove_prefix(plain);
    if (raw.empty()) break;
    if (raw.size() < 2) return nullptr;
    const char kind = raw[1];
    raw.remove_prefix(2);
    if (kind == 'u') {
      const std::int32_t code = TakeCodePoint(raw);
      if (code < 0) return nullptr;
      out = PutUtf8(out, code);
    } else {
      const char c = SimpleEscape(kind);
      if (c == '\0') return nullptr;
      *out++ = c;
    }
  }
  return out;
}

std::ptrdiff_t UnescapedSize(std::string_view raw) {
  std::ptrdiff_t size = 0;
  char unit[4];
  while (!raw.empty()) {
    const std::size_t plain = std::min(raw.find('\\'), raw.size());
    size += static_cast<std::ptrdiff_t>(plain);
    raw.remove_prefix(plain);
    if (raw.empty()) break;
    if (raw.size() < 2) return -1;
    const char kind = raw[1];
    raw.remove_prefix(2);
    if (kind == 'u') {
      const std::int32_t code = TakeCodePoint(raw);
      if (code < 0) return -1;
      size += PutUtf8(unit, code) - unit;
    } else {
      if (SimpleEscape(kind) == '\0') return -1;
      ++size;
    }
  }
  return size;
}

char* TextArena::Take(std::size_t bytes) {
  if (blocks_.empty() || used_ + bytes > blocks_.back().size) {
    const std::size_t size = std::max(bytes, kBlockBytes);
    blocks_.push_back({std::make_unique_for_overwrite<char[]>(size), size});
    used_ = 0;
  }
  char* taken = blocks_.back().bytes.get() + used_;
  used_ += bytes;
  return taken;
}

bool TextArena::Unescape(std::string_view raw, std::string_view& text) {
  char* begin = Take(raw.size() + columns::kTextPadding);
  char* end = UnescapeInto(raw, begin);
  if (end == nullptr) return false;
  std::memset(end, 0, columns::kTextPadding);
  text = {begin, static_cast<std::size_t>(end - begin)};
  return true;
}

std::string_view TextArena::Copy(std::string_view text) {
  char* begin = Take(text.size() + columns::kTextPadding);
  std::memcpy(begin, text.data(), text.size());
  std::memset(begin + text.size(), 0, columns::kTextPadding);
  return {begin, text.size()};
}

void TextArena::Clear() {
  if (blocks_.size() > 1) blocks_.erase(blocks_.begin(), blocks_.end() - 1);
  if (!blocks_.empty() && blocks_.back().size > kBlockBytes) blocks_.clear();
  used_ = 0;
}

}  // namespace sluice::json
