#pragma once

#include <algorithm>
#include <string>
#include <string_view>

/// Words without regard to ASCII case, whatever the locale.
namespace sluice::expression {

constexpr char LowerAscii(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

constexpr bool IsAsciiDigit(char c) { return c >= '0' && c <= '9'; }

/// A character of an unquoted name: a letter, digit, underscore or any character beyond ASCII.
constexpr bool IsNameCharacter(char c) {
  const char lower = LowerAscii(c);
  return (lower >= 'a' && lower <= 'z') || IsAsciiDigit(c) || c == '_' || static_cast<unsigned char>(c) >= 0x80;
}

inline bool EqualWords(std::string_view left, std::string_view right) {
  return std::equal(left.begin(), left.end(), right.begin(), right.end(),
                    [](char a, char b) { return LowerAscii(a) == LowerAscii(b); });
}

inline std::string LowerWord(std::string_view word) {
  std::string lower(word);
  std::transform(lower.begin(), lower.end(), lower.begin(), LowerAscii);
  return lower;
}

/// Words that are never a column's name unless quoted.
bool IsReserved(std::string_view word);

}  // namespace sluice::expression
