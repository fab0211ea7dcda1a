#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace sluice::query {

/// A table, view or macro that a statement can name.
struct Nameable {
  std::string name;
  std::string sql = {};  ///< behind a view or macro
};

/// Which of `known` the statement `sql` can read, itself or through the SQL behind others: one bool for each.
///
/// Cautious, for what is not reached need not be there when the statement runs: a name is reached wherever it stands as
/// a word, in any case, quoted or not, in comments and texts too. A statement that lists names (SHOW, a bare DESCRIBE,
/// information_schema, duckdb_tables() …) or puts one together (query_table(), escapes) reaches everything.
std::vector<bool> ReachedNames(std::string_view sql, const std::vector<Nameable>& known);

}  // namespace sluice::query
