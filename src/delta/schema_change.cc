#include "delta/schema_change.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "delta/type_change.h"
#include "delta/type_name.h"

namespace sluice::delta {
namespace {

core::Status CheckMembers(const std::vector<Field>& before, const std::vector<Field>& after, const std::string& prefix);

core::Status CheckType(const DataType& before, const DataType& after, const std::string& path) {
  if (before.kind == TypeKind::kVoid) return core::Ok();
  if (before.nested() && before.kind == after.kind) return CheckMembers(before.fields, after.fields, path + ".");
  if (before == after) return core::Ok();
  const std::string change =
      fmt::format("the type of column '{}' would change from {} to {}", path, TypeName(before), TypeName(after));
  if (CanWiden(before, after)) return core::Unsupported(change + "; this version does not widen types yet");
  return core::InvalidInput(change).WithHint("overwrite the table with the new schema");
}

core::Status CheckGone(const std::vector<Field>& after, const Field& field, const std::string& path) {
  if (std::ranges::find(after, field.name, &Field::name) != after.end()) {
    return core::InvalidInput(fmt::format("column '{}' would change its place", path))
        .WithHint("new columns come behind those that are there");
  }
  const std::string change = fmt::format("column '{}' would be dropped or renamed", path);
  if (field.id) return core::Unsupported(change + "; this version does not change column mapping yet");
  return core::InvalidInput(change).WithHint("overwrite the table with the new schema");
}

core::Status CheckField(const Field& before, const Field& after, const std::string& path) {
  if (before.physical_name != after.physical_name || before.id != after.id) {
    return core::Unsupported(
        fmt::format("the column mapping of '{}' would change; this version does not do that yet", path));
  }
  if (before.nullable && !after.nullable) {
    return core::InvalidInput(
        fmt::format("column '{}' may be NULL in files that are there; it cannot become NOT NULL", path));
  }
  return CheckType(before.type, after.type, path);
}

core::Status CheckMembers(const std::vector<Field>& before, const std::vector<Field>& after,
                          const std::string& prefix) {
  for (std::size_t i = 0; i < before.size(); ++i) {
    const std::string path = prefix + before[i].name;
    if (i >= after.size() || after[i].name != before[i].name) return CheckGone(after, before[i], path);
    SLUICE_TRY(CheckField(before[i], after[i], path));
  }
  for (std::size_t i = before.size(); i < after.size(); ++i) {
    if (after[i].nullable) continue;
    return core::InvalidInput(
        fmt::format("the new column '{}{}' must allow NULL: rows that are there have no value", prefix, after[i].name));
  }
  return core::Ok();
}

}  // namespace

core::Status CheckSchemaChange(const TableSchema& before, const TableSchema& after) {
  return CheckMembers(before.fields, after.fields, "");
}

}  // namespace sluice::delta
