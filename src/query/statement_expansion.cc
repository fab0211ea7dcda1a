#include "query/statement_expansion.h"

#include <utility>

#include "core/ascii.h"
#include "query/syntax_node.h"

namespace sluice::query {
namespace {

using Json = nlohmann::json;

constexpr int kReadingsMax = 1000;  // of views and WITHs

/// Names of WITHs → the SELECT behind them; null for one that is left where it is.
using Scope = std::map<std::string, Json>;

/// The SELECT behind an entry of a WITH that can stand in its place; null for recursive ones and renamed columns.
Json SimpleSelect(const Json& entry) {
  const Json& value = entry.at("value");
  const auto query = value.find("query");
  if (query == value.end() || !value.value("aliases", Json::array()).empty()) return Json();
  const Json& node = query->at("node");
  return TextOf(node, "type") == "SELECT_NODE" ? node : Json();
}

class Expansion {
 public:
  explicit Expansion(const std::map<std::string, Json>& views) : views_(views) {}

  bool complete() const { return complete_; }

  void Expand(Json& node, const Scope& outer) {
    if (!node.is_structured() || !complete_) return;
    Scope own;
    const Scope* scope = &outer;
    if (node.is_object()) {
      if (TextOf(node, "type") == "BASE_TABLE") return ExpandReading(node, outer);
      if (node.contains("cte_map") && !node["cte_map"]["map"].empty()) {
        own = outer;
        ExpandWiths(node["cte_map"]["map"], own);
        scope = &own;
      }
    }
    for (const auto& member : node.items()) {
      if (member.key() != "cte_map") Expand(member.value(), *scope);
    }
  }

 private:
  /// Each entry sees those before it. Simple ones stand where they are read and nowhere else.
  void ExpandWiths(Json& entries, Scope& scope) {
    Json left = Json::array();
    for (Json& entry : entries) {
      const std::string name = core::LowerAscii(TextOf(entry, "key"));
      if (views_.contains(name)) complete_ = false;
      Json select = SimpleSelect(entry);
      if (select.is_null()) {
        scope[name] = Json();  // for itself, too
        Expand(entry["value"], scope);
        left.push_back(std::move(entry));
      } else {
        Expand(select, scope);
        scope[name] = std::move(select);
      }
    }
    entries = std::move(left);
  }

  void ExpandReading(Json& reading, const Scope& scope) {
    const std::string name = core::LowerAscii(TextOf(reading, "table_name"));
    const bool plain_name = TextOf(reading, "schema_name").empty() && TextOf(reading, "catalog_name").empty();
    const auto with = scope.find(name);
    if (plain_name && with != scope.end()) {
      if (!with->second.is_null()) Replace(reading, with->second);
      return;
    }
    const auto view = views_.find(name);
    if (view == views_.end()) return;
    const Json& tree = view->second;
    if (!tree.is_object() || tree.at("statements").size() != 1) {
      complete_ = false;
      return;
    }
    Json select = tree["statements"][0]["node"];
    ++depth_;
    if (depth_ > static_cast<int>(views_.size())) complete_ = false;  // a view of itself
    Expand(select, {});
    --depth_;
    Replace(reading, std::move(select));
  }

  void Replace(Json& reading, Json select) {
    if (++readings_ > kReadingsMax) complete_ = false;
    const std::string alias = TextOf(reading, "alias");
    Json query;
    query["type"] = "SUBQUERY";
    query["alias"] = alias.empty() ? TextOf(reading, "table_name") : alias;
    query["sample"] = reading.value("sample", Json());
    query["column_name_alias"] = reading.value("column_name_alias", Json::array());
    query["subquery"]["node"] = std::move(select);
    reading = std::move(query);
  }

  const std::map<std::string, Json>& views_;
  int depth_ = 0;
  int readings_ = 0;
  bool complete_ = true;
};

}  // namespace

ExpandedStatement ExpandViews(Json tree, const std::map<std::string, Json>& views) {
  Expansion expansion(views);
  expansion.Expand(tree, {});
  return {std::move(tree), expansion.complete()};
}

}  // namespace sluice::query
