#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "schema/type.h"

namespace sluice::schema {

/// How the values of one type go into another.
enum class TypeRelation : std::uint8_t {
  kSame,
  kWidened,       ///< every value of the first is exactly a value of the second
  kNarrowed,      ///< every value of the second is exactly a value of the first, not the other way round
  kIncompatible,  ///< neither
};

/// The relation from `before` to `after`. Text holds every scalar but binary; timestamps with and without a zone never
/// hold each other.
TypeRelation Relate(const Type& before, const Type& after);

enum class ChangeKind : std::uint8_t {
  kAdded,      ///< only in the second schema
  kMissing,    ///< only in the first
  kReordered,  ///< in both, at another place among the common columns
  kWidened,    ///< see TypeRelation
  kNarrowed,
  kIncompatible,
  kBecameNullable,
  kBecameRequired,
};

/// "added", "missing", "reordered", "widened", "narrowed", "incompatible", "became-nullable", "became-required".
std::string_view ChangeKindName(ChangeKind kind);

struct ColumnChange {
  ChangeKind kind = ChangeKind::kAdded;
  std::string column = {};
  std::string before = {};  ///< type or position as text; "" where there is none
  std::string after = {};

  bool operator==(const ColumnChange& other) const = default;
};

/// What changed from one schema to another; columns are matched by name.
struct SchemaDiff {
  std::vector<ColumnChange> changes = {};

  bool identical() const { return changes.empty(); }
  /// True when rows of the first schema can be rows of the second without loss: columns were reordered, widened, made
  /// nullable, or added as nullable.
  bool lossless() const;
};

SchemaDiff Diff(const Schema& before, const Schema& after);

/// One line a change ("widened       id: int32 → int64"), or "the schemas are the same". Ends with a newline.
std::string ToText(const SchemaDiff& diff);

/// {"identical":…,"lossless":…,"changes":[{"kind","column","before","after"}]}
std::string ToJson(const SchemaDiff& diff);

}  // namespace sluice::schema
