#include "expression/placement.h"

#include <arrow/scalar.h>
#include <arrow/type.h>
#include <fmt/format.h>

#include <cmath>
#include <limits>
#include <string_view>
#include <utility>

#include "expression/decimal_value.h"
#include "expression/scalar_cast.h"
#include "expression/time_unit.h"
#include "expression/type_class.h"
#include "expression/type_name.h"
#include "expression/value_text.h"

namespace sluice::expression {
namespace {

using arrow::Decimal256;
using core::Result;
using ScalarPointer = std::shared_ptr<arrow::Scalar>;
using TypePointer = std::shared_ptr<arrow::DataType>;

Placement Exactly(ScalarPointer value) { return {.floor = value, .ceil = value, .exact = true}; }

/// By the literal rounded down to the type's scale; `exact` when that changed nothing.
Placement PlaceInRange(const Decimal256& floor, bool exact, const NumberRange& range, const TypePointer& type) {
  if (floor < range.low) return {.ceil = MakeNumberScalar(type, range.low)};
  if (floor > range.high || (floor == range.high && !exact)) return {.floor = MakeNumberScalar(type, range.high)};
  if (exact) return Exactly(MakeNumberScalar(type, floor));
  return {.floor = MakeNumberScalar(type, floor), .ceil = MakeNumberScalar(type, Decimal256(floor + Decimal256(1)))};
}

Placement PlaceDecimal(const DecimalValue& value, const TypePointer& type) {
  const NumberRange range = RangeOf(*type);
  bool exact = true;
  const auto floor = FloorToScale(value, range.scale, &exact);
  if (floor) return PlaceInRange(*floor, exact, range, type);
  // More than 76 digits before the point.
  if (value.unscaled < Decimal256(0)) return {.ceil = MakeNumberScalar(type, range.low)};
  return {.floor = MakeNumberScalar(type, range.high)};
}

Placement PlaceDoubleAmongWhole(double value, const TypePointer& type) {
  const NumberRange range = RangeOf(*type);
  const double floor = std::floor(value);
  const auto whole = FromWholeDouble(floor);
  if (!whole && value < 0) return {.ceil = MakeNumberScalar(type, range.low)};
  if (!whole) return {.floor = MakeNumberScalar(type, range.high)};  // NaN is greater than every number
  return PlaceInRange(*whole, floor == value, range, type);
}

Placement PlaceAmongFloats(double value, const TypePointer& type) {
  if (type->id() == arrow::Type::DOUBLE) return Exactly(std::make_shared<arrow::DoubleScalar>(value));
  const auto single = static_cast<float>(value);
  if (std::isnan(value) || static_cast<double>(single) == value) {
    return Exactly(std::make_shared<arrow::FloatScalar>(single));
  }
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  const bool above = static_cast<double>(single) > value;
  return {.floor = std::make_shared<arrow::FloatScalar>(above ? std::nextafter(single, -kInfinity) : single),
          .ceil = std::make_shared<arrow::FloatScalar>(above ? single : std::nextafter(single, kInfinity))};
}

double DoubleOf(const arrow::Scalar& literal) {
  if (literal.type->id() == arrow::Type::DOUBLE) return static_cast<const arrow::DoubleScalar&>(literal).value;
  if (literal.type->id() == arrow::Type::FLOAT) return static_cast<const arrow::FloatScalar&>(literal).value;
  return ToDouble(*ToDecimal(literal));
}

ScalarPointer TimeScalar(std::int64_t count, const TypePointer& type) {
  if (type->id() == arrow::Type::DATE32) return std::make_shared<arrow::Date32Scalar>(static_cast<std::int32_t>(count));
  return std::make_shared<arrow::TimestampScalar>(count, type);
}

Placement PlaceTime(const arrow::Scalar& literal, const TypePointer& type) {
  const auto per_day = [](const arrow::DataType& time) {
    return time.id() == arrow::Type::DATE32 ? 1 : UnitsPerDay(static_cast<const arrow::TimestampType&>(time).unit());
  };
  const std::int64_t count = literal.type->id() == arrow::Type::DATE32
                                 ? static_cast<const arrow::Date32Scalar&>(literal).value
                                 : static_cast<const arrow::TimestampScalar&>(literal).value;
  const std::int64_t from = per_day(*literal.type);
  const std::int64_t to = per_day(*type);
  const auto floor = ConvertCount(count, from, to);
  if (!floor) {
    constexpr auto kLow = std::numeric_limits<std::int64_t>::min();
    constexpr auto kHigh = std::numeric_limits<std::int64_t>::max();
    return count < 0 ? Placement{.ceil = TimeScalar(kLow, type)} : Placement{.floor = TimeScalar(kHigh, type)};
  }
  if (ConvertCount(*floor, to, from) == count) return Exactly(TimeScalar(*floor, type));
  return {.floor = TimeScalar(*floor, type), .ceil = TimeScalar(*floor + 1, type)};
}

Result<std::optional<Placement>> PlaceText(const arrow::Scalar& literal, const TypePointer& type) {
  const std::string_view text = static_cast<const arrow::StringScalar&>(literal).view();
  if (const TypeClass wanted = ClassOf(*type); wanted == TypeClass::kInteger || wanted == TypeClass::kDecimal) {
    // A number that the column cannot hold still has its place among those that it can.
    if (const auto number = ParseDecimal(TrimBlanks(text))) return PlaceDecimal(*number, type);
  } else if (wanted == TypeClass::kFloat) {
    if (const auto number = ParseDouble(text)) return PlaceAmongFloats(*number, type);
  } else if (wanted == TypeClass::kTimestamp) {
    const auto micros =
        arrow::timestamp(arrow::TimeUnit::MICRO, static_cast<const arrow::TimestampType&>(*type).timezone());
    SLUICE_ASSIGN_OR_RETURN(const ScalarPointer value, CastScalar(literal, micros));
    return PlaceTime(*value, type);
  } else if (CanCast(*literal.type, *type)) {
    SLUICE_ASSIGN_OR_RETURN(ScalarPointer value, CastScalar(literal, type));
    return Exactly(std::move(value));
  } else {
    return std::optional<Placement>();
  }
  return core::InvalidInput(fmt::format("'{}' is no {}", text.substr(0, 60), SqlTypeName(*type)));
}

}  // namespace

Result<std::optional<Placement>> Place(const arrow::Scalar& literal, const TypePointer& type) {
  const TypeClass from = ClassOf(*literal.type);
  const TypeClass to = ClassOf(*type);
  const bool time = to == TypeClass::kDate || to == TypeClass::kTimestamp;
  if (from == TypeClass::kText) return PlaceText(literal, type);
  if (from == to && (to == TypeClass::kBool || to == TypeClass::kBytes)) return Exactly(literal.GetSharedPtr());
  if (time && (from == TypeClass::kDate || from == TypeClass::kTimestamp)) return PlaceTime(literal, type);
  if (!IsNumber(from)) return std::optional<Placement>();
  if (to == TypeClass::kFloat) return PlaceAmongFloats(DoubleOf(literal), type);
  if (from == TypeClass::kFloat) {
    if (to == TypeClass::kInteger) return PlaceDoubleAmongWhole(DoubleOf(literal), type);
    return std::optional<Placement>();  // a decimal meets a float as a float
  }
  if (to == TypeClass::kInteger || to == TypeClass::kDecimal) return PlaceDecimal(*ToDecimal(literal), type);
  return std::optional<Placement>();
}

}  // namespace sluice::expression
