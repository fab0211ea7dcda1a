#include "warehouse/column_comparison.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/ascii.h"
#include "schema/type_text.h"

namespace sluice::warehouse {

const TargetColumn* FindColumn(std::span<const TargetColumn> columns, std::string_view name) {
  const TargetColumn* folded = nullptr;
  std::size_t alike = 0;
  for (const TargetColumn& column : columns) {
    if (column.name == name) return &column;
    if (core::LowerAscii(column.name) != core::LowerAscii(name)) continue;
    folded = &column;
    ++alike;
  }
  return alike == 1 ? folded : nullptr;
}

std::vector<std::string> ColumnDifferences(const schema::Schema& file, std::span<const TargetColumn> columns,
                                           const LoadTarget& target) {
  std::vector<std::string> differences;
  std::vector<const TargetColumn*> taken;
  for (const schema::Field& field : file.fields) {
    const TargetColumn* const column = FindColumn(columns, field.name);
    if (column == nullptr) {
      differences.push_back(
          fmt::format("extra         {} {}: the table has no such column", field.name, schema::FormatType(field.type)));
      continue;
    }
    if (std::ranges::find(taken, column) != taken.end()) {
      differences.push_back(fmt::format("twice         {}: another column of the file goes there", field.name));
    }
    taken.push_back(column);
    if (const auto reason = target.Refuse(field, *column)) {
      differences.push_back(fmt::format("incompatible  {}: {}", field.name, *reason));
    }
  }
  for (const TargetColumn& column : columns) {
    const bool fills_itself = column.nullable || column.has_default || column.generated;
    if (fills_itself || std::ranges::find(taken, &column) != taken.end()) continue;
    differences.push_back(
        fmt::format("missing       {} {}: the table needs a value, the files have none", column.name, column.type));
  }
  return differences;
}

core::Status CompareColumns(const schema::Schema& file, std::span<const TargetColumn> columns,
                            const LoadTarget& target) {
  const std::vector<std::string> differences = ColumnDifferences(file, columns, target);
  if (differences.empty()) return core::Ok();
  return core::InvalidInput(fmt::format("the files do not fit into {}; nothing was loaded:\n  {}", target.identity(),
                                        fmt::join(differences, "\n  ")))
      .WithHint("change the table, or load into another one (--create makes it)");
}

}  // namespace sluice::warehouse
