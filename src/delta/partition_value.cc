#include "delta/partition_value.h"

#include <arrow/scalar.h>
#include <arrow/type.h>
#include <arrow/util/decimal.h>
#include <fmt/format.h>

#include <charconv>
#include <string_view>
#include <utility>

#include "delta/arrow_types.h"
#include "delta/float_text.h"
#include "delta/name_folding.h"
#include "delta/type_name.h"
#include "expression/decimal_value.h"
#include "expression/time_text.h"
#include "schema/utf8_check.h"

namespace sluice::delta {
namespace {

constexpr std::int64_t kMicrosPerDay = 86'400'000'000;

using ScalarPointer = std::shared_ptr<arrow::Scalar>;

core::Error NotAValue(std::string_view text, const DataType& type) {
  constexpr std::size_t kShownMax = 100;
  return core::Corruption(
      fmt::format("partition value '{}' is no value of type {}", text.substr(0, kShownMax), TypeName(type)));
}

core::Error CannotPartition(const DataType& type) {
  return core::Unsupported(fmt::format("a column of type {} cannot partition a table", TypeName(type)));
}

/// Every function here gives nullptr for text that is no value.
template <typename ScalarType>
ScalarPointer ParseWhole(std::string_view text) {
  typename ScalarType::ValueType number = 0;
  if (text.starts_with('+')) {
    text.remove_prefix(1);
    if (text.starts_with('-')) return nullptr;
  }
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return nullptr;
  return std::make_shared<ScalarType>(number);
}

template <typename ScalarType>
ScalarPointer ParseFloat(std::string_view text) {
  using Number = typename ScalarType::ValueType;
  if (text.starts_with('+')) {
    text.remove_prefix(1);
    if (text.starts_with('-')) return nullptr;
  }
  Number number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return nullptr;
  return std::make_shared<ScalarType>(number);
}

ScalarPointer ParseBoolean(std::string_view text) {
  if (SameName(text, "true")) return std::make_shared<arrow::BooleanScalar>(true);
  if (SameName(text, "false")) return std::make_shared<arrow::BooleanScalar>(false);
  return nullptr;
}

ScalarPointer ParseDecimal(std::string_view text, const DataType& type) {
  const auto value = expression::ParseDecimal(text);
  if (!value) return nullptr;
  bool exact = false;
  const auto unscaled = expression::FloorToScale(*value, type.scale, &exact);
  if (!unscaled || !exact || !unscaled->FitsInPrecision(type.precision)) return nullptr;
  const auto& words = unscaled->little_endian_array();
  return std::make_shared<arrow::Decimal128Scalar>(arrow::Decimal128(static_cast<std::int64_t>(words[1]), words[0]),
                                                   arrow::decimal128(type.precision, type.scale));
}

ScalarPointer ParseDate(std::string_view text) {
  if (text.find_first_of(" T") == std::string_view::npos) {
    const auto days = expression::ParseDate(text);
    return days ? std::make_shared<arrow::Date32Scalar>(*days) : nullptr;
  }
  const auto moment = expression::ParseTimestamp(text);
  if (!moment || moment->has_zone || moment->micros % kMicrosPerDay != 0) return nullptr;
  return std::make_shared<arrow::Date32Scalar>(static_cast<std::int32_t>(moment->micros / kMicrosPerDay));
}

ScalarPointer ParseTimestamp(std::string_view text, const std::shared_ptr<arrow::DataType>& type, bool zone_allowed) {
  const auto moment = expression::ParseTimestamp(text);
  if (!moment || (moment->has_zone && !zone_allowed)) return nullptr;
  return std::make_shared<arrow::TimestampScalar>(moment->micros, type);
}

ScalarPointer Parse(const std::string& text, const DataType& type, const std::shared_ptr<arrow::DataType>& arrow_type) {
  switch (type.kind) {
    case TypeKind::kString: return std::make_shared<arrow::StringScalar>(text);
    case TypeKind::kBinary: return std::make_shared<arrow::BinaryScalar>(text);
    case TypeKind::kLong: return ParseWhole<arrow::Int64Scalar>(text);
    case TypeKind::kInteger: return ParseWhole<arrow::Int32Scalar>(text);
    case TypeKind::kShort: return ParseWhole<arrow::Int16Scalar>(text);
    case TypeKind::kByte: return ParseWhole<arrow::Int8Scalar>(text);
    case TypeKind::kFloat: return ParseFloat<arrow::FloatScalar>(text);
    case TypeKind::kDouble: return ParseFloat<arrow::DoubleScalar>(text);
    case TypeKind::kDecimal: return ParseDecimal(text, type);
    case TypeKind::kBoolean: return ParseBoolean(text);
    case TypeKind::kDate: return ParseDate(text);
    case TypeKind::kTimestamp: return ParseTimestamp(text, arrow_type, true);
    case TypeKind::kTimestampNtz: return ParseTimestamp(text, arrow_type, false);
    default: return nullptr;
  }
}

/// "2024-02-29<between>12:00:00.500000".
std::string MicrosText(std::int64_t micros, char between) {
  std::string text = expression::FormatTimestamp(micros);
  text[text.find(' ')] = between;
  const std::size_t point = text.find('.');
  if (point == std::string::npos) return text + ".000000";
  text.resize(point + 7, '0');
  return text;
}

template <typename ScalarType>
const auto& ValueOf(const arrow::Scalar& scalar) {
  return static_cast<const ScalarType&>(scalar).value;
}

std::string Format(const arrow::Scalar& value, const DataType& type) {
  switch (type.kind) {
    case TypeKind::kLong: return fmt::format("{}", ValueOf<arrow::Int64Scalar>(value));
    case TypeKind::kInteger: return fmt::format("{}", ValueOf<arrow::Int32Scalar>(value));
    case TypeKind::kShort: return fmt::format("{}", ValueOf<arrow::Int16Scalar>(value));
    case TypeKind::kByte: return fmt::format("{}", ValueOf<arrow::Int8Scalar>(value));
    case TypeKind::kFloat: return JavaText(ValueOf<arrow::FloatScalar>(value));
    case TypeKind::kDouble: return JavaText(ValueOf<arrow::DoubleScalar>(value));
    case TypeKind::kDecimal: return ValueOf<arrow::Decimal128Scalar>(value).ToString(type.scale);
    case TypeKind::kBoolean: return ValueOf<arrow::BooleanScalar>(value) ? "true" : "false";
    case TypeKind::kDate: return expression::FormatDate(ValueOf<arrow::Date32Scalar>(value));
    case TypeKind::kTimestamp: return MicrosText(ValueOf<arrow::TimestampScalar>(value), 'T') + "Z";
    case TypeKind::kTimestampNtz: return MicrosText(ValueOf<arrow::TimestampScalar>(value), ' ');
    default: return ValueOf<arrow::BaseBinaryScalar>(value)->ToString();
  }
}

}  // namespace

bool CanPartition(const DataType& type) {
  return !type.nested() && type.kind != TypeKind::kVariant && type.kind != TypeKind::kVoid &&
         type.kind != TypeKind::kUnknown;
}

core::Result<ScalarPointer> ParsePartitionValue(const std::optional<std::string>& text, const DataType& type) {
  if (!CanPartition(type)) return CannotPartition(type);
  SLUICE_ASSIGN_OR_RETURN(const auto arrow_type, ToArrow(type));
  if (!text || text->empty()) return arrow::MakeNullScalar(arrow_type);
  if (text->size() > kPartitionValueBytesMax) {
    return core::LimitExceeded(fmt::format("a partition value of {} bytes", text->size()))
        .WithContext(fmt::format("limit {} bytes", kPartitionValueBytesMax));
  }
  if (ScalarPointer value = Parse(*text, type, arrow_type)) return value;
  return NotAValue(*text, type);
}

core::Result<std::optional<std::string>> FormatPartitionValue(const arrow::Scalar& value, const DataType& type) {
  if (!CanPartition(type)) return CannotPartition(type);
  SLUICE_ASSIGN_OR_RETURN(const auto arrow_type, ToArrow(type));
  if (!value.type->Equals(*arrow_type)) {
    return core::InvalidInput(
        fmt::format("a partition value of type {} for a column of type {}", value.type->ToString(), TypeName(type)));
  }
  if (!value.is_valid) return std::optional<std::string>();
  std::string text = Format(value, type);
  if (text.empty()) return std::optional<std::string>();
  if (text.size() > kPartitionValueBytesMax) {
    return core::LimitExceeded(fmt::format("a partition value of {} bytes", text.size()))
        .WithContext(fmt::format("limit {} bytes", kPartitionValueBytesMax));
  }
  if (schema::FindInvalidUtf8(text) != std::string_view::npos) {
    return core::InvalidInput("a partition value that is not UTF-8 cannot be written into the log");
  }
  return std::optional(std::move(text));
}

}  // namespace sluice::delta
