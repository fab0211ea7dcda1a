#include "warehouse/snowflake_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "schema/type_text.h"
#include "snowflake/sql_text.h"
#include "warehouse/column_comparison.h"

namespace sluice::warehouse {

using schema::Type;
using schema::TypeKind;
using snowflake::SqlIdentifier;
using snowflake::SqlLiteral;

namespace {

constexpr std::string_view kFileFormat =
    "FILE_FORMAT=(TYPE=PARQUET USE_LOGICAL_TYPE=TRUE BINARY_AS_TEXT=FALSE NULL_IF=())";

/// The numbers in "NAME(a,b)"; -1 where there is none.
std::array<int, 2> ArgumentsOf(std::string_view type) {
  std::array<int, 2> numbers{-1, -1};
  std::size_t at = type.find('(');
  for (int& number : numbers) {
    if (at == std::string_view::npos) break;
    std::from_chars(type.data() + at + 1, type.data() + type.size(), number);
    at = type.find(',', at + 1);
  }
  return numbers;
}

schema::TimeUnit UnitOf(int digits) {
  if (digits >= 9) return schema::TimeUnit::kNano;
  if (digits >= 6) return schema::TimeUnit::kMicro;
  return digits >= 3 ? schema::TimeUnit::kMilli : schema::TimeUnit::kSecond;
}

int DigitsOf(schema::TimeUnit unit) {
  switch (unit) {
    case schema::TimeUnit::kSecond: return 0;
    case schema::TimeUnit::kMilli: return 3;
    case schema::TimeUnit::kMicro: return 6;
    case schema::TimeUnit::kNano: return 9;
  }
  return 9;
}

bool IsVariant(const TargetColumn& column) {
  return column.type == "VARIANT" || column.type == "OBJECT" || column.type == "ARRAY";
}

}  // namespace

int SnowflakeFractionDigits(std::string_view type) {
  const int digits = ArgumentsOf(type)[0];
  return digits < 0 ? 9 : digits;
}

std::optional<Type> SnowflakeTypeNamed(std::string_view name) {
  const std::string_view base = name.substr(0, name.find('('));
  const std::array<int, 2> arguments = ArgumentsOf(name);
  if (base == "NUMBER") return schema::Decimal(arguments[0] < 0 ? 38 : arguments[0], std::max(0, arguments[1]));
  if (base == "FLOAT") return schema::Simple(TypeKind::kFloat64);
  if (base == "VARCHAR") return schema::Simple(TypeKind::kString);
  if (base == "BOOLEAN") return schema::Simple(TypeKind::kBool);
  if (base == "DATE") return schema::Simple(TypeKind::kDate);
  if (base == "BINARY") return schema::Simple(TypeKind::kBinary);
  if (base == "VARIANT") return schema::Simple(TypeKind::kJson);
  const schema::TimeUnit unit = UnitOf(SnowflakeFractionDigits(name));
  if (base == "TIME") return schema::TimeType(unit);
  if (base == "TIMESTAMP_NTZ") return schema::TimestampType(unit, "");
  if (base == "TIMESTAMP_LTZ" || base == "TIMESTAMP_TZ") return schema::TimestampType(unit, "UTC");
  return std::nullopt;
}

core::Result<std::string> SnowflakeTypeOf(const Type& type) {
  switch (type.kind) {
    case TypeKind::kBool: return "BOOLEAN";
    case TypeKind::kInt8:
    case TypeKind::kInt16:
    case TypeKind::kInt32:
    case TypeKind::kInt64:
    case TypeKind::kUint8:
    case TypeKind::kUint16:
    case TypeKind::kUint32:
    case TypeKind::kUint64: return "NUMBER(38,0)";
    case TypeKind::kFloat32:
    case TypeKind::kFloat64: return "FLOAT";
    case TypeKind::kDecimal: return fmt::format("NUMBER({},{})", type.precision, type.scale);
    case TypeKind::kString: return "VARCHAR";
    case TypeKind::kBinary: return "BINARY";
    case TypeKind::kDate: return "DATE";
    case TypeKind::kTime: return fmt::format("TIME({})", DigitsOf(type.unit));
    case TypeKind::kTimestamp:
      return fmt::format("{}({})", type.zone.empty() ? "TIMESTAMP_NTZ" : "TIMESTAMP_LTZ", DigitsOf(type.unit));
    case TypeKind::kJson: return "VARIANT";
    case TypeKind::kUuid:
    case TypeKind::kList:
    case TypeKind::kStruct:
    case TypeKind::kMap: break;
  }
  return core::Unsupported(schema::FormatType(type) + " is not loaded into Snowflake");
}

std::string UuidOfUlid(std::string_view ulid) {
  constexpr std::string_view kAlphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
  std::array<unsigned, 16> bytes{};
  for (const char letter : ulid) {
    const std::size_t found = kAlphabet.find(letter);
    auto carry = static_cast<unsigned>(found == std::string_view::npos ? 0 : found);
    for (std::size_t i = bytes.size(); i-- > 0;) {
      const unsigned shifted = (bytes[i] << 5) | carry;
      bytes[i] = shifted & 0xFF;
      carry = shifted >> 8;
    }
  }
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
    text += fmt::format("{:02x}", bytes[i]);
  }
  return text;
}

std::string SnowflakeCopyMark(std::string_view request) { return fmt::format("/* sluice load {} */", request); }

std::string SnowflakeCopyStatement(const SnowflakeCopy& copy, std::span<const std::string> paths,
                                   const schema::Schema& schema, std::span<const TargetColumn> columns) {
  std::string names;
  std::string sources;
  bool by_select = false;
  for (const schema::Field& field : schema.fields) {
    const TargetColumn* const column = FindColumn(columns, field.name);
    if (column == nullptr) continue;  // the plan refused it
    const bool json = IsVariant(*column);
    by_select |= json;
    names += (names.empty() ? "" : ", ") + SqlIdentifier(column->name);
    const std::string source = "$1:" + SqlIdentifier(field.name);
    sources +=
        (sources.empty() ? "" : ", ") + (json ? "PARSE_JSON(" + source + "::VARCHAR)" : source + "::" + column->type);
  }
  std::string files;
  for (const std::string& path : paths) files += (files.empty() ? "" : ", ") + SqlLiteral(path);
  const std::string from = SqlLiteral(copy.stage + "/");
  const std::string rules =
      fmt::format("ON_ERROR={} PURGE=FALSE FORCE=FALSE", copy.skip_bad_rows ? "CONTINUE" : "ABORT_STATEMENT");
  if (by_select) {
    return fmt::format("{} COPY INTO {} ({}) FROM (SELECT {} FROM {}) FILES=({}) {} {}",
                       SnowflakeCopyMark(copy.request), copy.table, names, sources, from, files, kFileFormat, rules);
  }
  return fmt::format("{} COPY INTO {} FROM {} FILES=({}) {} MATCH_BY_COLUMN_NAME=CASE_INSENSITIVE {}",
                     SnowflakeCopyMark(copy.request), copy.table, from, files, kFileFormat, rules);
}

}  // namespace sluice::warehouse
