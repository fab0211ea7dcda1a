#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace sluice::query {

/// A member of a node of DuckDB's syntax tree (json_serialize_sql) that is a text; "" when it is none.
inline std::string TextOf(const nlohmann::json& node, const char* key) {
  const auto member = node.find(key);
  return member != node.end() && member->is_string() ? member->get<std::string>() : std::string();
}

}  // namespace sluice::query
