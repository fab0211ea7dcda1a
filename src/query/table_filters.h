#pragma once

#include <arrow/type_fwd.h>

#include <map>
#include <memory>
#include <string>

#include "core/result.h"
#include "query/session.h"

namespace sluice::query {

/// What a statement can name.
struct NamedTables {
  /// The tables whose filters are asked for, with their columns.
  std::map<std::string, std::shared_ptr<arrow::Schema>> tables = {};
  /// Views over them, with the SELECT behind each.
  std::map<std::string, std::string> views = {};
  /// There are macros, which can read anything: nothing can be said.
  bool macros = false;
};

/// What a statement surely asks of the rows of its tables: name, as in `named`, → SQL condition (as
/// expression/parser.h reads it) that every row it can use satisfies. A table is left out when the statement reads it
/// without a condition somewhere, or when nothing can be said: below an outer join, behind a name that a WITH takes, in
/// a clause that is not understood.
///
/// The statement is parsed by DuckDB and not run. Only parts of WHERE that name one table's columns and that mean the
/// same there and here are taken: comparisons with constants, IN, BETWEEN, LIKE, IS NULL, AND, OR, NOT.
core::Result<std::map<std::string, std::string>> FindTableFilters(Session& session, const std::string& sql,
                                                                  const NamedTables& named);

}  // namespace sluice::query
