#include "expression/scalar_cast.h"

#include <arrow/buffer.h>
#include <arrow/scalar.h>
#include <arrow/type.h>
#include <fmt/format.h>

#include <cmath>
#include <optional>
#include <string>
#include <string_view>

#include "expression/decimal_value.h"
#include "expression/time_text.h"
#include "expression/time_unit.h"
#include "expression/type_class.h"
#include "expression/type_name.h"
#include "expression/value_text.h"

namespace sluice::expression {
namespace {

using core::InvalidInput;
using core::Result;
using ScalarPointer = std::shared_ptr<arrow::Scalar>;
using TypePointer = std::shared_ptr<arrow::DataType>;

std::string_view TextOf(const arrow::Scalar& value) {
  return static_cast<const arrow::BaseBinaryScalar&>(value).view();
}

double FloatOf(const arrow::Scalar& value) {
  return value.type->id() == arrow::Type::FLOAT ? static_cast<const arrow::FloatScalar&>(value).value
                                                : static_cast<const arrow::DoubleScalar&>(value).value;
}

std::int64_t MicrosOf(const arrow::TimestampScalar& value) {
  const auto unit = static_cast<const arrow::TimestampType&>(*value.type).unit();
  return ConvertCount(value.value, UnitsPerDay(unit), UnitsPerDay(arrow::TimeUnit::MICRO)).value_or(value.value);
}

core::Error NoSuchValue(const arrow::Scalar& value, const arrow::DataType& type) {
  std::string shown = value.ToString();
  constexpr std::size_t kShownMax = 60;
  if (shown.size() > kShownMax) shown = shown.substr(0, kShownMax) + "…";
  return InvalidInput(fmt::format("'{}' is no {}", shown, SqlTypeName(type)));
}

Result<ScalarPointer> ToBool(const arrow::Scalar& value, const TypePointer& type) {
  std::optional<bool> truth;
  switch (ClassOf(*value.type)) {
    case TypeClass::kFloat: truth = FloatOf(value) != 0; break;
    case TypeClass::kText: truth = ParseTruth(TextOf(value)); break;
    default: truth = ToDecimal(value)->unscaled != arrow::Decimal256(0); break;
  }
  if (!truth) return NoSuchValue(value, *type);
  return ScalarPointer(std::make_shared<arrow::BooleanScalar>(*truth));
}

/// The decimal that prints as the shortest text of `value`; nullopt for NaN, infinities and more than 76 digits.
std::optional<DecimalValue> ShortestDecimal(double value, bool single) {
  if (!std::isfinite(value)) return std::nullopt;
  return ParseDecimal(single ? fmt::format("{}", static_cast<float>(value)) : fmt::format("{}", value));
}

Result<ScalarPointer> ToExactNumber(const arrow::Scalar& value, const TypePointer& type) {
  const bool whole = ClassOf(*type) == TypeClass::kInteger;
  std::optional<DecimalValue> number;
  switch (ClassOf(*value.type)) {
    case TypeClass::kBool:
      number = DecimalValue{static_cast<const arrow::BooleanScalar&>(value).value ? 1 : 0, 0};
      break;
    case TypeClass::kFloat: {
      // Whole numbers keep all their digits, others those that are written.
      const double real = FloatOf(value);
      if (!whole) {
        number = ShortestDecimal(real, value.type->id() == arrow::Type::FLOAT);
      } else if (const auto cut_off = FromWholeDouble(std::trunc(real))) {
        number = DecimalValue{*cut_off, 0};
      }
      break;
    }
    case TypeClass::kText: {
      number = ParseDecimal(TrimBlanks(TextOf(value)));
      bool exact = true;
      if (number && whole && (!FloorToScale(*number, 0, &exact) || !exact)) number.reset();
      break;
    }
    default: number = ToDecimal(value); break;
  }
  const NumberRange range = RangeOf(*type);
  std::optional<arrow::Decimal256> unscaled;
  if (number && !whole) unscaled = RoundToScale(*number, range.scale);
  if (number && whole) {
    bool exact = true;
    unscaled = FloorToScale(*number, 0, &exact);
    if (unscaled && !exact && number->unscaled < arrow::Decimal256(0)) *unscaled += arrow::Decimal256(1);
  }
  if (!unscaled || *unscaled < range.low || *unscaled > range.high) return NoSuchValue(value, *type);
  return MakeNumberScalar(type, *unscaled);
}

Result<ScalarPointer> ToFloat(const arrow::Scalar& value, const TypePointer& type) {
  std::optional<double> number;
  switch (ClassOf(*value.type)) {
    case TypeClass::kBool: number = static_cast<const arrow::BooleanScalar&>(value).value ? 1 : 0; break;
    case TypeClass::kFloat: number = FloatOf(value); break;
    case TypeClass::kText: number = ParseDouble(TextOf(value)); break;
    default: number = ToDouble(*ToDecimal(value)); break;
  }
  if (!number) return NoSuchValue(value, *type);
  if (type->id() == arrow::Type::DOUBLE) return ScalarPointer(std::make_shared<arrow::DoubleScalar>(*number));
  return ScalarPointer(std::make_shared<arrow::FloatScalar>(static_cast<float>(*number)));
}

std::string ToText(const arrow::Scalar& value) {
  switch (ClassOf(*value.type)) {
    case TypeClass::kBool: return static_cast<const arrow::BooleanScalar&>(value).value ? "true" : "false";
    case TypeClass::kDate: return FormatDate(static_cast<const arrow::Date32Scalar&>(value).value);
    case TypeClass::kTimestamp: return FormatTimestamp(MicrosOf(static_cast<const arrow::TimestampScalar&>(value)));
    case TypeClass::kText: return std::string(TextOf(value));
    default: return FormatDecimal(*ToDecimal(value));
  }
}

Result<ScalarPointer> ToDate(const arrow::Scalar& value, const TypePointer& type) {
  std::optional<std::int32_t> days;
  if (ClassOf(*value.type) == TypeClass::kText) {
    days = ParseDate(TextOf(value));
  } else {
    const auto& timestamp = static_cast<const arrow::TimestampScalar&>(value);
    const auto unit = static_cast<const arrow::TimestampType&>(*value.type).unit();
    const auto count = ConvertCount(timestamp.value, UnitsPerDay(unit), 1);
    if (count && *count == static_cast<std::int32_t>(*count)) days = static_cast<std::int32_t>(*count);
  }
  if (!days) return NoSuchValue(value, *type);
  return ScalarPointer(std::make_shared<arrow::Date32Scalar>(*days));
}

Result<ScalarPointer> ToTimestamp(const arrow::Scalar& value, const TypePointer& type) {
  const auto& target = static_cast<const arrow::TimestampType&>(*type);
  const std::int64_t per_day = UnitsPerDay(target.unit());
  std::optional<std::int64_t> count;
  switch (ClassOf(*value.type)) {
    case TypeClass::kText: {
      const auto timestamp = ParseTimestamp(TextOf(value));
      if (timestamp && !(timestamp->has_zone && target.timezone().empty())) {
        count = ConvertCount(timestamp->micros, UnitsPerDay(arrow::TimeUnit::MICRO), per_day);
      }
      break;
    }
    case TypeClass::kDate:
      count = ConvertCount(static_cast<const arrow::Date32Scalar&>(value).value, 1, per_day);
      break;
    default: {
      const auto unit = static_cast<const arrow::TimestampType&>(*value.type).unit();
      count = ConvertCount(static_cast<const arrow::TimestampScalar&>(value).value, UnitsPerDay(unit), per_day);
      break;
    }
  }
  if (!count) return NoSuchValue(value, *type);
  return ScalarPointer(std::make_shared<arrow::TimestampScalar>(*count, type));
}

}  // namespace

bool CanCast(const arrow::DataType& from, const arrow::DataType& to) {
  const TypeClass source = ClassOf(from);
  const TypeClass target = ClassOf(to);
  if (source == TypeClass::kNull || from.Equals(to)) return true;
  switch (target) {
    case TypeClass::kBool: return source == TypeClass::kText || IsNumber(source);
    case TypeClass::kInteger:
    case TypeClass::kFloat:
    case TypeClass::kDecimal: return source == TypeClass::kText || source == TypeClass::kBool || IsNumber(source);
    case TypeClass::kText:
      return source == TypeClass::kBool || source == TypeClass::kInteger || source == TypeClass::kDecimal ||
             source == TypeClass::kDate || source == TypeClass::kTimestamp;
    case TypeClass::kBytes: return source == TypeClass::kText;
    case TypeClass::kDate: return source == TypeClass::kText || source == TypeClass::kTimestamp;
    case TypeClass::kTimestamp:
      return source == TypeClass::kText || source == TypeClass::kDate || source == TypeClass::kTimestamp;
    default: return false;
  }
}

Result<ScalarPointer> CastScalar(const arrow::Scalar& value, const TypePointer& type) {
  if (!value.is_valid) return arrow::MakeNullScalar(type);
  if (value.type->Equals(*type)) return value.GetSharedPtr();
  switch (ClassOf(*type)) {
    case TypeClass::kBool: return ToBool(value, type);
    case TypeClass::kInteger:
    case TypeClass::kDecimal: return ToExactNumber(value, type);
    case TypeClass::kFloat: return ToFloat(value, type);
    case TypeClass::kText: return ScalarPointer(std::make_shared<arrow::StringScalar>(ToText(value)));
    case TypeClass::kBytes:
      return ScalarPointer(std::make_shared<arrow::BinaryScalar>(static_cast<const arrow::StringScalar&>(value).value));
    case TypeClass::kDate: return ToDate(value, type);
    case TypeClass::kTimestamp: return ToTimestamp(value, type);
    default: return core::Internal("a cast to " + type->ToString());
  }
}

}  // namespace sluice::expression
