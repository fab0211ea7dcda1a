// Relate() of schema_diff.h.
#include <algorithm>
#include <optional>

#include "schema/schema_diff.h"

namespace sluice::schema {
namespace {

struct IntegerShape {
  int value_bits;  // without the sign
  bool is_signed;
  int digits;  // decimal digits of the largest value
};

std::optional<IntegerShape> ShapeOf(TypeKind kind) {
  switch (kind) {
    case TypeKind::kInt8: return IntegerShape{7, true, 3};
    case TypeKind::kInt16: return IntegerShape{15, true, 5};
    case TypeKind::kInt32: return IntegerShape{31, true, 10};
    case TypeKind::kInt64: return IntegerShape{63, true, 19};
    case TypeKind::kUint8: return IntegerShape{8, false, 3};
    case TypeKind::kUint16: return IntegerShape{16, false, 5};
    case TypeKind::kUint32: return IntegerShape{32, false, 10};
    case TypeKind::kUint64: return IntegerShape{64, false, 20};
    default: return std::nullopt;
  }
}

bool HoldsInteger(const Type& wide, const IntegerShape& narrow) {
  constexpr int kFloat32Bits = 24;  // of the significand: every integer up to 2^24 is exact
  constexpr int kFloat64Bits = 53;
  if (const auto shape = ShapeOf(wide.kind)) {
    return narrow.value_bits <= shape->value_bits && (!narrow.is_signed || shape->is_signed);
  }
  if (wide.kind == TypeKind::kDecimal) return narrow.digits <= wide.precision - wide.scale;
  if (wide.kind == TypeKind::kFloat32) return narrow.value_bits <= kFloat32Bits;
  return wide.kind == TypeKind::kFloat64 && narrow.value_bits <= kFloat64Bits;
}

bool HoldsMember(const Field& wide, const Field& narrow);

bool HoldsNested(const Type& wide, const Type& narrow) {
  if (wide.kind != narrow.kind) return false;
  if (wide.kind != TypeKind::kStruct) {
    return std::equal(wide.children.begin(), wide.children.end(), narrow.children.begin(), narrow.children.end(),
                      HoldsMember);
  }
  const auto named = [](const std::vector<Field>& fields, const std::string& name) {
    return std::find_if(fields.begin(), fields.end(), [&](const Field& field) { return field.name == name; });
  };
  const bool all_kept = std::all_of(narrow.children.begin(), narrow.children.end(), [&](const Field& member) {
    const auto found = named(wide.children, member.name);
    return found != wide.children.end() && HoldsMember(*found, member);
  });
  return all_kept && std::all_of(wide.children.begin(), wide.children.end(), [&](const Field& member) {
           return member.nullable || named(narrow.children, member.name) != narrow.children.end();
         });
}

bool Holds(const Type& wide, const Type& narrow) {
  if (wide == narrow) return true;
  if (wide.nested() || narrow.nested()) return HoldsNested(wide, narrow);
  if (wide.kind == TypeKind::kString) return narrow.kind != TypeKind::kBinary;
  if (const auto shape = ShapeOf(narrow.kind)) return HoldsInteger(wide, *shape);
  switch (narrow.kind) {
    case TypeKind::kDecimal:
      return wide.kind == TypeKind::kDecimal && wide.scale >= narrow.scale &&
             wide.precision - wide.scale >= narrow.precision - narrow.scale;
    case TypeKind::kFloat32: return wide.kind == TypeKind::kFloat64;
    // Nanoseconds in 64 bits end in 2262: they do not hold every date or coarser timestamp.
    case TypeKind::kDate: return wide.kind == TypeKind::kTimestamp && wide.zone.empty() && wide.unit != TimeUnit::kNano;
    case TypeKind::kTime: return wide.kind == TypeKind::kTime && wide.unit >= narrow.unit;
    case TypeKind::kTimestamp:
      return wide.kind == TypeKind::kTimestamp && wide.zone.empty() == narrow.zone.empty() &&
             wide.unit >= narrow.unit && (wide.unit != TimeUnit::kNano || narrow.unit == TimeUnit::kNano);
    default: return false;
  }
}

bool HoldsMember(const Field& wide, const Field& narrow) {
  return (wide.nullable || !narrow.nullable) && Holds(wide.type, narrow.type);
}

}  // namespace

TypeRelation Relate(const Type& before, const Type& after) {
  if (before == after) return TypeRelation::kSame;
  if (Holds(after, before)) return TypeRelation::kWidened;
  if (Holds(before, after)) return TypeRelation::kNarrowed;
  return TypeRelation::kIncompatible;
}

}  // namespace sluice::schema
