#pragma once

#include <duckdb.h>

#include <memory>
#include <vector>

#include "core/result.h"
#include "query/column_type.h"
#include "query/functions.h"
#include "query/query_result.h"

namespace sluice::query {

/// What a QueryResult holds of DuckDB's. Takes `result` over.
struct QueryResult::State {
  State(const Functions& functions, duckdb_result taken) : duckdb(functions), result(taken) {}
  ~State();
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  core::Status ReadColumns();
  /// Go to the next block that has rows; false after the last.
  bool NextChunk();

  const Functions& duckdb;
  duckdb_result result;
  std::vector<ColumnType> types;
  std::vector<ResultColumn> columns;
  duckdb_data_chunk chunk = nullptr;
  std::vector<duckdb_vector> vectors;  // of the chunk, by column
  idx_t chunk_rows = 0;
  idx_t next_row = 0;  // within the chunk; the current row is the one before
};

}  // namespace sluice::query
