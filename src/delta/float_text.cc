#include "delta/float_text.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <string_view>

namespace sluice::delta {
namespace {

/// "d.ddde±xx" for a number above 0.
template <typename Number>
std::string Scientific(Number number) {
  std::array<char, 64> buffer;
  char* const begin = buffer.data();
  char* const limit = begin + buffer.size();
  auto end = std::to_chars(begin, limit, number, std::chars_format::scientific).ptr;
  // Java writes two digits at least, the nearest ones: 4.9E-324, not 5.0E-324.
  if (begin[1] == 'e') end = std::to_chars(begin, limit, number, std::chars_format::scientific, 1).ptr;
  return {begin, end};
}

std::string Plain(std::string digits, int exponent) {
  if (exponent < 0) return "0." + std::string(static_cast<std::size_t>(-exponent - 1), '0') + digits;
  const auto whole = static_cast<std::size_t>(exponent) + 1;
  if (digits.size() <= whole) digits.resize(whole + 1, '0');
  return digits.insert(whole, 1, '.');
}

template <typename Number>
std::string Text(Number number) {
  if (std::isnan(number)) return "NaN";
  const std::string sign = std::signbit(number) ? "-" : "";
  const Number magnitude = std::abs(number);
  if (std::isinf(number)) return sign + "Infinity";
  if (magnitude == 0) return sign + "0.0";
  const std::string text = Scientific(magnitude);
  const std::size_t mark = text.find('e');
  const int exponent = std::atoi(text.c_str() + mark + 1);
  std::string digits = text.substr(0, 1) + text.substr(2, mark - 2);
  while (digits.size() > 2 && digits.back() == '0') digits.pop_back();
  if (exponent < -3 || exponent > 6) return fmt::format("{}{}.{}E{}", sign, digits[0], digits.substr(1), exponent);
  if (digits.size() == 2 && digits[1] == '0') digits.pop_back();
  return sign + Plain(std::move(digits), exponent);
}

}  // namespace

std::string JavaText(double number) { return Text(number); }
std::string JavaText(float number) { return Text(number); }

}  // namespace sluice::delta
