#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sluice::delta {

/// The types of a Delta schema.
enum class TypeKind : std::uint8_t {
  kString,
  kLong,
  kInteger,
  kShort,
  kByte,
  kFloat,
  kDouble,
  kDecimal,  ///< precision 1..38, scale 0..precision
  kBoolean,
  kBinary,
  kDate,
  kTimestamp,     ///< an instant, microseconds
  kTimestampNtz,  ///< a wall clock reading, microseconds
  kVoid,
  kVariant,
  kStruct,   ///< fields are the members
  kArray,    ///< fields[0] is the element, named "element"
  kMap,      ///< fields[0] is the key, fields[1] the value, named so
  kUnknown,  ///< a name this version does not know: the log can be read, the column cannot
};

struct Field;

/// The type of a column. A value. Members that a kind does not use keep their defaults. A template only because a type
/// holds fields, which hold types: the initializer of `fields` has to wait until Field is complete.
template <typename Member>
struct BasicDataType {
  TypeKind kind = TypeKind::kString;
  std::int32_t precision = 0;  ///< kDecimal
  std::int32_t scale = 0;      ///< kDecimal
  std::vector<Member> fields = {};
  std::string unknown_name = {};  ///< kUnknown: as the schema spells it

  bool nested() const { return kind == TypeKind::kStruct || kind == TypeKind::kArray || kind == TypeKind::kMap; }
  bool operator==(const BasicDataType& other) const = default;
};
using DataType = BasicDataType<Field>;

/// A key of a field's metadata with its value as JSON text, kept to the byte.
struct FieldMetadata {
  std::string key = {};
  std::string json = {};

  bool operator==(const FieldMetadata& other) const = default;
};

/// A named column, member, element, key or value.
struct Field {
  std::string name = {};
  DataType type = {};
  bool nullable = true;
  std::vector<FieldMetadata> metadata = {};  ///< in the order of the schema's text
  /// What the column is called in files, statistics and partition values; equals `name` without column mapping. Set by
  /// ResolveColumnMapping.
  std::string physical_name = {};
  std::optional<std::int32_t> id = {};  ///< of column mapping

  bool operator==(const Field& other) const = default;
  /// The raw JSON of a metadata value; nullptr when the key is absent.
  const std::string* FindMetadata(std::string_view key) const;
};

/// The columns of a table, in order.
struct TableSchema {
  std::vector<Field> fields = {};

  bool operator==(const TableSchema& other) const = default;
  /// The column named so, whatever the case of ASCII letters; nullptr when there is none.
  const Field* Find(std::string_view name) const;
};

}  // namespace sluice::delta
