#include "warehouse/clickhouse_type.h"

#include <fmt/format.h>

#include <array>
#include <utility>

#include "schema/type_text.h"

namespace sluice::warehouse {
namespace {

using schema::TimeUnit;
using schema::TypeKind;

constexpr std::array<std::pair<std::string_view, TypeKind>, 15> kPlain{{{"Bool", TypeKind::kBool},
                                                                        {"Int8", TypeKind::kInt8},
                                                                        {"Int16", TypeKind::kInt16},
                                                                        {"Int32", TypeKind::kInt32},
                                                                        {"Int64", TypeKind::kInt64},
                                                                        {"UInt8", TypeKind::kUint8},
                                                                        {"UInt16", TypeKind::kUint16},
                                                                        {"UInt32", TypeKind::kUint32},
                                                                        {"UInt64", TypeKind::kUint64},
                                                                        {"Float32", TypeKind::kFloat32},
                                                                        {"Float64", TypeKind::kFloat64},
                                                                        {"String", TypeKind::kString},
                                                                        {"Date32", TypeKind::kDate},
                                                                        {"UUID", TypeKind::kUuid},
                                                                        {"JSON", TypeKind::kJson}}};

/// What stands in "Name(…)"; nullopt when `text` is not that.
std::optional<std::string_view> InsideOf(std::string_view text, std::string_view name) {
  if (!text.starts_with(name) || !text.substr(name.size()).starts_with('(') || !text.ends_with(')'))
    return std::nullopt;
  return text.substr(name.size() + 1, text.size() - name.size() - 2);
}

std::optional<schema::Type> DateTime64(std::string_view arguments) {
  const std::string zone = arguments.find(',') == std::string_view::npos ? "" : "UTC";
  switch (arguments.empty() ? '?' : arguments[0]) {
    case '0': return schema::TimestampType(TimeUnit::kSecond, zone);
    case '3': return schema::TimestampType(TimeUnit::kMilli, zone);
    case '6': return schema::TimestampType(TimeUnit::kMicro, zone);
    default: return std::nullopt;  // with 9 digits it ends in 2262
  }
}

std::optional<schema::Type> PlainType(std::string_view text) {
  for (const auto& [name, kind] : kPlain) {
    if (text == name) return schema::Simple(kind);
  }
  if (const auto arguments = InsideOf(text, "DateTime64")) return DateTime64(*arguments);
  if (!InsideOf(text, "Decimal").has_value()) return std::nullopt;
  auto decimal = schema::ParseType(text);
  return decimal.has_value() ? std::optional(*std::move(decimal)) : std::nullopt;
}

std::string NameOf(const schema::Type& type) {
  for (const auto& [name, kind] : kPlain) {
    if (type.kind == kind && kind != TypeKind::kJson) return std::string(name);
  }
  if (type.kind == TypeKind::kJson) return "String";
  if (type.kind == TypeKind::kDecimal) return fmt::format("Decimal({}, {})", type.precision, type.scale);
  if (type.kind != TypeKind::kTimestamp || type.unit == TimeUnit::kNano) return "";
  return type.zone.empty() ? "DateTime64(6)" : "DateTime64(6, 'UTC')";
}

}  // namespace

ClickHouseType ParseClickHouseType(std::string_view text) {
  ClickHouseType type;
  if (const auto inside = InsideOf(text, "LowCardinality")) text = *inside;
  if (const auto inside = InsideOf(text, "Nullable")) {
    type.nullable = true;
    text = *inside;
  }
  type.holds = PlainType(text);
  return type;
}

std::string ClickHouseTypeFor(const schema::Field& field) {
  const std::string name = NameOf(field.type);
  return name.empty() || !field.nullable ? name : fmt::format("Nullable({})", name);
}

}  // namespace sluice::warehouse
