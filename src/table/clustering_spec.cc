#include "table/clustering_spec.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

#include "core/suggestion.h"
#include "delta/name_folding.h"
#include "table/clustering_key.h"
#include "table/table_shape.h"

namespace sluice::table {
namespace {

std::string NameOf(const delta::ColumnPath& path) { return fmt::format("{}", fmt::join(path, ".")); }

core::Error NoStatistics(const delta_log::Snapshot& snapshot, const std::string& name) {
  const delta::Field* field = snapshot.schema.Find(name.substr(0, name.find('.')));
  if (field == nullptr) {
    std::vector<std::string> names;
    for (const delta::Field& other : snapshot.schema.fields) names.push_back(other.name);
    return core::InvalidInput(fmt::format("the table has no column '{}'", name))
        .WithHint(core::ColumnHint(name, names));
  }
  for (const delta::Field* partition : snapshot.PartitionFields()) {
    if (partition->name == field->name) {
      return core::InvalidInput(fmt::format("'{}' is a partition column: each file has one value of it", name))
          .WithHint("cluster by other columns");
    }
  }
  return core::InvalidInput(fmt::format("there are no bounds of '{}' in the statistics of files: clustering by it "
                                        "would let readers skip nothing",
                                        name))
      .WithHint("name it in the property delta.dataSkippingStatsColumns, if its type has an order");
}

core::Result<delta::StatisticsColumn> FindColumn(const delta_log::Snapshot& snapshot,
                                                 const std::vector<delta::StatisticsColumn>& columns,
                                                 const std::string& name) {
  const auto found = std::find_if(columns.begin(), columns.end(), [&](const delta::StatisticsColumn& column) {
    return delta::SameName(NameOf(column.path), name);
  });
  if (found == columns.end() || !found->has_bounds()) return NoStatistics(snapshot, name);
  return *found;
}

}  // namespace

std::vector<std::string> ClusteringSpec::names() const {
  std::vector<std::string> names;
  for (const delta::StatisticsColumn& column : columns) names.push_back(NameOf(column.path));
  return names;
}

std::string ClusteringSpec::curve_name() const { return curve == Curve::kHilbert ? "hilbert" : "zorder"; }

std::vector<delta::ColumnPath> ClusteringSpec::paths() const {
  std::vector<delta::ColumnPath> paths;
  for (const delta::StatisticsColumn& column : columns) paths.push_back(column.path);
  return paths;
}

core::Result<std::optional<ClusteringSpec>> ChooseClustering(const delta_log::Snapshot& snapshot,
                                                             const std::vector<std::string>& asked,
                                                             std::optional<Curve> curve) {
  SLUICE_ASSIGN_OR_RETURN(const TableShape shape, ShapeOf(snapshot));
  if (asked.empty() && shape.clustering_columns.empty()) return std::optional<ClusteringSpec>();
  const std::vector<delta::StatisticsColumn> columns =
      delta::StatisticsColumns(shape.schema, shape.partition_columns, shape.properties, shape.clustering_columns);
  std::vector<std::string> of_table;
  for (const delta::ColumnPath& path : shape.clustering_columns) {
    const auto found =
        std::find_if(columns.begin(), columns.end(), [&](const auto& column) { return column.physical_path == path; });
    of_table.push_back(NameOf(found == columns.end() ? path : found->path));
  }
  const std::vector<std::string>& names = asked.empty() ? of_table : asked;
  const bool same = std::equal(names.begin(), names.end(), of_table.begin(), of_table.end(), delta::SameName);
  if (!of_table.empty() && !same) {
    return core::InvalidInput(fmt::format("the table is clustered by ({})", fmt::join(of_table, ", ")))
        .WithHint("leave the columns out, or change those of the table first");
  }
  if (names.size() > ClusteringKey::kColumnsMax) {
    return core::InvalidInput(
               fmt::format("{} columns to cluster by; the most is {}", names.size(), ClusteringKey::kColumnsMax))
        .WithHint("every further column makes the others less selective");
  }
  ClusteringSpec spec{.of_table = !of_table.empty()};
  const bool zorder = shape.properties.cluster_curve == "zorder" || shape.properties.cluster_curve == "z";
  spec.curve = curve.value_or(zorder ? Curve::kZOrder : Curve::kHilbert);
  for (const std::string& name : names) {
    SLUICE_ASSIGN_OR_RETURN(delta::StatisticsColumn column, FindColumn(snapshot, columns, name));
    const auto twice = [&](const auto& other) { return other.path == column.path; };
    if (std::any_of(spec.columns.begin(), spec.columns.end(), twice)) {
      return core::InvalidInput(fmt::format("'{}' is named twice", name));
    }
    spec.columns.push_back(std::move(column));
  }
  return std::optional(std::move(spec));
}

}  // namespace sluice::table
