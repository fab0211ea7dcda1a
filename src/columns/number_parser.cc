#include "columns/number_parser.h"

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>

#include "columns/float_scaling.h"

namespace sluice::columns {
namespace {

bool IsDigit(char c) { return static_cast<unsigned char>(c - '0') < 10; }

/// A number as mantissa · 10^exponent, when it is written with at most 19 digits.
struct Scientific {
  std::uint64_t mantissa = 0;
  std::int64_t exponent = 0;
  bool negative = false;
};

/// False for what is no plain number, and for numbers with more digits.
inline bool ReadExponent(const char*& at, const char* end, std::int64_t& exponent) {
  ++at;
  bool negative = false;
  if (at < end && (*at == '-' || *at == '+')) negative = *at++ == '-';
  const char* const digits = at;
  std::uint64_t magnitude = 0;
  at = swar::DigitRun(at, end, magnitude);
  if (at == digits || at - digits > 8) return false;
  exponent += negative ? -static_cast<std::int64_t>(magnitude) : static_cast<std::int64_t>(magnitude);
  return true;
}

inline bool ReadScientific(std::string_view text, Scientific* number) {
  const char* at = text.data();
  const char* const end = at + text.size();
  if (at == end) return false;
  number->negative = *at == '-';
  at += number->negative;
  const char* const integer = at;
  at = swar::DigitRun(at, end, number->mantissa);
  std::ptrdiff_t digits = at - integer;
  if (at < end && *at == '.') {
    const char* const fraction = ++at;
    at = swar::DigitRun(at, end, number->mantissa);
    digits += at - fraction;
    number->exponent = fraction - at;
  }
  if (digits == 0 || digits > 19) return false;
  if (at < end && (*at | 0x20) == 'e' && !ReadExponent(at, end, number->exponent)) return false;
  return at == end;
}

/// Most numbers: up to 7 digits, and a point with up to 7 digits more. No branch depends on how many, or on the sign.
/// One exact operand divided by another is rounded once (Clinger 1990). False for all other texts.
inline bool ReadShort(std::string_view text, double* value) {
  static constexpr double kPowers[] = {1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7};
  if (text.empty()) return false;
  const char* const end = text.data() + text.size();
  const bool negative = text.front() == '-';
  const char* const integer = text.data() + (negative ? 1 : 0);
  const std::uint64_t word = swar::Load(integer);
  const std::size_t count = swar::LeadingDigits(word);
  const char* const point = integer + count;
  if (count - 1 >= 7 || point >= end || *point != '.') return false;
  const std::uint64_t fraction = swar::Load(point + 1);
  const std::size_t scale = swar::LeadingDigits(fraction);
  if (scale - 1 >= 7 || point + 1 + scale != end) return false;
  const std::uint64_t mantissa = swar::EightDigits(swar::RightAlign(word, count)) * swar::kPowersOfTen[scale] +
                                 swar::EightDigits(swar::RightAlign(fraction, scale));
  const double magnitude = static_cast<double>(static_cast<std::int64_t>(mantissa)) / kPowers[scale];
  *value = std::bit_cast<double>(std::bit_cast<std::uint64_t>(magnitude) | static_cast<std::uint64_t>(negative) << 63);
  return true;
}

/// The standard library's parser, for what the short ways above do not take.
template <typename Float>
Fault ParseByLibrary(std::string_view text, Float* value) {
  const char* const end = text.data() + text.size();
  if (text.empty() || text.back() == ')') return Fault::kNotAValue;  // nan(payload) would lose its payload
  const auto [at, error] = std::from_chars(text.data(), end, *value);
  if (at != end || error == std::errc::invalid_argument) return Fault::kNotAValue;
  return error == std::errc() ? Fault::kNone : Fault::kOutOfRange;
}

}  // namespace

Fault ParseLongMagnitude(std::string_view digits, std::uint64_t* value) {
  if (digits.empty() || !std::all_of(digits.begin(), digits.end(), IsDigit)) return Fault::kNotAValue;
  digits.remove_prefix(std::min(digits.find_first_not_of('0'), digits.size() - 1));
  if (digits.size() > 20) return Fault::kOutOfRange;
  const auto [at, error] = std::from_chars(digits.data(), digits.data() + digits.size(), *value);
  return error == std::errc() ? Fault::kNone : Fault::kOutOfRange;
}

Fault ParseFloat64(std::string_view text, double* value) {
  if (ReadShort(text, value)) return Fault::kNone;
  Scientific number;
  if (ReadScientific(text, &number) && ScaleToFloat64(number.mantissa, number.exponent, value)) {
    if (number.negative) *value = -*value;
    return Fault::kNone;
  }
  return ParseByLibrary(text, value);
}

Fault ParseFloat32(std::string_view text, float* value) {
  // Both operands are exact in a float and one correctly rounded operation joins them (Clinger 1990).
  static constexpr float kPowers[] = {1e0F, 1e1F, 1e2F, 1e3F, 1e4F, 1e5F, 1e6F, 1e7F, 1e8F, 1e9F, 1e10F};
  Scientific number;
  if (ReadScientific(text, &number) && number.mantissa <= 1U << 24 && std::abs(number.exponent) <= 10) {
    const auto mantissa = static_cast<float>(number.negative ? -static_cast<double>(number.mantissa)
                                                             : static_cast<double>(number.mantissa));
    const float power = kPowers[std::abs(number.exponent)];
    *value = number.exponent < 0 ? mantissa / power : mantissa * power;
    return Fault::kNone;
  }
  return ParseByLibrary(text, value);
}

}  // namespace sluice::columns
