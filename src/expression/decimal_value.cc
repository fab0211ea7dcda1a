#include "expression/decimal_value.h"

#include <arrow/scalar.h>
#include <arrow/type.h>
#include <arrow/type_traits.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <string>

namespace sluice::expression {
namespace {

using arrow::Decimal256;

/// value · 10^digits; nullopt when it does not fit 76 digits.
std::optional<Decimal256> ScaleUp(const Decimal256& value, std::int32_t digits) {
  if (value == Decimal256(0)) return value;
  if (digits > kDecimalDigitsMax || !value.FitsInPrecision(kDecimalDigitsMax - digits)) return std::nullopt;
  return Decimal256(value * PowerOfTen(digits));
}

/// Half away from zero.
std::optional<Decimal256> DivideRounded(const Decimal256& numerator, const Decimal256& denominator) {
  const auto divided = numerator.Divide(denominator);
  if (!divided.ok()) return std::nullopt;
  auto [quotient, remainder] = *divided;
  // 76 digits take 253 bits, so that doubling is safe.
  const Decimal256 rest(Decimal256::Abs(remainder));
  if (rest + rest >= Decimal256::Abs(denominator)) {
    quotient += Decimal256((numerator < Decimal256(0)) == (denominator < Decimal256(0)) ? 1 : -1);
  }
  return quotient;
}

}  // namespace

Decimal256 PowerOfTen(std::int32_t digits) { return Decimal256(Decimal256::GetScaleMultiplier(digits)); }

std::optional<DecimalValue> ParseDecimal(std::string_view text) {
  DecimalValue value;
  std::int32_t precision = 0;
  if (!Decimal256::FromString(text, &value.unscaled, &precision, &value.scale).ok()) return std::nullopt;
  if (precision > kDecimalDigitsMax || value.scale > kDecimalDigitsMax) return std::nullopt;
  if (value.scale < 0) {
    const auto scaled = ScaleUp(value.unscaled, -value.scale);
    if (!scaled) return std::nullopt;
    value = DecimalValue{*scaled, 0};
  }
  return value;
}

std::optional<DecimalValue> ToDecimal(const arrow::Scalar& scalar) {
  if (!scalar.is_valid) return std::nullopt;
  const auto whole = [](auto value) { return DecimalValue{Decimal256(value), 0}; };
  switch (scalar.type->id()) {
    case arrow::Type::INT8: return whole(static_cast<const arrow::Int8Scalar&>(scalar).value);
    case arrow::Type::INT16: return whole(static_cast<const arrow::Int16Scalar&>(scalar).value);
    case arrow::Type::INT32: return whole(static_cast<const arrow::Int32Scalar&>(scalar).value);
    case arrow::Type::INT64: return whole(static_cast<const arrow::Int64Scalar&>(scalar).value);
    case arrow::Type::UINT8: return whole(static_cast<const arrow::UInt8Scalar&>(scalar).value);
    case arrow::Type::UINT16: return whole(static_cast<const arrow::UInt16Scalar&>(scalar).value);
    case arrow::Type::UINT32: return whole(static_cast<const arrow::UInt32Scalar&>(scalar).value);
    case arrow::Type::UINT64: return whole(static_cast<const arrow::UInt64Scalar&>(scalar).value);
    case arrow::Type::DECIMAL128:
      return DecimalValue{Decimal256(static_cast<const arrow::Decimal128Scalar&>(scalar).value),
                          static_cast<const arrow::DecimalType&>(*scalar.type).scale()};
    case arrow::Type::DECIMAL256:
      return DecimalValue{static_cast<const arrow::Decimal256Scalar&>(scalar).value,
                          static_cast<const arrow::DecimalType&>(*scalar.type).scale()};
    default: return std::nullopt;
  }
}

std::int32_t WholeDigits(const DecimalValue& value) {
  std::int32_t digits = 0;
  while (digits < kDecimalDigitsMax && !value.unscaled.FitsInPrecision(digits + 1)) ++digits;
  return std::max(digits + 1 - value.scale, 0);
}

std::optional<Decimal256> FloorToScale(const DecimalValue& value, std::int32_t scale, bool* exact) {
  *exact = true;
  if (value.scale <= scale) return ScaleUp(value.unscaled, scale - value.scale);
  const auto divided = value.unscaled.Divide(PowerOfTen(value.scale - scale));
  if (!divided.ok()) return std::nullopt;
  auto [quotient, remainder] = *divided;
  *exact = remainder == Decimal256(0);
  if (remainder < Decimal256(0)) quotient += Decimal256(-1);
  return quotient;
}

std::optional<Decimal256> RoundToScale(const DecimalValue& value, std::int32_t scale) {
  if (value.scale <= scale) return ScaleUp(value.unscaled, scale - value.scale);
  if (value.scale - scale > kDecimalDigitsMax) return Decimal256(0);
  return DivideRounded(value.unscaled, PowerOfTen(value.scale - scale));
}

double ToDouble(const DecimalValue& value) {
  // Up to 2^53 and 10^22 both are exact, and so one division rounds once. Text is exact for the rest.
  constexpr std::int64_t kExactMax = std::int64_t{1} << 53;
  static constexpr std::array<double, 23> kPowers = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                                     1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                                     1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
  if (value.scale >= 0 && value.scale <= 22 && Decimal256::Abs(value.unscaled) <= Decimal256(kExactMax)) {
    const auto unscaled = static_cast<std::int64_t>(value.unscaled.low_bits());
    return static_cast<double>(unscaled) / kPowers[static_cast<std::size_t>(value.scale)];
  }
  const std::string text = value.unscaled.ToIntegerString() + "e" + std::to_string(-value.scale);
  double number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

std::optional<Decimal256> FromWholeDouble(double value) {
  if (!(value >= -0x1p63 && value < 0x1p64)) return std::nullopt;
  return value < 0x1p63 ? Decimal256(static_cast<std::int64_t>(value)) : Decimal256(static_cast<std::uint64_t>(value));
}

std::string FormatDecimal(const DecimalValue& value) {
  std::string digits = Decimal256(Decimal256::Abs(value.unscaled)).ToIntegerString();
  if (value.scale > 0) {
    const auto scale = static_cast<std::size_t>(value.scale);
    if (digits.size() <= scale) digits.insert(0, scale + 1 - digits.size(), '0');
    digits.insert(digits.size() - scale, 1, '.');
  }
  return value.unscaled < Decimal256(0) ? "-" + digits : digits;
}

NumberRange RangeOf(const arrow::DataType& type) {
  if (arrow::is_decimal(type.id())) {
    const auto& decimal = static_cast<const arrow::DecimalType&>(type);
    Decimal256 high = PowerOfTen(decimal.precision());
    high += Decimal256(-1);
    return {Decimal256(-high), high, decimal.scale()};
  }
  const int bits = type.bit_width();
  if (arrow::is_signed_integer(type.id())) {
    const std::int64_t high = std::numeric_limits<std::int64_t>::max() >> (64 - bits);
    return {Decimal256(-high - 1), Decimal256(high), 0};
  }
  return {Decimal256(0), Decimal256(std::numeric_limits<std::uint64_t>::max() >> (64 - bits)), 0};
}

std::shared_ptr<arrow::Scalar> MakeNumberScalar(const std::shared_ptr<arrow::DataType>& type,
                                                const Decimal256& unscaled) {
  const auto words = unscaled.little_endian_array();
  const auto low = static_cast<std::int64_t>(words[0]);
  switch (type->id()) {
    case arrow::Type::INT8: return std::make_shared<arrow::Int8Scalar>(static_cast<std::int8_t>(low));
    case arrow::Type::INT16: return std::make_shared<arrow::Int16Scalar>(static_cast<std::int16_t>(low));
    case arrow::Type::INT32: return std::make_shared<arrow::Int32Scalar>(static_cast<std::int32_t>(low));
    case arrow::Type::INT64: return std::make_shared<arrow::Int64Scalar>(low);
    case arrow::Type::UINT8: return std::make_shared<arrow::UInt8Scalar>(static_cast<std::uint8_t>(low));
    case arrow::Type::UINT16: return std::make_shared<arrow::UInt16Scalar>(static_cast<std::uint16_t>(low));
    case arrow::Type::UINT32: return std::make_shared<arrow::UInt32Scalar>(static_cast<std::uint32_t>(low));
    case arrow::Type::UINT64: return std::make_shared<arrow::UInt64Scalar>(words[0]);
    case arrow::Type::DECIMAL128:
      return std::make_shared<arrow::Decimal128Scalar>(arrow::Decimal128(static_cast<std::int64_t>(words[1]), words[0]),
                                                       type);
    default: return std::make_shared<arrow::Decimal256Scalar>(unscaled, type);
  }
}

std::optional<Decimal256> DivideToScale(const DecimalValue& numerator, const DecimalValue& denominator,
                                        std::int32_t scale) {
  const std::int32_t shift = scale - numerator.scale + denominator.scale;
  if (shift >= 0) {
    const auto scaled = ScaleUp(numerator.unscaled, shift);
    return scaled ? DivideRounded(*scaled, denominator.unscaled) : std::nullopt;
  }
  const auto scaled = ScaleUp(denominator.unscaled, -shift);
  return scaled ? DivideRounded(numerator.unscaled, *scaled) : std::nullopt;
}

}  // namespace sluice::expression
