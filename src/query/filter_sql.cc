#include "query/filter_sql.h"

#include <arrow/type.h>
#include <arrow/type_traits.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string_view>
#include <utility>
#include <vector>

#include "core/ascii.h"
#include "query/syntax_node.h"

namespace sluice::query {
namespace {

using Json = nlohmann::json;
using Sql = std::optional<std::string>;

bool SameName(std::string_view left, std::string_view right) {
  return core::LowerAscii(left) == core::LowerAscii(right);
}

std::shared_ptr<arrow::Field> FindField(const arrow::FieldVector& fields, std::string_view name) {
  for (const auto& field : fields) {
    if (SameName(field->name(), name)) return field;
  }
  return nullptr;
}

std::string Quoted(std::string_view name) {
  std::string quoted = "`";
  for (const char c : name) quoted.append(c == '`' ? 2 : 1, c);
  return quoted + "`";
}

std::string TextLiteral(std::string_view text) {
  std::string quoted = "'";
  for (const char c : text) quoted.append(c == '\'' ? 2 : 1, c);
  return quoted + "'";
}

bool AreDigits(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

bool HasForm(std::string_view text, std::string_view form) {
  return std::ranges::equal(text, form,
                            [](char c, char want) { return want == 'd' ? c >= '0' && c <= '9' : c == want; });
}

/// "2024-02-29".
bool IsDateText(std::string_view text) { return HasForm(text, "dddd-dd-dd"); }

/// "Z", "+07", "-03:30".
bool IsZoneText(std::string_view text) {
  if (text == "Z") return true;
  const bool sign = text.starts_with('+') || text.starts_with('-');
  return sign && (HasForm(text.substr(1), "dd") || HasForm(text.substr(1), "dd:dd"));
}

/// "2024-02-29 12:00:00[.123456]", also with 'T' in the middle; `zone`: perhaps with one.
bool IsTimeText(std::string_view text, bool zone) {
  constexpr std::size_t kDate = 10;
  constexpr std::size_t kSeconds = 19;
  if (text.size() < kSeconds || !IsDateText(text.substr(0, kDate))) return false;
  if (!HasForm(text.substr(kDate, kSeconds - kDate), " dd:dd:dd") &&
      !HasForm(text.substr(kDate, kSeconds - kDate), "Tdd:dd:dd")) {
    return false;
  }
  std::string_view rest = text.substr(kSeconds);
  const std::size_t zone_at = std::min(rest.find_first_of("Z+-"), rest.size());
  const std::string_view fraction = rest.substr(0, zone_at);
  rest.remove_prefix(zone_at);
  const bool fits = fraction.empty() || (fraction.starts_with('.') && fraction.size() >= 2 && fraction.size() <= 7 &&
                                         AreDigits(fraction.substr(1)));
  return fits && (rest.empty() || (zone && IsZoneText(rest)));
}

/// Says conditions about one table.
class Sayer {
 public:
  explicit Sayer(const NamedTable& table) : table_(table) {}

  Sql Condition(const Json& node, bool may_weaken) const {
    const std::string type = TextOf(node, "type");
    if (type == "CONJUNCTION_AND" || type == "CONJUNCTION_OR") return Conjunction(node, type, may_weaken);
    if (type == "OPERATOR_NOT") return Wrapped("NOT ", Condition(node["children"][0], false), "");
    if (type == "OPERATOR_IS_NULL") return Wrapped("", Column(node["children"][0]), " IS NULL");
    if (type == "OPERATOR_IS_NOT_NULL") return Wrapped("", Column(node["children"][0]), " IS NOT NULL");
    if (type == "COMPARE_IN" || type == "COMPARE_NOT_IN") return In(node, type == "COMPARE_IN");
    if (type == "COMPARE_BETWEEN") return Between(node);
    if (type == "FUNCTION") return Like(node);
    return Comparison(node, type);
  }

 private:
  static Sql Wrapped(std::string_view before, Sql inner, std::string_view after) {
    if (!inner) return std::nullopt;
    return std::string(before) + "(" + *inner + ")" + std::string(after);
  }

  Sql Conjunction(const Json& node, const std::string& type, bool may_weaken) const {
    const bool both = type == "CONJUNCTION_AND";
    std::string text;
    for (const Json& child : node["children"]) {
      const Sql part = Condition(child, may_weaken);
      if (!part) {
        if (both && may_weaken) continue;
        return std::nullopt;
      }
      if (!text.empty()) text += both ? " AND " : " OR ";
      text += "(" + *part + ")";
    }
    return text.empty() ? Sql() : Sql(text);
  }

  /// The column a reference names: its path below the table, and its type.
  std::shared_ptr<arrow::DataType> Resolve(const Json& node, std::vector<std::string>& path) const {
    if (TextOf(node, "type") != "COLUMN_REF") return nullptr;
    path = node["column_names"].get<std::vector<std::string>>();
    const bool named = path.size() > 1 && SameName(path.front(), table_.name);
    if (named && FindField(table_.columns.fields(), path.front()) != nullptr) return nullptr;  // either is meant
    if (named) path.erase(path.begin());
    if (!named && path.size() > 1 && table_.others.contains(core::LowerAscii(path.front()))) return nullptr;
    const arrow::FieldVector* fields = &table_.columns.fields();
    std::shared_ptr<arrow::DataType> type;
    for (const std::string& name : path) {
      const auto field = FindField(*fields, name);
      if (field == nullptr || (type && type->id() != arrow::Type::STRUCT)) return nullptr;
      type = field->type();
      fields = &type->fields();
    }
    return type;
  }

  Sql Column(const Json& node) const {
    std::vector<std::string> path;
    if (!Resolve(node, path)) return std::nullopt;
    const auto source = table_.sources.find(core::LowerAscii(path.front()));
    if (source != table_.sources.end()) path.front() = source->second;
    std::string text;
    for (const std::string& name : path) text += (text.empty() ? "" : ".") + Quoted(name);
    return text;
  }

  /// A constant that is compared with a column of `type`.
  static Sql Constant(const Json& node, const arrow::DataType& type) {
    if (TextOf(node, "type") == "OPERATOR_CAST") {
      const Json& child = node["child"];
      if (TextOf(child, "type") != "VALUE_CONSTANT") return std::nullopt;
      const std::string target = TextOf(node["cast_type"], "id");
      const Json& text = child["value"]["value"];
      if (target == "DATE" && text.is_string() && IsDateText(text.get<std::string>())) {
        return "DATE " + TextLiteral(text.get<std::string>());
      }
      const bool instant = target == "TIMESTAMP WITH TIME ZONE" || target == "TIMESTAMPTZ";
      if ((target == "TIMESTAMP" || instant) && text.is_string() &&
          (IsTimeText(text.get<std::string>(), instant) || IsDateText(text.get<std::string>()))) {
        return (instant ? "TIMESTAMP " : "TIMESTAMP_NTZ ") + TextLiteral(text.get<std::string>());
      }
      if (target == "BOOLEAN" && text.is_string()) return text.get<std::string>() == "t" ? "TRUE" : "FALSE";
      return std::nullopt;
    }
    if (TextOf(node, "type") != "VALUE_CONSTANT") return std::nullopt;
    return Value(node["value"], type);
  }

  static Sql Value(const Json& value, const arrow::DataType& type) {
    if (value.value("is_null", true)) return std::nullopt;
    const std::string id = TextOf(value["type"], "id");
    const Json& held = value["value"];
    if (id == "VARCHAR") return TextConstant(held.get<std::string>(), type);
    if (id == "BOOLEAN" && held.is_boolean()) return held.get<bool>() ? "TRUE" : "FALSE";
    if (!arrow::is_numeric(type.id()) && !arrow::is_decimal(type.id())) return std::nullopt;
    if (id == "DOUBLE" || id == "FLOAT") return held.is_number() ? Sql(held.dump() + "D") : Sql();
    if (!held.is_number_integer()) return std::nullopt;
    if (id != "DECIMAL") return held.dump();
    return DecimalText(held.dump(), value["type"]["type_info"].value("scale", 0));
  }

  // DuckDB reads the text as a value of the column's type; only forms that have one meaning are taken.
  static Sql TextConstant(const std::string& text, const arrow::DataType& type) {
    const bool date = type.id() == arrow::Type::DATE32 && IsDateText(text);
    bool time = false;
    if (type.id() == arrow::Type::TIMESTAMP) {
      const bool instant = !static_cast<const arrow::TimestampType&>(type).timezone().empty();
      time = IsDateText(text) || IsTimeText(text, instant);
    }
    if (type.id() == arrow::Type::STRING || date || time) return TextLiteral(text);
    return std::nullopt;
  }

  static std::string DecimalText(std::string digits, int scale) {
    const bool negative = digits.starts_with('-');
    if (negative) digits.erase(0, 1);
    if (digits.size() <= static_cast<std::size_t>(scale)) {
      digits.insert(0, static_cast<std::size_t>(scale) + 1 - digits.size(), '0');
    }
    if (scale > 0) digits.insert(digits.size() - static_cast<std::size_t>(scale), ".");
    return negative ? "-" + digits : digits;
  }

  Sql Comparison(const Json& node, const std::string& type) const {
    static constexpr std::pair<std::string_view, std::pair<std::string_view, std::string_view>> kOperators[] = {
        {"COMPARE_EQUAL", {"=", "="}},
        {"COMPARE_NOTEQUAL", {"<>", "<>"}},
        {"COMPARE_LESSTHAN", {"<", ">"}},
        {"COMPARE_LESSTHANOREQUALTO", {"<=", ">="}},
        {"COMPARE_GREATERTHAN", {">", "<"}},
        {"COMPARE_GREATERTHANOREQUALTO", {">=", "<="}},
        {"COMPARE_NOT_DISTINCT_FROM", {"<=>", "<=>"}}};
    for (const auto& [name, signs] : kOperators) {
      if (type != name) continue;
      std::vector<std::string> path;
      const bool swapped = TextOf(node["left"], "type") != "COLUMN_REF";
      const Json& column = swapped ? node["right"] : node["left"];
      const auto column_type = Resolve(column, path);
      if (!column_type) return std::nullopt;
      const Sql constant = Constant(swapped ? node["left"] : node["right"], *column_type);
      if (!constant) return std::nullopt;
      return *Column(column) + " " + std::string(swapped ? signs.second : signs.first) + " " + *constant;
    }
    return std::nullopt;
  }

  Sql In(const Json& node, bool positive) const {
    const Json& children = node["children"];
    std::vector<std::string> path;
    const auto type = Resolve(children[0], path);
    if (!type) return std::nullopt;
    std::string list;
    for (std::size_t i = 1; i < children.size(); ++i) {
      const Sql constant = Constant(children[i], *type);
      if (!constant) return std::nullopt;
      list += (list.empty() ? "" : ", ") + *constant;
    }
    return *Column(children[0]) + (positive ? " IN (" : " NOT IN (") + list + ")";
  }

  Sql Between(const Json& node) const {
    std::vector<std::string> path;
    const auto type = Resolve(node["input"], path);
    if (!type) return std::nullopt;
    const Sql low = Constant(node["lower"], *type);
    const Sql high = Constant(node["upper"], *type);
    if (!low || !high) return std::nullopt;
    return *Column(node["input"]) + " BETWEEN " + *low + " AND " + *high;
  }

  Sql Like(const Json& node) const {
    const std::string function = TextOf(node, "function_name");
    if (function != "~~" && function != "!~~") return std::nullopt;
    const Sql column = Column(node["children"][0]);
    const Json& pattern = node["children"][1];
    if (!column || TextOf(pattern, "type") != "VALUE_CONSTANT" || !pattern["value"]["value"].is_string()) return {};
    const auto text = pattern["value"]["value"].get<std::string>();
    if (text.find('\\') != std::string::npos) return std::nullopt;  // it escapes here and not there
    return *column + (function == "~~" ? " LIKE " : " NOT LIKE ") + TextLiteral(text);
  }

  const NamedTable& table_;
};

}  // namespace

std::optional<std::string> ToFilterSql(const Json& condition, const NamedTable& table) {
  return Sayer(table).Condition(condition, /*may_weaken=*/true);
}

}  // namespace sluice::query
