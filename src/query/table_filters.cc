#include "query/table_filters.h"

#include <nlohmann/json.hpp>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "core/ascii.h"
#include "query/filter_sql.h"
#include "query/shown_table.h"
#include "query/statement_expansion.h"
#include "query/syntax_node.h"

namespace sluice::query {
namespace {

using Json = nlohmann::json;

using Filters = std::map<std::string, std::string>;

/// The syntax tree of a statement; null for one that DuckDB cannot parse or write down: that is for itself to say.
core::Result<Json> Parse(Session& session, const std::string& sql) {
  const std::vector<Value> values = {sql};
  SLUICE_ASSIGN_OR_RETURN(QueryResult result, session.Run("SELECT json_serialize_sql(?::VARCHAR)", values));
  if (!result.Next()) return core::Internal("DuckDB gave no syntax tree");
  Json tree = Json::parse(result.Text(0), nullptr, /*allow_exceptions=*/false);
  if (tree.is_discarded() || tree.value("error", true)) return Json();
  return tree;
}

/// Goes through a statement's expanded syntax tree.
class Search {
 public:
  explicit Search(const NamedTables& named) {
    for (const auto& [name, columns] : named.tables) {
      names_[core::LowerAscii(name)] = name;
      columns_[core::LowerAscii(name)] = columns;
    }
  }

  void Visit(const Json& node) {
    if (node.is_object()) {
      const std::string type = TextOf(node, "type");
      if (type == "SELECT_NODE") VisitSelect(node);
      if (type == "BASE_TABLE") CountReading(node);
      if (type == "TABLE_FUNCTION") anything_read_ = true;
      NoteShadows(node);
    }
    if (!node.is_structured()) return;
    for (const auto& member : node.items()) Visit(member.value());
  }

  Filters Found() const {
    Filters filters;
    if (anything_read_) return filters;
    for (const auto& [name, conditions] : conditions_) {
      if (!unfiltered_.contains(name)) filters[names_.at(name)] = Joined(conditions, " OR ");
    }
    return filters;
  }

 private:
  static std::string Joined(const std::vector<std::string>& conditions, std::string_view between) {
    std::string text;
    for (const std::string& condition : conditions) {
      if (!text.empty()) text += between;
      text += "(" + condition + ")";
    }
    return text;
  }

  /// The items of a FROM of which WHERE drops rows: those of inner and cross joins, and the left side of left ones.
  static void CollectFiltered(const Json& from, std::vector<const Json*>& items) {
    const std::string type = TextOf(from, "type");
    if (type == "BASE_TABLE" || type == "SUBQUERY") items.push_back(&from);
    const std::string join = TextOf(from, "join_type");
    if (type != "JOIN" || (join != "INNER" && join != "LEFT")) return;
    const std::string kind = TextOf(from, "ref_type");
    if (kind != "REGULAR" && kind != "CROSS" && kind != "NATURAL") return;
    CollectFiltered(from["left"], items);
    if (join == "INNER") CollectFiltered(from["right"], items);
  }

  /// What the items of a FROM can be called, in lower case; a few names more do no harm.
  static void CollectNames(const Json& from, std::set<std::string>& names) {
    if (!from.is_structured()) return;
    if (from.is_object()) {
      for (const char* key : {"alias", "table_name"}) names.insert(core::LowerAscii(TextOf(from, key)));
    }
    for (const auto& member : from.items()) {
      if (member.key() != "subquery") CollectNames(member.value(), names);
    }
  }

  void VisitSelect(const Json& select) {
    const auto where = select.find("where_clause");
    const auto from = select.find("from_table");
    if (where == select.end() || where->is_null() || from == select.end()) return;
    if (!select.at("sample").is_null()) return;  // it is taken before WHERE
    std::vector<const Json*> items;
    CollectFiltered(*from, items);
    std::set<std::string> names;
    CollectNames(*from, names);
    for (const Json* item : items) {
      const auto shown = FindShownTable(*item, columns_);
      if (!shown) continue;
      const std::string alias = TextOf(*item, "alias");
      const std::string name = alias.empty() ? TextOf(*item, "table_name") : alias;
      auto condition = ToFilterSql(*where, {name, *shown->columns, shown->sources, names});
      if (condition) filtered_[shown->reading].push_back(*std::move(condition));
    }
  }

  /// The SELECTs around a reading were visited before.
  void CountReading(const Json& reading) {
    const std::string name = core::LowerAscii(TextOf(reading, "table_name"));
    if (!columns_.contains(name)) return;
    const auto filtered = filtered_.find(&reading);
    if (filtered == filtered_.end()) {
      unfiltered_.insert(name);
    } else {
      const bool one = filtered->second.size() == 1;
      conditions_[name].push_back(one ? filtered->second.front() : Joined(filtered->second, " AND "));
    }
  }

  // A WITH can take the name of a table; which of the two is meant where is for DuckDB to know.
  void NoteShadows(const Json& node) {
    const auto ctes = node.find("cte_map");
    if (ctes == node.end() || !ctes->is_object()) return;
    for (const Json& entry : ctes->value("map", Json::array())) {
      unfiltered_.insert(core::LowerAscii(TextOf(entry, "key")));
    }
  }

  std::map<std::string, std::string> names_;  // lower case → as it was given
  TableColumns columns_;
  std::map<const Json*, std::vector<std::string>> filtered_;  // readings with conditions, all of which hold
  std::map<std::string, std::vector<std::string>> conditions_;
  std::set<std::string> unfiltered_;
  bool anything_read_ = false;
};

}  // namespace

core::Result<Filters> FindTableFilters(Session& session, const std::string& sql, const NamedTables& named) {
  if (named.macros || named.tables.empty()) return Filters();
  try {
    std::map<std::string, Json> views;
    for (const auto& [name, select] : named.views) {
      SLUICE_ASSIGN_OR_RETURN(views[core::LowerAscii(name)], Parse(session, select));
    }
    SLUICE_ASSIGN_OR_RETURN(Json tree, Parse(session, sql));
    const ExpandedStatement statement = ExpandViews(std::move(tree), views);
    if (!statement.complete) return Filters();
    Search search(named);
    search.Visit(statement.tree);
    return search.Found();
  } catch (const Json::exception&) {
    return Filters();  // a tree of another shape than is known here
  }
}

}  // namespace sluice::query
