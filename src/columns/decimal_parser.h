#pragma once

#include <cstdint>
#include <string_view>

#include "columns/scalar_builder.h"
#include "columns/swar.h"

namespace sluice::columns {

__extension__ using Int128 = __int128;
__extension__ using Uint128 = unsigned __int128;

/// Reads decimals of one precision and scale as the integer value · 10^scale. Taken: an optional '-', digits, a point,
/// digits; zeros beyond the scale. Refused: exponents, '+', separators.
class DecimalParser {
 public:
  using Value = Int128;
  DecimalParser(std::int32_t precision, std::int32_t scale);

  Fault Parse(std::string_view text, Int128* value) const {
    const char* at = text.data();
    const char* const end = at + text.size();
    const bool negative = at < end && *at == '-';
    at += negative;
    const char* const integer = at;
    std::uint64_t digits = 0;
    at = swar::DigitRun(at, end, digits);
    std::ptrdiff_t count = at - integer;
    std::ptrdiff_t fraction_digits = 0;
    if (at < end && *at == '.') {
      const char* const fraction = ++at;
      at = swar::DigitRun(at, end, digits);
      fraction_digits = at - fraction;
      count += fraction_digits;
    }
    if (at != end || count == 0) return Fault::kNotAValue;
    const std::ptrdiff_t zeros = scale_ - fraction_digits;
    if (zeros < 0 || count + zeros > 18) [[unlikely]]
      return ParseLong({integer, end}, negative, value);
    const std::uint64_t unscaled = digits * swar::kPowersOfTen[zeros];
    if (unscaled >= limit_) return Fault::kPrecision;
    *value = negative ? -static_cast<Int128>(unscaled) : static_cast<Int128>(unscaled);
    return Fault::kNone;
  }

 private:
  /// `text` holds digits with at most one point among them.
  Fault ParseLong(std::string_view text, bool negative, Int128* value) const;

  std::int32_t precision_;
  std::int32_t scale_;
  Uint128 limit_;  ///< 10^precision
};

}  // namespace sluice::columns
