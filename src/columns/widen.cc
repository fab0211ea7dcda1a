#include <algorithm>

#include "columns/type_guess.h"

namespace sluice::columns {
namespace {

using schema::Type;
using schema::TypeKind;

constexpr std::int32_t kDecimalDigitsMax = 38;

Type Text() { return schema::Simple(TypeKind::kString); }

bool IsSigned(TypeKind kind) { return kind >= TypeKind::kInt8 && kind <= TypeKind::kInt64; }
bool IsUnsigned(TypeKind kind) { return kind >= TypeKind::kUint8 && kind <= TypeKind::kUint64; }
bool IsInteger(TypeKind kind) { return IsSigned(kind) || IsUnsigned(kind); }
bool IsFloat(TypeKind kind) { return kind == TypeKind::kFloat32 || kind == TypeKind::kFloat64; }

/// 0 … 3 for 8 … 64 bits.
int Size(TypeKind kind) {
  return static_cast<int>(kind) - static_cast<int>(IsSigned(kind) ? TypeKind::kInt8 : TypeKind::kUint8);
}

Type WidenIntegers(TypeKind a, TypeKind b) {
  if (IsSigned(a) == IsSigned(b)) return schema::Simple(std::max(a, b));
  const int signed_size = Size(IsSigned(a) ? a : b);
  const int unsigned_size = Size(IsSigned(a) ? b : a);
  const int size = std::max(signed_size, unsigned_size + 1);
  if (size > 3) return schema::Decimal(20, 0);
  return schema::Simple(static_cast<TypeKind>(static_cast<int>(TypeKind::kInt8) + size));
}

/// Digits before and behind the point. All integers but uint64 count alike: only so is the step associative.
Type AsDecimal(const Type& type) {
  if (type.kind == TypeKind::kDecimal) return type;
  return schema::Decimal(type.kind == TypeKind::kUint64 ? 20 : 19, 0);
}

Type WidenDecimals(const Type& a, const Type& b) {
  const std::int32_t scale = std::max(a.scale, b.scale);
  const std::int32_t precision = std::max(a.precision - a.scale, b.precision - b.scale) + scale;
  return precision <= kDecimalDigitsMax ? schema::Decimal(precision, scale) : Text();
}

Type WidenNumbers(const Type& a, const Type& b) {
  if (IsInteger(a.kind) && IsInteger(b.kind)) return WidenIntegers(a.kind, b.kind);
  if (IsFloat(a.kind) && IsFloat(b.kind)) return schema::Simple(TypeKind::kFloat64);
  if (!IsFloat(a.kind) && !IsFloat(b.kind)) return WidenDecimals(AsDecimal(a), AsDecimal(b));
  // uint32 would fit as well, but int32 and uint32 meet in int64, which does not.
  const TypeKind other = IsFloat(a.kind) ? b.kind : a.kind;
  const bool fits = (IsSigned(other) && Size(other) <= 2) || (IsUnsigned(other) && Size(other) <= 1);
  return fits ? schema::Simple(TypeKind::kFloat64) : Text();
}

bool IsNumber(const Type& type) {
  return IsInteger(type.kind) || IsFloat(type.kind) || type.kind == TypeKind::kDecimal;
}

Type WidenTimestamps(const Type& a, const Type& b) {
  const bool a_nanos = a.unit == schema::TimeUnit::kNano;
  const bool b_nanos = b.unit == schema::TimeUnit::kNano;
  if (a.zone.empty() != b.zone.empty() || a_nanos != b_nanos) return Text();  // nanoseconds reach 1677 … 2262 only
  return schema::TimestampType(std::max(a.unit, b.unit), a.zone == b.zone ? a.zone : "UTC");
}

Type WidenMoments(const Type& a, const Type& b) {
  if (a.kind == TypeKind::kTimestamp && b.kind == TypeKind::kTimestamp) return WidenTimestamps(a, b);
  const Type& timestamp = a.kind == TypeKind::kTimestamp ? a : b;
  return timestamp.zone.empty() && timestamp.unit != schema::TimeUnit::kNano ? timestamp : Text();
}

bool IsMoment(const Type& type) { return type.kind == TypeKind::kDate || type.kind == TypeKind::kTimestamp; }

schema::Field WidenFields(const schema::Field& a, const schema::Field& b) {
  return {a.name, Widen(a.type, b.type), a.nullable || b.nullable};
}

/// The members of both; those that one of them lacks become nullable. The first one's order, then the second's.
Type WidenStructs(const Type& a, const Type& b) {
  const auto find = [](const Type& type, const std::string& name) {
    return std::find_if(type.children.begin(), type.children.end(),
                        [&name](const schema::Field& field) { return field.name == name; });
  };
  Type wide = schema::StructOf({});
  for (const schema::Field& member : a.children) {
    const auto other = find(b, member.name);
    wide.children.push_back(other != b.children.end() ? WidenFields(member, *other)
                                                      : schema::Field{member.name, member.type, true});
  }
  for (const schema::Field& member : b.children) {
    if (find(a, member.name) == a.children.end()) wide.children.push_back({member.name, member.type, true});
  }
  return wide;
}

Type WidenNested(const Type& a, const Type& b) {
  if (a.kind != b.kind) return schema::Simple(TypeKind::kJson);
  if (a.kind == TypeKind::kStruct) return WidenStructs(a, b);
  Type wide = a;
  for (std::size_t i = 0; i < wide.children.size(); ++i) {
    wide.children[i] = WidenFields(a.children[i], b.children[i]);
  }
  return wide;
}

}  // namespace

Type Widen(const Type& a, const Type& b) {
  const auto nested_or_json = [](const Type& type) { return type.nested() || type.kind == TypeKind::kJson; };
  if (a == b) return a;
  if (a.kind == TypeKind::kBinary || b.kind == TypeKind::kBinary) return schema::Simple(TypeKind::kBinary);
  if (IsNumber(a) && IsNumber(b)) return WidenNumbers(a, b);
  if (IsMoment(a) && IsMoment(b)) return WidenMoments(a, b);
  if (a.kind == TypeKind::kTime && b.kind == TypeKind::kTime) return schema::TimeType(std::max(a.unit, b.unit));
  if (nested_or_json(a) && nested_or_json(b)) return WidenNested(a, b);
  return Text();
}

}  // namespace sluice::columns
