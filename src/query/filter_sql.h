#pragma once

#include <arrow/type_fwd.h>

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

namespace sluice::query {

/// A table as one SELECT names it.
struct NamedTable {
  std::string name;  ///< its alias, or its name
  const arrow::Schema& columns;
};

/// A condition of DuckDB's syntax tree as SQL of expression/parser.h, when it names columns of `table` only and means
/// the same there; else nullopt. Parts of an AND that cannot be said are left out, so that the text is implied by the
/// condition and not the other way round; below NOT and OR nothing is left out.
std::optional<std::string> ToFilterSql(const nlohmann::json& condition, const NamedTable& table);

}  // namespace sluice::query
