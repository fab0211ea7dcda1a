#include "query/statement.h"

#include <utility>

#include "query/duckdb_error.h"

namespace sluice::query {
core::Result<StatementList> StatementList::Parse(const Functions& duckdb, duckdb_connection connection,
                                                 const std::string& sql) {
  duckdb_extracted_statements statements = nullptr;
  const idx_t count = duckdb.extract_statements(connection, sql.c_str(), &statements);
  StatementList list(duckdb, statements, count);
  const char* const message = duckdb.extract_statements_error(statements);
  if (message != nullptr) return ErrorFromDuckDb(message);
  return list;
}

StatementList::StatementList(StatementList&& other) noexcept
    : duckdb_(other.duckdb_), statements_(std::exchange(other.statements_, nullptr)), count_(other.count_) {}

StatementList::~StatementList() {
  if (statements_ != nullptr) duckdb_->destroy_extracted(&statements_);
}

core::Result<Statement> Statement::Prepare(const Functions& duckdb, duckdb_connection connection,
                                           const StatementList& list, idx_t index) {
  duckdb_prepared_statement prepared = nullptr;
  const duckdb_state state = duckdb.prepare_extracted_statement(connection, list.get(), index, &prepared);
  Statement statement(duckdb, prepared);
  if (state == DuckDBSuccess) return statement;
  const char* const message = duckdb.prepare_error(prepared);
  return ErrorFromDuckDb(message == nullptr ? "Invalid Input Error: the statement cannot be prepared" : message);
}

Statement::Statement(Statement&& other) noexcept
    : duckdb_(other.duckdb_), prepared_(std::exchange(other.prepared_, nullptr)) {}

Statement::~Statement() {
  if (prepared_ != nullptr) duckdb_->destroy_prepare(&prepared_);
}

}  // namespace sluice::query
