#pragma once

#include <arrow/type_fwd.h>
#include <arrow/util/decimal.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace sluice::expression {

/// A decimal number of at most 76 digits: `unscaled` · 10^−`scale`.
struct DecimalValue {
  arrow::Decimal256 unscaled = {};
  std::int32_t scale = 0;
};

inline constexpr std::int32_t kDecimal128DigitsMax = 38;
inline constexpr std::int32_t kDecimalDigitsMax = 76;

/// 10^digits, 0 … 76.
arrow::Decimal256 PowerOfTen(std::int32_t digits);

/// "-12.50", "1e-3": exactly; nullopt for what is no number or has more than 76 digits.
std::optional<DecimalValue> ParseDecimal(std::string_view text);

/// The value of a scalar of an integer or decimal type; nullopt for NULL and other types.
std::optional<DecimalValue> ToDecimal(const arrow::Scalar& scalar);

/// The digits before and behind the point that the value needs.
std::int32_t WholeDigits(const DecimalValue& value);

/// The largest unscaled value at `scale` that is not greater; `exact` says whether it is the value itself.
std::optional<arrow::Decimal256> FloorToScale(const DecimalValue& value, std::int32_t scale, bool* exact);

/// Half away from zero; nullopt beyond 76 digits.
std::optional<arrow::Decimal256> RoundToScale(const DecimalValue& value, std::int32_t scale);

/// The nearest float64.
double ToDouble(const DecimalValue& value);

/// The whole number `value`; nullopt outside −2^63 … 2^64 − 1 and for NaN.
std::optional<arrow::Decimal256> FromWholeDouble(double value);

/// All digits and no exponent: "-12.50".
std::string FormatDecimal(const DecimalValue& value);

/// The unscaled values that an integer or decimal type holds.
struct NumberRange {
  arrow::Decimal256 low = {};
  arrow::Decimal256 high = {};
  std::int32_t scale = 0;
};
NumberRange RangeOf(const arrow::DataType& type);

/// The scalar of an integer or decimal type with an unscaled value in its range.
std::shared_ptr<arrow::Scalar> MakeNumberScalar(const std::shared_ptr<arrow::DataType>& type,
                                                const arrow::Decimal256& unscaled);

/// numerator / denominator at `scale`, half away from zero. Numerator · 10^(scale − …) must fit 76 digits; denominator
/// is not zero.
std::optional<arrow::Decimal256> DivideToScale(const DecimalValue& numerator, const DecimalValue& denominator,
                                               std::int32_t scale);

}  // namespace sluice::expression
