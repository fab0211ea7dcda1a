#pragma once

#include <algorithm>
#include <string>
#include <string_view>

namespace sluice::core {

/// ASCII letters in lower case, other bytes as they are, whatever the locale.
constexpr char LowerAscii(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }
inline std::string LowerAscii(std::string_view text) {
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(), [](char c) { return LowerAscii(c); });
  return lower;
}

}  // namespace sluice::core
