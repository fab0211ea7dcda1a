#include "postgres/column_type.h"

#include <fmt/format.h>

#include <array>

namespace sluice::postgres {
namespace {

using schema::TimeUnit;
using schema::TypeKind;

constexpr std::array kTypes{ColumnType::kBool,      ColumnType::kBytea,       ColumnType::kInt8,    ColumnType::kInt2,
                            ColumnType::kInt4,      ColumnType::kText,        ColumnType::kJson,    ColumnType::kFloat4,
                            ColumnType::kFloat8,    ColumnType::kVarchar,     ColumnType::kDate,    ColumnType::kTime,
                            ColumnType::kTimestamp, ColumnType::kTimestamptz, ColumnType::kNumeric, ColumnType::kUuid,
                            ColumnType::kJsonb};
constexpr std::int32_t kModifierOffset = 4;

/// The unit whose every value survives so many digits of a second.
TimeUnit UnitOf(std::int32_t digits) {
  if (digits < 0 || digits >= 6) return TimeUnit::kMicro;
  return digits >= 3 ? TimeUnit::kMilli : TimeUnit::kSecond;
}

std::optional<schema::Type> NumericType(std::int32_t modifier) {
  constexpr std::int32_t kPrecisionMax = 38;
  if (modifier < kModifierOffset) return schema::Decimal(kPrecisionMax, 0);
  const std::int32_t bits = modifier - kModifierOffset;
  std::int32_t precision = (bits >> 16) & 0xffff;
  const std::int32_t scale = ((bits & 0x7ff) ^ 0x400) - 0x400;  // 11 bits with a sign
  if (scale < 0 || scale > precision) return std::nullopt;
  // More digits than ours: those that are left of the scale.
  if (precision > kPrecisionMax) precision = kPrecisionMax;
  if (scale > precision) return std::nullopt;
  return schema::Decimal(precision, scale);
}

}  // namespace

std::optional<ColumnType> ColumnTypeOf(std::uint32_t object_id) {
  for (const ColumnType type : kTypes) {
    if (static_cast<std::uint32_t>(type) == object_id) return type;
  }
  return std::nullopt;
}

std::optional<schema::Type> TypeHeldBy(ColumnType type, std::int32_t modifier) {
  switch (type) {
    case ColumnType::kBool: return schema::Simple(TypeKind::kBool);
    case ColumnType::kBytea: return schema::Simple(TypeKind::kBinary);
    case ColumnType::kInt2: return schema::Simple(TypeKind::kInt16);
    case ColumnType::kInt4: return schema::Simple(TypeKind::kInt32);
    case ColumnType::kInt8: return schema::Simple(TypeKind::kInt64);
    case ColumnType::kFloat4: return schema::Simple(TypeKind::kFloat32);
    case ColumnType::kFloat8: return schema::Simple(TypeKind::kFloat64);
    case ColumnType::kText:
    case ColumnType::kVarchar: return schema::Simple(TypeKind::kString);
    case ColumnType::kJson:
    case ColumnType::kJsonb: return schema::Simple(TypeKind::kJson);
    case ColumnType::kDate: return schema::Simple(TypeKind::kDate);
    case ColumnType::kTime: return schema::TimeType(UnitOf(modifier));
    case ColumnType::kTimestamp: return schema::TimestampType(UnitOf(modifier), "");
    case ColumnType::kTimestamptz: return schema::TimestampType(UnitOf(modifier), "UTC");
    case ColumnType::kNumeric: return NumericType(modifier);
    case ColumnType::kUuid: return schema::Simple(TypeKind::kUuid);
  }
  return std::nullopt;
}

std::string NameOfColumnFor(const schema::Type& type) {
  switch (type.kind) {
    case TypeKind::kBool: return "boolean";
    case TypeKind::kInt8:
    case TypeKind::kUint8:
    case TypeKind::kInt16: return "smallint";
    case TypeKind::kUint16:
    case TypeKind::kInt32: return "integer";
    case TypeKind::kUint32:
    case TypeKind::kInt64: return "bigint";
    case TypeKind::kUint64: return "numeric(20,0)";
    case TypeKind::kFloat32: return "real";
    case TypeKind::kFloat64: return "double precision";
    case TypeKind::kDecimal: return fmt::format("numeric({},{})", type.precision, type.scale);
    case TypeKind::kString: return "text";
    case TypeKind::kBinary: return "bytea";
    case TypeKind::kDate: return "date";
    case TypeKind::kTime: return type.unit == TimeUnit::kNano ? "" : "time";
    case TypeKind::kTimestamp:
      if (type.unit == TimeUnit::kNano) return "";
      return type.zone.empty() ? "timestamp" : "timestamptz";
    case TypeKind::kJson: return "jsonb";
    case TypeKind::kUuid: return "uuid";
    case TypeKind::kList:
    case TypeKind::kStruct:
    case TypeKind::kMap: return "";
  }
  return "";
}

}  // namespace sluice::postgres
