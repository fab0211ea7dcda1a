#pragma once

#include <duckdb.h>

#include <string>

#include "core/result.h"
#include "query/functions.h"

namespace sluice::query {

/// SQL text taken apart into statements. Move-only, borrows the functions.
class StatementList {
 public:
  static core::Result<StatementList> Parse(const Functions& duckdb, duckdb_connection connection,
                                           const std::string& sql);
  StatementList(StatementList&& other) noexcept;
  StatementList& operator=(StatementList&&) = delete;
  ~StatementList();

  idx_t size() const { return count_; }
  duckdb_extracted_statements get() const { return statements_; }

 private:
  StatementList(const Functions& duckdb, duckdb_extracted_statements statements, idx_t count)
      : duckdb_(&duckdb), statements_(statements), count_(count) {}
  const Functions* duckdb_;
  duckdb_extracted_statements statements_;
  idx_t count_;
};

/// A statement ready to run. Move-only, borrows the functions.
class Statement {
 public:
  static core::Result<Statement> Prepare(const Functions& duckdb, duckdb_connection connection,
                                         const StatementList& list, idx_t index);
  Statement(Statement&& other) noexcept;
  Statement& operator=(Statement&&) = delete;
  ~Statement();

  duckdb_statement_type type() const { return duckdb_->prepared_statement_type(prepared_); }
  duckdb_prepared_statement get() const { return prepared_; }

 private:
  Statement(const Functions& duckdb, duckdb_prepared_statement prepared) : duckdb_(&duckdb), prepared_(prepared) {}
  const Functions* duckdb_;
  duckdb_prepared_statement prepared_;
};

}  // namespace sluice::query
