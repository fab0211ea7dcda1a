#pragma once

#include <duckdb.h>

#include <cstdint>
#include <string>
#include <vector>

#include "core/result.h"
#include "query/functions.h"

namespace sluice::query {

/// A DuckDB type, read once per result, with all that is needed to show its values.
struct ColumnType {
  duckdb_type id = DUCKDB_TYPE_INVALID;
  /// How DECIMAL and ENUM values are stored.
  duckdb_type storage = DUCKDB_TYPE_INVALID;
  std::uint8_t width = 0;  ///< DECIMAL.
  std::uint8_t scale = 0;
  std::uint64_t array_size = 0;
  bool json = false;                      ///< VARCHAR that holds a JSON document.
  std::vector<std::string> labels;        ///< ENUM.
  std::vector<std::string> member_names;  ///< STRUCT and UNION.
  std::vector<ColumnType> members;        ///< STRUCT, UNION; one for LIST, ARRAY; key and value for MAP.

  /// Numbers are shown to the right.
  bool is_number() const;
  /// Values are shown as JSON in every format.
  bool is_nested() const;
  /// As in SQL: "DECIMAL(12,2)", "STRUCT(a INTEGER)".
  std::string ToSql() const;
};

/// Read a type; `logical` stays the caller's. Unsupported for types this version cannot show, with the cast that helps.
core::Result<ColumnType> ReadColumnType(const Functions& duckdb, duckdb_logical_type logical);

}  // namespace sluice::query
