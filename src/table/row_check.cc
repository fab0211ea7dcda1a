#include "table/row_check.h"

#include <arrow/array/array_primitive.h>
#include <arrow/record_batch.h>
#include <arrow/scalar.h>
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "delta/arrow_types.h"
#include "expression/binder.h"
#include "expression/column_set.h"
#include "expression/evaluator.h"
#include "expression/parser.h"
#include "table/required_values.h"

namespace sluice::table {
namespace {

constexpr std::string_view kConstraintPrefix = "delta.constraints.";
constexpr std::string_view kInvariants = "delta.invariants";
constexpr std::string_view kLengthRule = "__CHAR_VARCHAR_TYPE_STRING";

std::string Quoted(std::string_view name) {
  std::string quoted = "`";
  for (const char c : name) quoted.append(c == '`' ? 2 : 1, c);
  return quoted + "`";
}

/// The SQL in `{"expression":{"expression":"<SQL>"}}`, which is JSON text within JSON text; "" when it is not there.
std::string InvariantSql(const std::string& json) {
  const auto text = nlohmann::json::parse(json, nullptr, /*allow_exceptions=*/false);
  if (!text.is_string()) return {};
  const auto object = nlohmann::json::parse(text.get_ref<const std::string&>(), nullptr, false);
  if (!object.is_object() || !object.contains("expression")) return {};
  const auto& inner = object["expression"];
  return inner.is_object() && inner.contains("expression") && inner["expression"].is_string()
             ? inner["expression"].get<std::string>()
             : std::string();
}

/// n of "char(n)" or "varchar(n)"; 0 for another text, as the "array<varchar(n)>" of a column.
std::int64_t LengthLimit(const std::string& json) {
  const auto text = nlohmann::json::parse(json, nullptr, false);
  if (!text.is_string()) return 0;
  const std::string& type = text.get_ref<const std::string&>();
  const std::size_t open = type.find('(');
  if (open == std::string::npos || (!type.starts_with("char") && !type.starts_with("varchar"))) return 0;
  return std::strtoll(type.c_str() + open + 1, nullptr, 10);
}

/// Whether a field or something in it has a rule on its values.
bool HasRule(const delta::Field& field) {
  return field.FindMetadata(kInvariants) != nullptr || field.FindMetadata(kLengthRule) != nullptr ||
         std::ranges::any_of(field.type.fields, HasRule);
}

// The conditions of a table see its columns and their members, not the elements of lists and maps.
core::Error NotChecked(std::string_view what, const std::string& path) {
  return core::Unsupported(fmt::format("{} of column {} cannot be checked: it is about values within", what, path))
      .WithHint("the table can be read; a writer that checks it must write it");
}

}  // namespace

std::string DescribeRow(const arrow::RecordBatch& rows, std::int64_t row, const expression::Expression& condition) {
  std::string text;
  for (const auto& path : expression::ColumnsOf(condition)) {
    const int column = rows.schema()->GetFieldIndex(path.front());
    if (column < 0) continue;
    const auto value = rows.column(column)->GetScalar(row);
    std::string shown = value.ok() ? (*value)->is_valid ? (*value)->ToString() : "NULL" : "?";
    if (shown.size() > 80) shown = shown.substr(0, 77) + "...";
    text += fmt::format("{}{} = {}", text.empty() ? "" : ", ", path.front(), shown);
  }
  return text;
}

core::Status RowCheck::Add(std::string name, const std::string& sql, const arrow::Schema& schema,
                           expression::Dialect dialect) {
  auto parsed = expression::Parse(sql, dialect);
  auto bound = parsed ? expression::BindCondition(*std::move(parsed), schema) : std::move(parsed);
  if (!bound) {
    return core::Unsupported(fmt::format("{} ({}) cannot be checked: {}", name, sql, bound.error().message()))
        .WithHint("the table can be read; a writer that knows this SQL must write it");
  }
  conditions_.push_back({std::move(name), sql, *std::move(bound)});
  return core::Ok();
}

core::Status RowCheck::AddColumnRules(const std::vector<delta::Field>& fields, const std::string& prefix,
                                      const arrow::Schema& schema) {
  for (const delta::Field& field : fields) {
    const std::string path = prefix.empty() ? Quoted(field.name) : prefix + "." + Quoted(field.name);
    if (const std::string* invariant = field.FindMetadata(kInvariants)) {
      const std::string sql = InvariantSql(*invariant);
      if (sql.empty()) return core::Unsupported(fmt::format("the invariant of column {} is not understood", path));
      SLUICE_TRY(Add(fmt::format("invariant of column {}", field.name), sql, schema));
    }
    if (const std::string* limited = field.FindMetadata(kLengthRule)) {
      const std::int64_t limit = LengthLimit(*limited);
      if (limit <= 0) return NotChecked("the type " + *limited, path);
      const std::string sql = fmt::format("{} IS NULL OR length({}) <= {}", path, path, limit);
      SLUICE_TRY(Add(fmt::format("length limit {} of column {}", limit, field.name), sql, schema));
    }
    if (field.type.kind == delta::TypeKind::kStruct) {
      SLUICE_TRY(AddColumnRules(field.type.fields, path, schema));
    } else if (std::ranges::any_of(field.type.fields, HasRule)) {
      return NotChecked("a rule", path);
    }
  }
  return core::Ok();
}

core::Result<RowCheck> RowCheck::Make(const delta::TableSchema& schema, const delta::StringMap& configuration,
                                      arrow::MemoryPool* pool) {
  RowCheck check(pool);
  check.schema_ = schema;
  check.any_required_ = std::any_of(schema.fields.begin(), schema.fields.end(), HasRequired);
  SLUICE_ASSIGN_OR_RETURN(const auto rows, delta::ToArrow(schema));
  SLUICE_TRY(check.AddColumnRules(schema.fields, "", *rows));
  for (const auto& [key, sql] : configuration) {
    if (!key.starts_with(kConstraintPrefix)) continue;
    SLUICE_TRY(check.Add(fmt::format("CHECK constraint {}", key.substr(kConstraintPrefix.size())), sql, *rows));
  }
  return check;
}

core::Status RowCheck::Require(std::string name, const std::string& sql) {
  SLUICE_ASSIGN_OR_RETURN(const auto rows, delta::ToArrow(schema_));
  return Add(std::move(name), sql, *rows, expression::Dialect::kStandard);
}

core::Status RowCheck::Check(const std::shared_ptr<arrow::RecordBatch>& rows, std::uint64_t first_row) const {
  for (std::size_t i = 0; any_required_ && i < schema_.fields.size(); ++i) {
    const auto missing = FindMissingValue(*rows->column(static_cast<int>(i)), schema_.fields[i]);
    if (!missing) continue;
    return core::InvalidInput(fmt::format("row {}: column '{}' is NULL, and it is NOT NULL in the table",
                                          first_row + static_cast<std::uint64_t>(missing->row) + 1, missing->column))
        .WithHint("nothing was written; correct the row");
  }
  for (const Condition& condition : conditions_) {
    SLUICE_ASSIGN_OR_RETURN(const auto kept, expression::EvaluateCondition(condition.bound, *rows, pool_));
    if (kept->true_count() == kept->length()) continue;
    std::int64_t row = 0;
    while (kept->IsValid(row) && kept->Value(row)) ++row;
    return core::InvalidInput(fmt::format("row {} breaks the {}: {}", first_row + static_cast<std::uint64_t>(row) + 1,
                                          condition.name, condition.sql))
        .WithHint("nothing was written; correct the row")
        .WithContext(DescribeRow(*rows, row, condition.bound));
  }
  return core::Ok();
}

}  // namespace sluice::table
