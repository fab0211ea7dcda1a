#include "expression/value_text.h"

#include <algorithm>
#include <charconv>
#include <iterator>

#include "expression/word.h"

namespace sluice::expression {

std::string_view TrimBlanks(std::string_view text) {
  const auto blank = [](char c) { return c == ' ' || (c >= '\t' && c <= '\r'); };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return text;
}

std::optional<bool> ParseTruth(std::string_view text) {
  text = TrimBlanks(text);
  const auto is_one_of = [&](const auto& words) {
    return std::any_of(std::begin(words), std::end(words),
                       [&](std::string_view word) { return EqualWords(word, text); });
  };
  static constexpr std::string_view kTrue[] = {"true", "t", "yes", "y", "1"};
  static constexpr std::string_view kFalse[] = {"false", "f", "no", "n", "0"};
  if (is_one_of(kTrue)) return true;
  if (is_one_of(kFalse)) return false;
  return std::nullopt;
}

std::optional<double> ParseDouble(std::string_view text) {
  text = TrimBlanks(text);
  if (text.starts_with('+')) {
    text.remove_prefix(1);
    if (text.starts_with('-')) return std::nullopt;
  }
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace sluice::expression
