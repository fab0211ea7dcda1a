#pragma once

#include <arrow/type_fwd.h>
#include <duckdb.h>

#include <cstdint>

#include "core/result.h"
#include "query/functions.h"

namespace sluice::query {

/// The DuckDB type that holds every value of an Arrow type; Unsupported, naming it, when there is none. The caller
/// destroys it.
core::Result<duckdb_logical_type> MakeLogicalType(const Functions& duckdb, const arrow::DataType& type);

/// Copy `rows` values of `values`, from `begin` on, to the start of a DuckDB vector of MakeLogicalType's type.
/// Decimals wider than their column and the like cannot occur. Internal: DuckDB has no memory left.
core::Status WriteVector(const Functions& duckdb, const arrow::Array& values, std::int64_t begin, std::int64_t rows,
                         duckdb_vector vector);

}  // namespace sluice::query
