#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "schema/type.h"

namespace sluice::postgres {

/// The types whose binary form we write, by their object id in pg_type.
enum class ColumnType : std::uint32_t {
  kBool = 16,
  kBytea = 17,
  kInt8 = 20,
  kInt2 = 21,
  kInt4 = 23,
  kText = 25,
  kJson = 114,
  kFloat4 = 700,
  kFloat8 = 701,
  kVarchar = 1043,
  kDate = 1082,
  kTime = 1083,
  kTimestamp = 1114,
  kTimestamptz = 1184,
  kNumeric = 1700,
  kUuid = 2950,
  kJsonb = 3802,
};

/// The type with this object id; nullopt for one that we do not write.
std::optional<ColumnType> ColumnTypeOf(std::uint32_t object_id);

/// The values that a column holds without changing them: COPY in binary form rounds to the type's modifier silently.
/// nullopt where a modifier says what is none of ours (numeric(5,-2)). An unconstrained numeric holds decimal(38,s) of
/// every s; it is told as decimal(38,0).
std::optional<schema::Type> TypeHeldBy(ColumnType type, std::int32_t modifier);

/// The SQL name of the column to make for a type; "" for what is not loaded (lists and the like).
std::string NameOfColumnFor(const schema::Type& type);

}  // namespace sluice::postgres
