#include "columns/decimal_parser.h"

namespace sluice::columns {

DecimalParser::DecimalParser(std::int32_t precision, std::int32_t scale)
    : precision_(precision), scale_(scale), limit_(1) {
  for (std::int32_t i = 0; i < precision_; ++i) limit_ *= 10;
}

Fault DecimalParser::ParseLong(std::string_view text, bool negative, Int128* value) const {
  Uint128 unscaled = 0;
  std::int32_t fraction_digits = 0;
  bool in_fraction = false;
  for (const char c : text) {
    if (c == '.') {
      in_fraction = true;
      continue;
    }
    if (in_fraction && ++fraction_digits > scale_) {
      if (c != '0') return Fault::kScale;
      continue;
    }
    if (unscaled >= limit_ / 10) return Fault::kPrecision;
    unscaled = unscaled * 10 + static_cast<unsigned>(c - '0');
  }
  for (; fraction_digits < scale_; ++fraction_digits) {
    if (unscaled >= limit_ / 10) return Fault::kPrecision;
    unscaled *= 10;
  }
  *value = negative ? -static_cast<Int128>(unscaled) : static_cast<Int128>(unscaled);
  return Fault::kNone;
}

}  // namespace sluice::columns
