#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace sluice::json {

/// A key as it stands in JSON when it has no escapes: its name, the closing quote and a colon right behind it. Laid out
/// to be compared fast.
class KeyText {
 public:
  KeyText() = default;
  explicit KeyText(std::string_view name);

  /// True when `at` is just behind the opening quote of this key. So many bytes as the key has, and 8 at least, are
  /// readable. Names need no unescaping to be told apart here: one with a quote or a backslash is never found.
  bool StandsAt(const char* at) const {
    if ((Word(at) & mask_) != head_) return false;
    if (text_.size() <= kWordBytes) return true;
    return Word(at + text_.size() - kWordBytes) == tail_ &&
           (text_.size() <= 2 * kWordBytes || std::memcmp(at, text_.data(), text_.size()) == 0);
  }
  std::size_t size() const { return text_.size(); }

 private:
  static constexpr std::size_t kWordBytes = sizeof(std::uint64_t);
  static std::uint64_t Word(const char* at) {
    std::uint64_t word = 0;
    std::memcpy(&word, at, sizeof word);
    return word;
  }

  std::string text_;        // the name and "\":"
  std::uint64_t head_ = 0;  // its first 8 bytes in memory order, zeros behind a shorter one
  std::uint64_t mask_ = 0;  // the bytes of `head_` that count
  std::uint64_t tail_ = 0;  // its last 8 bytes, when it has more than 8
};

}  // namespace sluice::json
