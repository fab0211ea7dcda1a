#include "query/query_result.h"

#include <utility>

#include "query/query_result_state.h"
#include "query/value_text.h"

namespace sluice::query {

QueryResult::State::~State() {
  if (chunk != nullptr) duckdb.destroy_data_chunk(&chunk);
  duckdb.destroy_result(&result);
}

core::Status QueryResult::State::ReadColumns() {
  const idx_t count = duckdb.column_count(&result);
  for (idx_t i = 0; i < count; ++i) {
    const char* const name = duckdb.column_name(&result, i);
    duckdb_logical_type logical = duckdb.column_logical_type(&result, i);
    core::Result<ColumnType> type = ReadColumnType(duckdb, logical);
    duckdb.destroy_logical_type(&logical);
    const std::string column = name == nullptr ? "" : name;
    if (!type.has_value()) return std::move(type).error().WithPrefix("column '" + column + "': ");
    columns.push_back({column, type->ToSql(), type->is_number()});
    types.push_back(*std::move(type));
  }
  return core::Ok();
}

bool QueryResult::State::NextChunk() {
  do {
    if (chunk != nullptr) duckdb.destroy_data_chunk(&chunk);
    chunk = duckdb.fetch_chunk(result);
    if (chunk == nullptr) return false;
    chunk_rows = duckdb.data_chunk_get_size(chunk);
  } while (chunk_rows == 0);
  next_row = 0;
  vectors.clear();
  for (idx_t i = 0; i < types.size(); ++i) vectors.push_back(duckdb.data_chunk_get_vector(chunk, i));
  return true;
}

QueryResult::QueryResult(std::unique_ptr<State> state) : state_(std::move(state)) {}
QueryResult::QueryResult(QueryResult&&) noexcept = default;
QueryResult& QueryResult::operator=(QueryResult&&) noexcept = default;
QueryResult::~QueryResult() = default;

const std::vector<ResultColumn>& QueryResult::columns() const { return state_->columns; }

bool QueryResult::Next() {
  if (state_->next_row == state_->chunk_rows && !state_->NextChunk()) {
    state_->next_row = state_->chunk_rows = 0;
    return false;
  }
  ++state_->next_row;
  return true;
}

std::uint64_t QueryResult::SkipRest() {
  std::uint64_t skipped = state_->chunk_rows - state_->next_row;
  while (state_->NextChunk()) skipped += state_->chunk_rows;
  state_->next_row = state_->chunk_rows = 0;
  return skipped;
}

bool QueryResult::is_null(std::size_t column) const {
  return state_->types[column].id == DUCKDB_TYPE_SQLNULL ||
         IsNull(state_->duckdb, state_->vectors[column], state_->next_row - 1);
}

void QueryResult::AppendText(std::size_t column, std::string& out) const {
  AppendValueText(state_->duckdb, state_->types[column], state_->vectors[column], state_->next_row - 1, out);
}

void QueryResult::AppendJson(std::size_t column, std::string& out) const {
  AppendValueJson(state_->duckdb, state_->types[column], state_->vectors[column], state_->next_row - 1, out);
}

std::string QueryResult::Text(std::size_t column) const {
  std::string text;
  AppendText(column, text);
  return text;
}

}  // namespace sluice::query
