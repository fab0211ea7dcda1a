#pragma once

#include <duckdb.h>

#include <string>

#include "query/column_type.h"
#include "query/functions.h"

namespace sluice::query {

/// Whether the row of a vector holds a value.
bool IsNull(const Functions& duckdb, duckdb_vector vector, idx_t row);

/// Append a value as text: as DuckDB casts it to VARCHAR, nested values as JSON, times with a zone in UTC. NULL appends
/// nothing.
void AppendValueText(const Functions& duckdb, const ColumnType& type, duckdb_vector vector, idx_t row,
                     std::string& out);

/// Append a value as JSON. Numbers keep every digit and are JSON numbers, but for NaN and the infinities, which are
/// strings like everything else; a MAP with text keys is an object, other MAPs arrays of {"key","value"}.
void AppendValueJson(const Functions& duckdb, const ColumnType& type, duckdb_vector vector, idx_t row,
                     std::string& out);

}  // namespace sluice::query
