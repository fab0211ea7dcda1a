#include "expression/column_lookup.h"

#include <arrow/type.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <optional>

#include "core/suggestion.h"
#include "expression/word.h"

namespace sluice::expression {
namespace {

using core::Result;

std::string Joined(const std::vector<std::string>& path) { return fmt::format("{}", fmt::join(path, ".")); }

Result<const arrow::Field*> FindField(const std::string& name, const arrow::FieldVector& fields,
                                      const std::vector<std::string>& path) {
  const arrow::Field* found = nullptr;
  bool several = false;
  for (const auto& field : fields) {
    if (field->name() == name) return field.get();
    if (!EqualWords(field->name(), name)) continue;
    several = found != nullptr;
    found = field.get();
  }
  if (several) {
    return core::InvalidInput(fmt::format("the column {} is ambiguous: two names differ only by case", Joined(path)))
        .WithHint("write it exactly as the table does");
  }
  if (found != nullptr) return found;
  std::vector<std::string> names;
  for (const auto& field : fields) names.push_back(field->name());
  // Often it is a text: "x" and x are names.
  const char* const also = core::NearestName(name, names).empty() ? "; a text stands in single quotes" : "";
  return core::InvalidInput(fmt::format("there is no column {}", Joined(path)))
      .WithHint(core::ColumnHint(name, names) + also);
}

/// The whole path is often one name with dots that was not put into backticks.
bool HasDottedName(const std::vector<std::string>& path, const arrow::Schema& schema) {
  for (const auto& field : schema.fields()) {
    if (path.size() > 1 && EqualWords(field->name(), Joined(path))) return true;
  }
  return false;
}

}  // namespace

Result<FoundColumn> FindColumn(const std::vector<std::string>& path, const arrow::Schema& schema) {
  FoundColumn column;
  const arrow::FieldVector* fields = &schema.fields();
  for (const std::string& part : path) {
    if (column.type && column.type->id() != arrow::Type::STRUCT) {
      return core::InvalidInput(fmt::format("there is no column {}: {} is {}, not a struct", Joined(path),
                                            Joined(column.path), column.type->ToString()));
    }
    auto field = FindField(part, *fields, path);
    if (!field && HasDottedName(path, schema)) {
      return std::move(field).error().WithHint(fmt::format("a name with dots stands in backticks: `{}`", Joined(path)));
    }
    if (!field) return std::move(field).error();
    column.path.push_back((*field)->name());
    column.type = (*field)->type();
    fields = &column.type->fields();
  }
  return column;
}

}  // namespace sluice::expression
