#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"

namespace sluice::schema {

enum class TypeKind : std::uint8_t {
  kBool,
  kInt8,
  kInt16,
  kInt32,
  kInt64,
  kUint8,
  kUint16,
  kUint32,
  kUint64,
  kFloat32,
  kFloat64,
  kDecimal,  ///< precision 1..38, scale 0..precision
  kString,   ///< UTF-8
  kBinary,
  kDate,       ///< days since 1970-01-01, proleptic Gregorian
  kTime,       ///< time of day in `unit`
  kTimestamp,  ///< `unit` since 1970-01-01; with a zone: an instant, without: a wall clock reading
  kJson,       ///< JSON text, valid and kept to the byte
  kUuid,
  kList,    ///< children[0] is the element
  kStruct,  ///< children are the members
  kMap,     ///< children[0] is the key, children[1] the value
};

enum class TimeUnit : std::uint8_t { kSecond, kMilli, kMicro, kNano };

struct Field;

/// The type of a column. A value; compared member by member. Members that a kind does not use keep their defaults.
struct Type {
  TypeKind kind = TypeKind::kString;
  std::int32_t precision = 0;        ///< kDecimal
  std::int32_t scale = 0;            ///< kDecimal
  TimeUnit unit = TimeUnit::kMicro;  ///< kTime, kTimestamp
  std::string zone = {};             ///< kTimestamp; "" = without a zone
  std::vector<Field> children;       ///< kList, kStruct, kMap

  bool operator==(const Type& other) const;
  bool nested() const { return kind == TypeKind::kList || kind == TypeKind::kStruct || kind == TypeKind::kMap; }
};

/// A named column or member.
struct Field {
  std::string name = {};
  Type type = {};
  bool nullable = true;

  bool operator==(const Field& other) const = default;
};

/// The columns of a table, in order.
struct Schema {
  std::vector<Field> fields = {};

  bool operator==(const Schema& other) const = default;
  /// The position of the column named exactly `name`, or -1.
  std::ptrdiff_t IndexOf(std::string_view name) const;
};

Type Simple(TypeKind kind);
Type Decimal(std::int32_t precision, std::int32_t scale);
Type TimestampType(TimeUnit unit, std::string zone);
Type TimeType(TimeUnit unit);
Type ListOf(Type element);
Type StructOf(std::vector<Field> members);
Type MapOf(Type key, Type value);

}  // namespace sluice::schema
