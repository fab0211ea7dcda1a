#include "query/shown_table.h"

#include <arrow/type.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <set>
#include <string_view>
#include <utility>

#include "core/ascii.h"
#include "query/syntax_node.h"

namespace sluice::query {
namespace {

using Json = nlohmann::json;

bool Lacks(const Json& node, const char* key) {
  const auto member = node.find(key);
  return member == node.end() || member->is_null() || (member->is_structured() && member->empty());
}

/// Whether an expression makes one value of one row and looks at no other.
bool IsRowWise(const Json& expression) {
  constexpr std::array<std::string_view, 8> kClasses = {"COLUMN_REF", "CONSTANT",    "CAST",     "CASE",
                                                        "COMPARISON", "CONJUNCTION", "OPERATOR", "BETWEEN"};
  constexpr std::array<std::string_view, 28> kFunctions = {
      "abs",   "ceil",  "concat",   "date_part", "date_trunc", "day",    "floor", "greatest", "hour",    "ifnull",
      "least", "left",  "length",   "lower",     "ltrim",      "minute", "month", "nullif",   "replace", "right",
      "round", "rtrim", "strftime", "substr",    "substring",  "trim",   "upper", "year"};
  if (expression.is_object() && expression.contains("class")) {
    const std::string kind = TextOf(expression, "class");
    const bool function = kind == "FUNCTION" && (expression.value("is_operator", false) ||
                                                 std::ranges::count(kFunctions, TextOf(expression, "function_name")));
    if (!function && !std::ranges::count(kClasses, kind)) return false;
  }
  if (!expression.is_structured()) return true;
  return std::ranges::all_of(expression, IsRowWise);
}

/// Whether a SELECT passes on the rows of its FROM, or some of them, each for itself. Its WHERE may leave some out.
bool PassesRowsOn(const Json& select) {
  if (TextOf(select, "type") != "SELECT_NODE") return false;
  for (const Json& modifier : select.value("modifiers", Json::array())) {
    const std::string type = TextOf(modifier, "type");
    const bool distinct = type == "DISTINCT_MODIFIER" && Lacks(modifier, "distinct_on_targets");
    if (type != "ORDER_MODIFIER" && !distinct) return false;
  }
  return Lacks(select, "group_expressions") && Lacks(select, "having") && Lacks(select, "sample") &&
         Lacks(select, "qualify") && TextOf(select, "aggregate_handling") == "STANDARD_HANDLING";
}

/// The columns that a select list makes of those of one table.
class SelectList {
 public:
  SelectList(const ShownTable& table, std::string alias) : table_(table), alias_(std::move(alias)) {}

  bool Add(const Json& item) {
    const std::string kind = TextOf(item, "class");
    if (kind == "STAR") return AddAll(item);
    const std::string name = TextOf(item, "alias");
    if (kind == "COLUMN_REF") return AddColumn(item.at("column_names").get<std::vector<std::string>>(), name);
    if (name.empty() || !IsRowWise(item)) return false;  // DuckDB would make up a name
    Occupy(name);
    return true;
  }

  ShownTable Shown() const {
    ShownTable shown{.reading = table_.reading};
    arrow::FieldVector fields;
    for (const auto& [name, column] : columns_) {
      if (twice_.contains(name)) continue;  // the second one is renamed
      fields.push_back(column.first);
      shown.sources[name] = column.second;
    }
    shown.columns = arrow::schema(std::move(fields));
    return shown;
  }

 private:
  bool AddAll(const Json& star) {
    if (!Lacks(star, "replace_list") || !Lacks(star, "rename_list") || !Lacks(star, "qualified_exclude_list") ||
        !Lacks(star, "expr") || star.value("columns", false)) {
      return false;
    }
    std::set<std::string> left_out;
    for (const Json& name : star.value("exclude_list", Json::array())) {
      left_out.insert(core::LowerAscii(name.get<std::string>()));
    }
    for (const auto& field : table_.columns->fields()) {
      if (!left_out.contains(core::LowerAscii(field->name()))) Show(field, field->name());
    }
    return true;
  }

  bool AddColumn(std::vector<std::string> path, const std::string& name) {
    if (path.size() == 2 && core::LowerAscii(path.front()) == alias_ && !Find(path.front())) path.erase(path.begin());
    const std::string shown_as = name.empty() ? path.back() : name;
    const auto field = path.size() == 1 ? Find(path.front()) : nullptr;
    if (field == nullptr) {
      Occupy(shown_as);
    } else {
      Show(field, shown_as);
    }
    return true;
  }

  std::shared_ptr<arrow::Field> Find(const std::string& name) const {
    for (const auto& field : table_.columns->fields()) {
      if (core::LowerAscii(field->name()) == core::LowerAscii(name)) return field;
    }
    return nullptr;
  }

  void Show(const std::shared_ptr<arrow::Field>& field, const std::string& name) {
    Occupy(name);
    const auto source = table_.sources.find(core::LowerAscii(field->name()));
    columns_.insert_or_assign(
        core::LowerAscii(name),
        std::pair(field->WithName(name), source == table_.sources.end() ? field->name() : source->second));
  }

  void Occupy(const std::string& name) {
    if (!names_.insert(core::LowerAscii(name)).second) twice_.insert(core::LowerAscii(name));
  }

  const ShownTable& table_;
  std::string alias_;  // in lower case
  std::map<std::string, std::pair<std::shared_ptr<arrow::Field>, std::string>> columns_;
  std::set<std::string> names_;
  std::set<std::string> twice_;
};

}  // namespace

std::optional<ShownTable> FindShownTable(const Json& from, const TableColumns& tables) {
  if (!Lacks(from, "sample") || !Lacks(from, "at_clause") || !Lacks(from, "column_name_alias")) return std::nullopt;
  const std::string type = TextOf(from, "type");
  if (type == "BASE_TABLE") {
    const auto table = tables.find(core::LowerAscii(TextOf(from, "table_name")));
    if (table == tables.end()) return std::nullopt;
    return ShownTable{.reading = &from, .columns = table->second};
  }
  if (type != "SUBQUERY") return std::nullopt;
  const Json& select = from.at("subquery").at("node");
  if (!PassesRowsOn(select)) return std::nullopt;
  const Json& inner = select.at("from_table");
  const auto table = FindShownTable(inner, tables);
  if (!table) return std::nullopt;
  const std::string alias = TextOf(inner, "alias");
  SelectList list(*table, core::LowerAscii(alias.empty() ? TextOf(inner, "table_name") : alias));
  for (const Json& item : select.at("select_list")) {
    if (!list.Add(item)) return std::nullopt;
  }
  return list.Shown();
}

}  // namespace sluice::query
