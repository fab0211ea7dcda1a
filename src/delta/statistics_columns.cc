#include <algorithm>
#include <span>
#include <string_view>
#include <utility>

#include "delta/name_folding.h"
#include "delta/statistics.h"

namespace sluice::delta {
namespace {

bool IsPartitionColumn(const Field& field, const std::vector<std::string>& partition_columns) {
  return std::ranges::any_of(partition_columns, [&](const auto& name) { return SameName(name, field.name); });
}

void AddLeaves(const Field& field, const StatisticsColumn& above, std::vector<StatisticsColumn>& leaves) {
  StatisticsColumn column = MakeStatisticsColumn(field, above);
  if (field.type.kind != TypeKind::kStruct) {
    leaves.push_back(std::move(column));
    return;
  }
  for (const Field& member : field.type.fields) AddLeaves(member, column, leaves);
}

// "a, b.c, `odd.name`" as folded paths. What is between two commas and no path names no column.
std::vector<ColumnPath> ParsePaths(std::string_view text) {
  std::vector<ColumnPath> paths(1, ColumnPath(1));
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    std::string& name = paths.back().back();
    if (c == '`') {
      if (quoted && text.substr(i + 1).starts_with('`')) {
        name += text[++i];
      } else {
        quoted = !quoted;
      }
    } else if (!quoted && c == ',') {
      paths.emplace_back(1);
    } else if (!quoted && c == '.') {
      paths.back().emplace_back();
    } else if (quoted || (c != ' ' && c != '\t')) {
      name += c;
    }
  }
  for (ColumnPath& path : paths) {
    for (std::string& name : path) name = FoldName(name);
  }
  return paths;
}

// `above` is the column or a struct that it is in.
bool IsAt(const ColumnPath& column, const ColumnPath& above) {
  return above.size() <= column.size() && std::equal(above.begin(), above.end(), column.begin(), SameName);
}

}  // namespace

bool StatisticsColumn::has_bounds() const {
  switch (type.kind) {
    case TypeKind::kString:
    case TypeKind::kLong:
    case TypeKind::kInteger:
    case TypeKind::kShort:
    case TypeKind::kByte:
    case TypeKind::kFloat:
    case TypeKind::kDouble:
    case TypeKind::kDecimal:
    case TypeKind::kDate:
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampNtz: return true;
    default: return false;
  }
}

StatisticsColumn MakeStatisticsColumn(const Field& field, const StatisticsColumn& above) {
  StatisticsColumn column{.path = above.path, .physical_path = above.physical_path, .type = field.type};
  column.path.push_back(field.name);
  column.physical_path.push_back(field.physical_name.empty() ? field.name : field.physical_name);
  const std::string* changes = field.FindMetadata("delta.typeChanges");
  column.was_float =
      field.type.kind == TypeKind::kDouble && changes != nullptr && changes->find("\"float\"") != std::string::npos;
  return column;
}

std::vector<StatisticsColumn> StatisticsColumns(const TableSchema& schema,
                                                const std::vector<std::string>& partition_columns,
                                                const TableProperties& properties,
                                                const std::vector<ColumnPath>& clustering_columns) {
  std::vector<StatisticsColumn> leaves;
  for (const Field& field : schema.fields) {
    if (!IsPartitionColumn(field, partition_columns)) AddLeaves(field, {}, leaves);
  }
  const auto named = properties.stats_columns ? ParsePaths(*properties.stats_columns) : std::vector<ColumnPath>{};
  std::int64_t position = 0;
  std::erase_if(leaves, [&](const StatisticsColumn& leaf) {
    const bool is_first = properties.stats_indexed_columns < 0 || position++ < properties.stats_indexed_columns;
    const bool wanted = properties.stats_columns
                            ? std::ranges::any_of(named, [&](const auto& path) { return IsAt(leaf.path, path); })
                            : is_first;
    return !wanted && std::ranges::find(clustering_columns, leaf.physical_path) == clustering_columns.end();
  });
  return leaves;
}

}  // namespace sluice::delta
