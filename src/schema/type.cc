#include "schema/type.h"

#include <utility>

namespace sluice::schema {

bool Type::operator==(const Type& other) const {
  return kind == other.kind && precision == other.precision && scale == other.scale && unit == other.unit &&
         zone == other.zone && children == other.children;
}

std::ptrdiff_t Schema::IndexOf(std::string_view name) const {
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (fields[i].name == name) return static_cast<std::ptrdiff_t>(i);
  }
  return -1;
}

Type Simple(TypeKind kind) { return Type{.kind = kind, .children = {}}; }

Type Decimal(std::int32_t precision, std::int32_t scale) {
  return Type{.kind = TypeKind::kDecimal, .precision = precision, .scale = scale, .children = {}};
}

Type TimestampType(TimeUnit unit, std::string zone) {
  return Type{.kind = TypeKind::kTimestamp, .unit = unit, .zone = std::move(zone), .children = {}};
}

Type TimeType(TimeUnit unit) { return Type{.kind = TypeKind::kTime, .unit = unit, .children = {}}; }

Type ListOf(Type element) {
  Type type = Simple(TypeKind::kList);
  type.children.push_back(Field{.name = "element", .type = std::move(element)});
  return type;
}

Type StructOf(std::vector<Field> members) { return Type{.kind = TypeKind::kStruct, .children = std::move(members)}; }

Type MapOf(Type key, Type value) {
  Type type = Simple(TypeKind::kMap);
  type.children.push_back(Field{.name = "key", .type = std::move(key), .nullable = false});
  type.children.push_back(Field{.name = "value", .type = std::move(value)});
  return type;
}

}  // namespace sluice::schema
