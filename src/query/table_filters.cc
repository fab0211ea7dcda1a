#include "query/table_filters.h"

#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "query/filter_sql.h"

namespace sluice::query {
namespace {

using Json = nlohmann::json;

using Filters = std::map<std::string, std::string>;

std::string TextOf(const Json& node, const char* key) {
  const auto member = node.find(key);
  return member != node.end() && member->is_string() ? member->get<std::string>() : std::string();
}

// Names of tables go without case.
std::string Folded(std::string name) {
  for (char& c : name) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return name;
}

std::string TableNameOf(const Json& reference) { return Folded(TextOf(reference, "table_name")); }

/// The syntax tree of a statement; null for one that DuckDB cannot parse or write down: that is for itself to say.
core::Result<Json> Parse(Session& session, const std::string& sql) {
  const std::vector<Value> values = {sql};
  SLUICE_ASSIGN_OR_RETURN(QueryResult result, session.Run("SELECT json_serialize_sql(?::VARCHAR)", values));
  if (!result.Next()) return core::Internal("DuckDB gave no syntax tree");
  Json tree = Json::parse(result.Text(0), nullptr, /*allow_exceptions=*/false);
  if (tree.is_discarded() || tree.value("error", true)) return Json();
  return tree;
}

/// The table that a view shows as it is (`SELECT * FROM t`); "" for every other view.
std::string PlainTable(const Json& tree) {
  if (!tree.is_object() || tree["statements"].size() != 1) return {};
  const Json& node = tree["statements"][0]["node"];
  const Json& columns = node["select_list"];
  const bool star = columns.size() == 1 && TextOf(columns[0], "type") == "STAR" && columns[0]["exclude_list"].empty() &&
                    columns[0]["replace_list"].empty();
  const bool plain = TextOf(node, "type") == "SELECT_NODE" && star && node["modifiers"].empty() &&
                     node["where_clause"].is_null() && node["group_expressions"].empty() && node["having"].is_null() &&
                     node["sample"].is_null() && node["qualify"].is_null() && node["cte_map"]["map"].empty();
  const Json& from = node["from_table"];
  const bool whole = TextOf(from, "type") == "BASE_TABLE" && from["sample"].is_null() && from["at_clause"].is_null() &&
                     from["column_name_alias"].empty();
  return plain && whole ? TableNameOf(from) : std::string();
}

/// Goes through a statement's syntax tree.
class Search {
 public:
  explicit Search(const NamedTables& named) {
    for (const auto& [name, columns] : named.tables) tables_[Folded(name)] = {name, columns};
  }

  void AddView(const std::string& name, Json tree) {
    const auto table = tables_.find(PlainTable(tree));
    if (table != tables_.end()) {
      tables_[Folded(name)] = table->second;
    } else {
      views_[Folded(name)] = std::move(tree);
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
      if (unfiltered_.contains(name)) continue;
      std::string text;
      for (const std::string& condition : conditions) text += (text.empty() ? "(" : " OR (") + condition + ")";
      filters[name] = std::move(text);
    }
    return filters;
  }

 private:
  struct Table {
    std::string name;  ///< as it was given
    std::shared_ptr<arrow::Schema> columns;
  };

  /// The base tables of a FROM that holds nothing but inner and cross joins of them; others are left unfiltered.
  static void CollectInner(const Json& from, std::vector<const Json*>& readings) {
    const std::string type = TextOf(from, "type");
    if (type == "BASE_TABLE") readings.push_back(&from);
    if (type != "JOIN" || TextOf(from, "join_type") != "INNER") return;
    const std::string kind = TextOf(from, "ref_type");
    if (kind != "REGULAR" && kind != "CROSS" && kind != "NATURAL") return;
    CollectInner(from["left"], readings);
    CollectInner(from["right"], readings);
  }

  void VisitSelect(const Json& select) {
    const auto where = select.find("where_clause");
    const auto from = select.find("from_table");
    if (where == select.end() || where->is_null() || from == select.end()) return;
    std::vector<const Json*> readings;
    CollectInner(*from, readings);
    for (const Json* reading : readings) {
      const auto table = tables_.find(TableNameOf(*reading));
      // A list of column names in the FROM renames them.
      if (table == tables_.end() || !(*reading)["column_name_alias"].empty()) continue;
      const std::string alias = TextOf(*reading, "alias");
      const NamedTable named{alias.empty() ? TextOf(*reading, "table_name") : alias, *table->second.columns};
      if (auto condition = ToFilterSql(*where, named)) filtered_[reading] = *std::move(condition);
    }
  }

  void CountReading(const Json& reading) {
    const std::string name = TableNameOf(reading);
    const auto view = views_.find(name);
    if (view != views_.end()) {
      const Json tree = std::move(view->second);
      views_.erase(view);  // once is enough, and views cannot name themselves
      return Visit(tree);
    }
    const auto table = tables_.find(name);
    if (table == tables_.end()) return;
    const auto filtered = filtered_.find(&reading);
    if (filtered == filtered_.end()) {
      unfiltered_.insert(table->second.name);
    } else {
      conditions_[table->second.name].push_back(filtered->second);
    }
  }

  // A WITH can take the name of a table or view; which of the two is meant where is for DuckDB to know.
  void NoteShadows(const Json& node) {
    const auto ctes = node.find("cte_map");
    if (ctes == node.end() || !ctes->is_object()) return;
    for (const Json& entry : ctes->value("map", Json::array())) {
      const std::string name = Folded(TextOf(entry, "key"));
      const auto table = tables_.find(name);
      if (table != tables_.end()) unfiltered_.insert(table->second.name);
      if (views_.contains(name)) anything_read_ = true;
    }
  }

  std::map<std::string, Table> tables_;
  std::map<std::string, Json> views_;            // not visited yet
  std::map<const Json*, std::string> filtered_;  // readings with a condition
  std::map<std::string, std::vector<std::string>> conditions_;
  std::set<std::string> unfiltered_;
  bool anything_read_ = false;
};

}  // namespace

core::Result<Filters> FindTableFilters(Session& session, const std::string& sql, const NamedTables& named) {
  if (named.macros || named.tables.empty()) return Filters();
  try {
    Search search(named);
    for (const auto& [name, select] : named.views) {
      SLUICE_ASSIGN_OR_RETURN(Json tree, Parse(session, select));
      search.AddView(name, std::move(tree));
    }
    SLUICE_ASSIGN_OR_RETURN(const Json tree, Parse(session, sql));
    search.Visit(tree);
    return search.Found();
  } catch (const Json::exception&) {
    return Filters();  // a tree of another shape than is known here
  }
}

}  // namespace sluice::query
