#include "columns/json_text.h"

#include <cstdint>

namespace sluice::columns {
namespace {

/// A walk over one text without recursion: a bit per open bracket says whether it is an object's.
class JsonWalk {
 public:
  explicit JsonWalk(std::string_view text) : at_(text.data()), end_(at_ + text.size()) {}

  bool Run() {
    while (true) {
      if (!TakeValueStart()) return false;
      if (opened_) continue;
      if (!TakeValueEnd()) return false;
      if (depth_ == 0) return at_ == end_;
    }
  }

 private:
  void SkipSpace() {
    while (at_ < end_ && (*at_ == ' ' || *at_ == '\t' || *at_ == '\n' || *at_ == '\r')) ++at_;
  }
  bool Take(char c) {
    if (at_ == end_ || *at_ != c) return false;
    ++at_;
    return true;
  }
  bool TakeWord(std::string_view word) {
    if (std::string_view(at_, static_cast<std::size_t>(end_ - at_)).substr(0, word.size()) != word) return false;
    at_ += word.size();
    return true;
  }
  bool TakeDigits() {
    const char* const begin = at_;
    while (at_ < end_ && *at_ >= '0' && *at_ <= '9') ++at_;
    return at_ != begin;
  }
  bool TakeNumber() {
    Take('-');
    if (!Take('0') && !TakeDigits()) return false;
    if (Take('.') && !TakeDigits()) return false;
    if (at_ == end_ || (*at_ | 0x20) != 'e') return true;
    ++at_;
    if (!Take('+')) Take('-');
    return TakeDigits();
  }
  bool TakeEscape() {
    if (at_ == end_) return false;
    const char kind = *at_++;
    if (kind != 'u') return std::string_view("\"\\/bfnrt").find(kind) != std::string_view::npos;
    for (int i = 0; i < 4; ++i, ++at_) {
      if (at_ == end_) return false;
      const char lower = static_cast<char>(*at_ | 0x20);
      if (!((*at_ >= '0' && *at_ <= '9') || (lower >= 'a' && lower <= 'f'))) return false;
    }
    return true;
  }
  bool TakeString() {
    if (!Take('"')) return false;
    while (at_ < end_) {
      const char c = *at_++;
      if (c == '"') return true;
      if (static_cast<unsigned char>(c) < 0x20) return false;
      if (c == '\\' && !TakeEscape()) return false;
    }
    return false;
  }
  bool TakeKey() {
    SkipSpace();
    if (!TakeString()) return false;
    SkipSpace();
    return Take(':');
  }

  /// A scalar, an empty container, or an opened one (`opened_`) that stands before its first element.
  bool TakeValueStart() {
    opened_ = false;
    SkipSpace();
    if (at_ == end_) return false;
    switch (*at_) {
      case '{':
      case '[': return Open(*at_ == '{');
      case '"': return TakeString();
      case 't': return TakeWord("true");
      case 'f': return TakeWord("false");
      case 'n': return TakeWord("null");
      default: return TakeNumber();
    }
  }
  bool Open(bool object) {
    ++at_;
    SkipSpace();
    if (Take(object ? '}' : ']')) return depth_ < kJsonDepthMax;
    if (depth_ == kJsonDepthMax) return false;
    objects_ = objects_ << 1 | (object ? 1U : 0U);
    ++depth_;
    opened_ = true;
    return !object || TakeKey();
  }
  /// Close what ends here, up to the place where the next value must stand (or the text's end).
  bool TakeValueEnd() {
    while (true) {
      SkipSpace();
      if (depth_ == 0) return true;
      const bool object = (objects_ & 1) != 0;
      if (Take(',')) return !object || TakeKey();
      if (!Take(object ? '}' : ']')) return false;
      objects_ >>= 1;
      --depth_;
    }
  }

  const char* at_;
  const char* end_;
  std::uint64_t objects_ = 0;  ///< innermost in bit 0
  int depth_ = 0;
  bool opened_ = false;
};

}  // namespace

bool IsJson(std::string_view text) { return JsonWalk(text).Run(); }

}  // namespace sluice::columns
