#include "delta/literal_range.h"

#include <arrow/scalar.h>
#include <arrow/type.h>
#include <arrow/util/decimal.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <string>

namespace sluice::delta {
namespace {

// Whole numbers up to here are doubles without loss.
constexpr Int128 kExactInDouble = Int128{1} << 53;

/// unscaled · 10^-scale.
struct Number {
  Int128 unscaled = 0;
  std::int32_t scale = 0;
};

template <typename Scalar>
auto ValueOf(const arrow::Scalar& scalar) {
  return static_cast<const Scalar&>(scalar).value;
}

std::optional<Number> NumberOf(const arrow::Scalar& scalar) {
  switch (scalar.type->id()) {
    case arrow::Type::INT8: return Number{ValueOf<arrow::Int8Scalar>(scalar)};
    case arrow::Type::INT16: return Number{ValueOf<arrow::Int16Scalar>(scalar)};
    case arrow::Type::INT32: return Number{ValueOf<arrow::Int32Scalar>(scalar)};
    case arrow::Type::INT64: return Number{ValueOf<arrow::Int64Scalar>(scalar)};
    case arrow::Type::DECIMAL128: {
      const arrow::Decimal128 value = ValueOf<arrow::Decimal128Scalar>(scalar);
      return Number{static_cast<Int128>(value.high_bits()) * (Int128{1} << 64) + value.low_bits(),
                    static_cast<const arrow::Decimal128Type&>(*scalar.type).scale()};
    }
    default: return std::nullopt;
  }
}

std::optional<double> DoubleOf(const arrow::Scalar& scalar) {
  switch (scalar.type->id()) {
    case arrow::Type::FLOAT: return double{ValueOf<arrow::FloatScalar>(scalar)};
    case arrow::Type::DOUBLE: return ValueOf<arrow::DoubleScalar>(scalar);
    default: return std::nullopt;
  }
}

// value · 10^digits between two whole numbers; nullopt when it has too many digits.
std::optional<ValueRange> Rescale(Int128 value, std::int32_t digits) {
  Int128 power = 1;
  for (std::int32_t i = 0; i < std::abs(digits); ++i) {
    if (__builtin_mul_overflow(power, Int128{10}, &power)) return std::nullopt;
  }
  if (digits >= 0) {
    if (__builtin_mul_overflow(value, power, &value)) return std::nullopt;
    return ValueRange{value, value};
  }
  const Int128 down = value / power - (value % power < 0 ? 1 : 0);
  return ValueRange{down, down + (value % power != 0 ? 1 : 0)};
}

std::optional<ValueRange> WholeRange(const arrow::Scalar& literal, const DataType& type) {
  if (const auto number = NumberOf(literal)) return Rescale(number->unscaled, type.scale - number->scale);
  const auto number = DoubleOf(literal);
  // A decimal and a double are compared as doubles, which does not keep their order.
  if (!number || type.kind == TypeKind::kDecimal || !(std::abs(*number) < static_cast<double>(kExactInDouble))) {
    return std::nullopt;
  }
  return ValueRange{static_cast<Int128>(std::floor(*number)), static_cast<Int128>(std::ceil(*number))};
}

ValueRange RoundToFloats(double low, double high) {
  auto below = static_cast<float>(low);
  auto above = static_cast<float>(high);
  if (double{below} > low) below = std::nextafter(below, -std::numeric_limits<float>::infinity());
  if (double{above} < high) above = std::nextafter(above, std::numeric_limits<float>::infinity());
  return {double{below}, double{above}};
}

std::optional<ValueRange> FloatRange(const arrow::Scalar& literal, const DataType& type) {
  double low = 0;
  double high = 0;
  if (const auto value = DoubleOf(literal)) {
    if (std::isnan(*value)) return std::nullopt;
    low = high = *value;
  } else if (const auto number = NumberOf(literal)) {
    low = high = static_cast<double>(number->unscaled) / std::pow(10.0, number->scale);
    const bool exact = number->scale == 0 && -kExactInDouble <= number->unscaled && number->unscaled <= kExactInDouble;
    // Three roundings: the power, the number and the division.
    for (int i = 0; i < 3 && !exact; ++i) {
      low = std::nextafter(low, -std::numeric_limits<double>::infinity());
      high = std::nextafter(high, std::numeric_limits<double>::infinity());
    }
  } else {
    return std::nullopt;
  }
  if (type.kind == TypeKind::kFloat) return RoundToFloats(low, high);
  return ValueRange{low, high};
}

std::optional<ValueRange> TimestampRange(const arrow::Scalar& literal, const DataType& type) {
  if (literal.type->id() != arrow::Type::TIMESTAMP) return std::nullopt;
  const auto& timestamp = static_cast<const arrow::TimestampType&>(*literal.type);
  if (timestamp.timezone().empty() != (type.kind == TypeKind::kTimestampNtz)) return std::nullopt;
  const Int128 value = ValueOf<arrow::TimestampScalar>(literal);
  switch (timestamp.unit()) {
    case arrow::TimeUnit::SECOND: return Rescale(value, 6);
    case arrow::TimeUnit::MILLI: return Rescale(value, 3);
    case arrow::TimeUnit::MICRO: return Rescale(value, 0);
    case arrow::TimeUnit::NANO: return Rescale(value, -3);
  }
  return std::nullopt;
}

template <typename Value>
ValueRange Exactly(Value value) {
  return {value, value};
}

// Digits before the point that every value of the type has room in; 0 for types that are no whole numbers.
std::int32_t WholeDigits(TypeKind kind) {
  switch (kind) {
    case TypeKind::kByte: return 3;
    case TypeKind::kShort: return 5;
    case TypeKind::kInteger: return 10;
    case TypeKind::kLong: return 19;
    default: return 0;
  }
}

}  // namespace

std::optional<ValueRange> RangeOf(const arrow::Scalar& literal, const DataType& type) {
  if (!literal.is_valid) return std::nullopt;
  const arrow::Type::type id = literal.type->id();
  switch (type.kind) {
    case TypeKind::kByte:
    case TypeKind::kShort:
    case TypeKind::kInteger:
    case TypeKind::kLong:
    case TypeKind::kDecimal: return WholeRange(literal, type);
    case TypeKind::kFloat:
    case TypeKind::kDouble: return FloatRange(literal, type);
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampNtz: return TimestampRange(literal, type);
    case TypeKind::kDate:
      if (id != arrow::Type::DATE32) return std::nullopt;
      return Exactly(Int128{ValueOf<arrow::Date32Scalar>(literal)});
    case TypeKind::kBoolean:
      if (id != arrow::Type::BOOL) return std::nullopt;
      return Exactly(Int128{ValueOf<arrow::BooleanScalar>(literal) ? 1 : 0});
    case TypeKind::kString:
      if (id != arrow::Type::STRING && id != arrow::Type::LARGE_STRING) return std::nullopt;
      return Exactly(ValueOf<arrow::BaseBinaryScalar>(literal)->ToString());
    default: return std::nullopt;
  }
}

bool IsExactCast(const DataType& from, const arrow::DataType& to) {
  const std::int32_t digits = WholeDigits(from.kind);
  switch (to.id()) {
    case arrow::Type::INT16: return digits > 0 && digits <= 5;
    case arrow::Type::INT32: return digits > 0 && digits <= 10;
    case arrow::Type::INT64: return digits > 0;
    case arrow::Type::FLOAT: return (digits > 0 && digits <= 5) || from.kind == TypeKind::kFloat;
    case arrow::Type::DOUBLE:
      return (digits > 0 && digits <= 10) || from.kind == TypeKind::kFloat || from.kind == TypeKind::kDouble;
    case arrow::Type::DECIMAL128: {
      const auto& decimal = static_cast<const arrow::Decimal128Type&>(to);
      const std::int32_t room = decimal.precision() - decimal.scale();
      if (from.kind != TypeKind::kDecimal) return digits > 0 && room >= digits && decimal.scale() >= 0;
      return room >= from.precision - from.scale && decimal.scale() >= from.scale;
    }
    default: return false;
  }
}

}  // namespace sluice::delta
