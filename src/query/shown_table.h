#pragma once

#include <arrow/type_fwd.h>

#include <map>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

namespace sluice::query {

/// Names of tables in lower case → their columns.
using TableColumns = std::map<std::string, std::shared_ptr<arrow::Schema>>;

/// A table as a FROM shows it: as it is, or through SELECTs that pass its rows on one by one. A condition on `columns`
/// that a row does not satisfy there keeps nothing from those who read the others.
struct ShownTable {
  const nlohmann::json* reading = nullptr;          ///< its node (BASE_TABLE)
  std::shared_ptr<arrow::Schema> columns = {};      ///< that are shown, by the names that they have there
  std::map<std::string, std::string> sources = {};  ///< shown name in lower case → name in the table
};

/// The table that an item of a FROM (BASE_TABLE or SUBQUERY of an expanded tree) shows; nullopt for everything else:
/// groups, windows, limits, samples, joins and unions within, columns renamed by the FROM, functions that are not known
/// to work row by row.
std::optional<ShownTable> FindShownTable(const nlohmann::json& from, const TableColumns& tables);

}  // namespace sluice::query
