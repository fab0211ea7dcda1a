#include "json/nesting_scanner.h"

#include <array>
#include <string_view>

namespace sluice::json {

namespace {

constexpr std::array<bool, 256> BytesIn(std::string_view bytes) {
  std::array<bool, 256> set{};
  for (const char c : bytes) set[static_cast<unsigned char>(c)] = true;
  return set;
}

constexpr std::array<bool, 256> kStructural = BytesIn("{}[]\",:\n");
constexpr std::array<bool, 256> kInString = BytesIn("\"\\\n");

}  // namespace

void NestingScanner::ScanString(const char* text, std::size_t& position, std::size_t size) {
  while (position < size) {
    if (escaped_) {
      escaped_ = false;
    } else {
      while (position < size && !kInString[static_cast<unsigned char>(text[position])]) ++position;
      if (position == size) return;
      in_string_ = text[position] != '"';
      escaped_ = text[position] == '\\';
    }
    if (text[position] == '\n') ++lines_;
    ++position;
    if (!in_string_) return;
  }
}

NestingScanner::Stop NestingScanner::Scan(const char* text, std::size_t& position, std::size_t size) {
  while (position < size) {
    if (in_string_) {
      ScanString(text, position, size);
      continue;
    }
    const char c = text[position];
    if (!kStructural[static_cast<unsigned char>(c)]) {
      ++position;
      continue;
    }
    switch (c) {
      case '"': in_string_ = true; break;
      case '\n': ++lines_; break;
      case '{': closers_.push_back('}'); break;
      case '[': closers_.push_back(']'); break;
      case '}':
      case ']':
        if (closers_.empty()) return Stop::kCloser;
        if (closers_.back() != c) return Stop::kMismatch;
        closers_.pop_back();
        if (closers_.empty()) {
          ++position;
          return Stop::kBalanced;
        }
        break;
      default:
        if (closers_.empty()) return Stop::kSeparator;
    }
    ++position;
  }
  return Stop::kNeedMore;
}

}  // namespace sluice::json
