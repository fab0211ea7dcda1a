#include "delta/statistic_value.h"

#include <arrow/scalar.h>
#include <arrow/type.h>
#include <arrow/util/decimal.h>

#include <cstdint>
#include <cstring>
#include <utility>

#include "delta/arrow_types.h"
#include "schema/arrow_error.h"

namespace sluice::delta {
namespace {

template <typename T>
std::optional<T> Load(std::string_view bytes) {
  T value;
  if (bytes.size() != sizeof(T)) return std::nullopt;
  std::memcpy(&value, bytes.data(), sizeof(T));
  return value;
}

std::optional<Int128> LoadInteger(std::string_view bytes) {
  if (const auto value = Load<std::int32_t>(bytes)) return *value;
  if (const auto value = Load<std::int64_t>(bytes)) return *value;
  return std::nullopt;
}

std::optional<Int128> LoadBigEndian(std::string_view bytes) {
  if (bytes.empty() || bytes.size() > sizeof(Int128)) return std::nullopt;
  Int128 value = static_cast<signed char>(bytes[0]) < 0 ? -1 : 0;
  for (const char byte : bytes) value = value * 256 + static_cast<unsigned char>(byte);
  return value;
}

template <typename T>
std::optional<StatisticValue> Wrap(const std::optional<T>& value) {
  if (!value) return std::nullopt;
  return StatisticValue(*value);
}

}  // namespace

std::partial_ordering Compare(const StatisticValue& left, const StatisticValue& right) {
  if (left.index() != right.index()) return std::partial_ordering::unordered;
  if (const auto* number = std::get_if<Int128>(&left)) {
    const Int128 other = std::get<Int128>(right);
    if (*number == other) return std::partial_ordering::equivalent;
    return *number < other ? std::partial_ordering::less : std::partial_ordering::greater;
  }
  if (const auto* number = std::get_if<double>(&left)) return *number <=> std::get<double>(right);
  return std::get<std::string>(left).compare(std::get<std::string>(right)) <=> 0;
}

core::Result<std::shared_ptr<arrow::Scalar>> ToScalar(const StatisticValue& value, const DataType& type) {
  using Scalar = std::shared_ptr<arrow::Scalar>;
  if (const auto* text = std::get_if<std::string>(&value)) return Scalar(arrow::MakeScalar(*text));
  if (const auto* number = std::get_if<double>(&value)) {
    if (type.kind == TypeKind::kFloat) return Scalar(arrow::MakeScalar(static_cast<float>(*number)));
    return Scalar(arrow::MakeScalar(*number));
  }
  const Int128 number = std::get<Int128>(value);
  const auto word = static_cast<std::int64_t>(number);
  SLUICE_ASSIGN_OR_RETURN(const auto arrow_type, ToArrow(type));
  switch (type.kind) {
    case TypeKind::kBoolean: return Scalar(arrow::MakeScalar(word != 0));
    case TypeKind::kByte: return Scalar(arrow::MakeScalar(static_cast<std::int8_t>(word)));
    case TypeKind::kShort: return Scalar(arrow::MakeScalar(static_cast<std::int16_t>(word)));
    case TypeKind::kInteger: return Scalar(arrow::MakeScalar(static_cast<std::int32_t>(word)));
    case TypeKind::kLong: return Scalar(arrow::MakeScalar(word));
    case TypeKind::kDate: return Scalar(std::make_shared<arrow::Date32Scalar>(static_cast<std::int32_t>(word)));
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampNtz: return Scalar(std::make_shared<arrow::TimestampScalar>(word, arrow_type));
    case TypeKind::kDecimal: {
      const arrow::Decimal128 decimal(static_cast<std::int64_t>(number >> 64), static_cast<std::uint64_t>(number));
      return Scalar(std::make_shared<arrow::Decimal128Scalar>(decimal, arrow_type));
    }
    default: return core::Internal("a statistic of a type that has none");
  }
}

std::optional<StatisticValue> DecodeStatistic(std::string_view bytes, const DataType& type) {
  switch (type.kind) {
    case TypeKind::kString: return StatisticValue(std::string(bytes));
    case TypeKind::kFloat: return Wrap<double>(Load<float>(bytes));
    case TypeKind::kDouble: return Wrap(Load<double>(bytes));
    case TypeKind::kDecimal: return Wrap(type.precision <= 18 ? LoadInteger(bytes) : LoadBigEndian(bytes));
    case TypeKind::kLong:
    case TypeKind::kInteger:
    case TypeKind::kShort:
    case TypeKind::kByte:
    case TypeKind::kDate:
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampNtz: return Wrap(LoadInteger(bytes));
    default: return std::nullopt;
  }
}

}  // namespace sluice::delta
