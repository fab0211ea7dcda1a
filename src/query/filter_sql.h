#pragma once

#include <arrow/type_fwd.h>

#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <set>
#include <string>

namespace sluice::query {

/// A table as one SELECT names it. Names without regard to case.
struct NamedTable {
  std::string name;  ///< its alias, or its name
  const arrow::Schema& columns;
  /// Columns that have other names in the table itself: lower-case name here → name there.
  const std::map<std::string, std::string>& sources;
  /// The other names in that FROM, in lower case: "x.y" is a column of x, not a member of our column x.
  const std::set<std::string>& others;
};

/// A condition of DuckDB's syntax tree as SQL of expression/parser.h, when it names columns of `table` only and means
/// the same there; else nullopt. Parts of an AND that cannot be said are left out, so that the text is implied by the
/// condition and not the other way round; below NOT and OR nothing is left out.
std::optional<std::string> ToFilterSql(const nlohmann::json& condition, const NamedTable& table);

}  // namespace sluice::query
