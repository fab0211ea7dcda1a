#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <string>

namespace sluice::query {

/// A statement's syntax tree (DuckDB's json_serialize_sql) with the SELECT behind each view and each simple WITH in the
/// place where it is read, as a sub-query.
///
/// `views`: lower-case name → tree; null for a view of which nothing is known. What such a one reads, what a WITH that
/// takes the name of a view reads, and what is nested without end is not known: `complete` is false then, and the
/// statement may read anything.
struct ExpandedStatement {
  nlohmann::json tree;
  bool complete = true;
};
ExpandedStatement ExpandViews(nlohmann::json tree, const std::map<std::string, nlohmann::json>& views);

}  // namespace sluice::query
