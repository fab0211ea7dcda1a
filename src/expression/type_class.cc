#include "expression/type_class.h"

#include <arrow/extension_type.h>
#include <arrow/type.h>
#include <arrow/type_traits.h>
#include <fmt/format.h>

#include <algorithm>

#include "expression/decimal_value.h"
#include "expression/type_name.h"

namespace sluice::expression {
namespace {

using core::Result;
using TypePointer = std::shared_ptr<arrow::DataType>;

bool IsDated(const arrow::DataType& type) {
  return type.id() == arrow::Type::DATE32 || type.id() == arrow::Type::TIMESTAMP;
}

core::Error Incomparable(const arrow::DataType& left, const arrow::DataType& right) {
  const bool dated = IsDated(left) || IsDated(right);
  const bool number = arrow::is_numeric(left.id()) || arrow::is_numeric(right.id());
  return core::InvalidInput(fmt::format("{} and {} cannot be compared", SqlTypeName(left), SqlTypeName(right)))
      .WithHint(dated && number ? "a date or time stands in single quotes: '2026-01-31'" : "CAST one of them");
}

struct Digits {
  std::int32_t whole = 0;
  std::int32_t scale = 0;
};

Digits DecimalDigits(const arrow::DataType& type) {
  if (!arrow::is_decimal(type.id())) return {DigitsOf(type), 0};
  const auto& decimal = static_cast<const arrow::DecimalType&>(type);
  return {decimal.precision() - decimal.scale(), decimal.scale()};
}

Result<TypePointer> CommonNumber(const TypePointer& left, const TypePointer& right) {
  const TypeClass left_class = ClassOf(*left);
  const TypeClass right_class = ClassOf(*right);
  if (left_class == TypeClass::kFloat || right_class == TypeClass::kFloat) return arrow::float64();
  if (left_class == TypeClass::kInteger && right_class == TypeClass::kInteger) {
    if (IsExactWidening(*left, *right)) return right;
    if (IsExactWidening(*right, *left)) return left;
    if (left->id() != arrow::Type::UINT64 && right->id() != arrow::Type::UINT64) return arrow::int64();
  }
  const Digits a = DecimalDigits(*left);
  const Digits b = DecimalDigits(*right);
  const std::int32_t scale = std::max(a.scale, b.scale);
  return MakeDecimalType(std::max(a.whole, b.whole) + scale, scale);
}

Result<TypePointer> CommonTime(const TypePointer& left, const TypePointer& right) {
  if (left->id() == right->id() && left->id() == arrow::Type::DATE32) return left;
  const auto unit_of = [](const arrow::DataType& type) {
    return type.id() == arrow::Type::TIMESTAMP ? static_cast<const arrow::TimestampType&>(type).unit()
                                               : arrow::TimeUnit::SECOND;
  };
  const auto has_zone = [](const arrow::DataType& type) {
    return type.id() == arrow::Type::TIMESTAMP && !static_cast<const arrow::TimestampType&>(type).timezone().empty();
  };
  // Units are declared from the coarsest to the finest.
  return arrow::timestamp(std::max(unit_of(*left), unit_of(*right)), has_zone(*left) || has_zone(*right) ? "UTC" : "");
}

}  // namespace

TypeClass ClassOf(const arrow::DataType& type) {
  switch (type.id()) {
    case arrow::Type::NA: return TypeClass::kNull;
    case arrow::Type::BOOL: return TypeClass::kBool;
    case arrow::Type::FLOAT:
    case arrow::Type::DOUBLE: return TypeClass::kFloat;
    case arrow::Type::DECIMAL128:
    case arrow::Type::DECIMAL256: return TypeClass::kDecimal;
    case arrow::Type::STRING: return TypeClass::kText;
    case arrow::Type::BINARY: return TypeClass::kBytes;
    case arrow::Type::DATE32: return TypeClass::kDate;
    case arrow::Type::TIMESTAMP: return TypeClass::kTimestamp;
    default: break;
  }
  if (arrow::is_integer(type.id())) return TypeClass::kInteger;
  return arrow::is_nested(type.id()) ? TypeClass::kNested : TypeClass::kOther;
}

bool IsNumber(TypeClass type) {
  return type == TypeClass::kInteger || type == TypeClass::kFloat || type == TypeClass::kDecimal;
}

TypePointer PlainType(const TypePointer& type) {
  switch (type->id()) {
    case arrow::Type::DICTIONARY: return PlainType(static_cast<const arrow::DictionaryType&>(*type).value_type());
    case arrow::Type::EXTENSION: return PlainType(static_cast<const arrow::ExtensionType&>(*type).storage_type());
    case arrow::Type::LARGE_STRING:
    case arrow::Type::STRING_VIEW: return arrow::utf8();
    case arrow::Type::LARGE_BINARY:
    case arrow::Type::BINARY_VIEW:
    case arrow::Type::FIXED_SIZE_BINARY: return arrow::binary();
    case arrow::Type::HALF_FLOAT: return arrow::float32();
    case arrow::Type::DATE64: return arrow::date32();
    case arrow::Type::DECIMAL32:
    case arrow::Type::DECIMAL64: {
      const auto& decimal = static_cast<const arrow::DecimalType&>(*type);
      return arrow::decimal128(decimal.precision(), decimal.scale());
    }
    default: return type;
  }
}

Result<TypePointer> MakeDecimalType(std::int32_t precision, std::int32_t scale) {
  if (precision <= kDecimal128DigitsMax) return arrow::decimal128(precision, scale);
  if (precision <= kDecimalDigitsMax) return arrow::decimal256(precision, scale);
  return core::Unsupported(
             fmt::format("a decimal of {} digits; at most {} are supported", precision, kDecimalDigitsMax))
      .WithHint("CAST to DOUBLE or to fewer digits");
}

std::int32_t DigitsOf(const arrow::DataType& integer) {
  switch (integer.id()) {
    case arrow::Type::INT8:
    case arrow::Type::UINT8: return 3;
    case arrow::Type::INT16:
    case arrow::Type::UINT16: return 5;
    case arrow::Type::INT32:
    case arrow::Type::UINT32: return 10;
    case arrow::Type::INT64: return 19;
    default: return 20;
  }
}

Result<TypePointer> CommonType(const TypePointer& left, const TypePointer& right) {
  const TypeClass left_class = ClassOf(*left);
  const TypeClass right_class = ClassOf(*right);
  if (left_class == TypeClass::kNull) return right;
  if (right_class == TypeClass::kNull) return left;
  if (left_class == TypeClass::kNested || left_class == TypeClass::kOther) return Incomparable(*left, *right);
  if (left->Equals(*right)) return left;
  if (IsNumber(left_class) && IsNumber(right_class)) return CommonNumber(left, right);
  const auto is_time = [](TypeClass type) { return type == TypeClass::kDate || type == TypeClass::kTimestamp; };
  if (is_time(left_class) && is_time(right_class)) return CommonTime(left, right);
  if (left_class == right_class) return left;
  return Incomparable(*left, *right);
}

bool IsExactWidening(const arrow::DataType& from, const arrow::DataType& to) {
  const TypeClass from_class = ClassOf(from);
  const TypeClass to_class = ClassOf(to);
  if (from_class == TypeClass::kInteger && to_class == TypeClass::kInteger) {
    const bool from_signed = arrow::is_signed_integer(from.id());
    const bool to_signed = arrow::is_signed_integer(to.id());
    if (from_signed == to_signed) return from.bit_width() <= to.bit_width();
    return to_signed && from.bit_width() < to.bit_width();
  }
  if (to_class == TypeClass::kDecimal && (from_class == TypeClass::kInteger || from_class == TypeClass::kDecimal)) {
    const Digits a = DecimalDigits(from);
    const Digits b = DecimalDigits(to);
    return a.whole <= b.whole && a.scale <= b.scale;
  }
  if (to.id() == arrow::Type::DOUBLE) {
    return from_class == TypeClass::kFloat || (from_class == TypeClass::kInteger && from.bit_width() <= 32);
  }
  return from_class == TypeClass::kDate && to_class == TypeClass::kTimestamp;
}

}  // namespace sluice::expression
