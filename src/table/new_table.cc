#include "table/new_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <set>
#include <utility>

#include "core/suggestion.h"
#include "core/uuid.h"
#include "delta/action_json.h"
#include "delta/clustering_columns.h"
#include "delta/column_mapping.h"
#include "delta/name_folding.h"
#include "delta/partition_value.h"
#include "delta/protocol_gate.h"
#include "delta/protocol_upgrade.h"
#include "delta/schema_json.h"

namespace sluice::table {
namespace {

using delta::Field;

constexpr std::string_view kMaxColumnId = "delta.columnMapping.maxColumnId";

core::Error NoColumn(const delta::TableSchema& schema, const std::string& name, std::string_view purpose) {
  std::vector<std::string> names;
  for (const Field& field : schema.fields) names.push_back(field.name);
  return core::InvalidInput(fmt::format("there is no column '{}' to {} by", name, purpose))
      .WithHint(core::ColumnHint(name, names));
}

core::Result<std::vector<std::string>> PartitionColumns(const CreateRequest& request) {
  std::vector<std::string> columns;
  for (const std::string& name : request.partition_by) {
    const Field* field = request.schema.Find(name);
    if (field == nullptr) return NoColumn(request.schema, name, "partition");
    if (!delta::CanPartition(field->type)) {
      return core::InvalidInput(fmt::format("column '{}' cannot partition a table", field->name))
          .WithHint("partition by columns of numbers, texts, dates, timestamps or booleans");
    }
    if (std::find(columns.begin(), columns.end(), field->name) != columns.end()) {
      return core::InvalidInput(fmt::format("the table is partitioned by '{}' twice", field->name));
    }
    columns.push_back(field->name);
  }
  if (!columns.empty() && columns.size() == request.schema.fields.size()) {
    return core::InvalidInput("every column is a partition column").WithHint("leave one to the data files");
  }
  return columns;
}

core::Result<std::vector<delta::ColumnPath>> ClusteringPaths(const delta::TableSchema& schema,
                                                             const std::vector<std::string>& names) {
  constexpr std::size_t kColumnsMax = 4;
  if (names.size() > kColumnsMax) {
    return core::InvalidInput(fmt::format("a table is clustered by {} columns at most", kColumnsMax));
  }
  std::vector<delta::ColumnPath> paths;
  for (const std::string& name : names) {
    delta::ColumnPath path;
    const std::vector<Field>* fields = &schema.fields;
    for (std::size_t begin = 0; begin <= name.size();) {
      const std::size_t end = std::min(name.find('.', begin), name.size());
      const std::string part = delta::FoldName(std::string_view(name).substr(begin, end - begin));
      const auto field = std::find_if(fields->begin(), fields->end(),
                                      [&](const Field& other) { return delta::FoldName(other.name) == part; });
      if (field == fields->end()) return NoColumn(schema, name, "cluster");
      path.push_back(field->physical_name);
      fields = &field->type.fields;
      begin = end + 1;
    }
    paths.push_back(std::move(path));
  }
  return paths;
}

core::Result<delta::StringMap> CheckProperties(const delta::StringMap& properties, std::vector<std::string>& features) {
  constexpr std::string_view kFeaturePrefix = "delta.feature.";
  delta::StringMap checked;
  for (const auto& [key, value] : properties) {
    SLUICE_ASSIGN_OR_RETURN(delta::PropertySetting setting, delta::CheckSetting(key, value));
    if (setting.key.starts_with(kFeaturePrefix)) {
      features.push_back(setting.key.substr(kFeaturePrefix.size()));
    } else {
      checked[std::move(setting.key)] = std::move(setting.value);
    }
  }
  return checked;
}

core::Status MapColumns(const storage::Environment& environment, delta::Metadata& metadata, delta::TableSchema& schema,
                        const delta::Protocol& protocol) {
  SLUICE_ASSIGN_OR_RETURN(const auto mode, delta::ReadColumnMappingMode(protocol, metadata.configuration));
  if (mode != delta::ColumnMappingMode::kNone) {
    const auto known = metadata.configuration.find(kMaxColumnId);
    const std::int32_t max_id = known == metadata.configuration.end() ? 0 : std::stoi(known->second);
    SLUICE_ASSIGN_OR_RETURN(const std::int32_t raised, delta::AssignColumnMapping(schema, max_id, environment.random));
    metadata.configuration[std::string(kMaxColumnId)] = std::to_string(raised);
  }
  SLUICE_TRY(CheckColumnNames(schema.fields, mode != delta::ColumnMappingMode::kNone));
  metadata.schema_string = delta::FormatSchema(schema);
  return delta::ResolveColumnMapping(schema, protocol, metadata.configuration);
}

}  // namespace

core::Status CheckColumnNames(const std::vector<Field>& fields, bool mapped) {
  constexpr std::string_view kRefused = " ,;{}()\n\t=";
  std::set<std::string> names;
  for (const Field& field : fields) {
    if (field.name.empty()) return core::InvalidInput("a column has an empty name");
    if (!mapped && field.name.find_first_of(kRefused) != std::string::npos) {
      return core::InvalidInput(fmt::format("column '{}': a name of a Delta table holds none of \" ,;{{}}()=\", tab "
                                            "and line end",
                                            field.name))
          .WithHint("rename it, or set delta.columnMapping.mode=name when the table is created");
    }
    if (!names.insert(delta::FoldName(field.name)).second) {
      return core::InvalidInput(fmt::format("two columns are named '{}', if case does not count", field.name))
          .WithHint("rename one of them");
    }
    if (field.type.kind == delta::TypeKind::kStruct) SLUICE_TRY(CheckColumnNames(field.type.fields, mapped));
  }
  return core::Ok();
}

core::Result<NewTable> PlanTable(const storage::Environment& environment, std::string root, CreateRequest request) {
  if (request.schema.fields.empty()) return core::InvalidInput("a table needs a column");
  NewTable table;
  std::vector<std::string> features;
  SLUICE_ASSIGN_OR_RETURN(table.metadata.configuration, CheckProperties(request.properties, features));
  SLUICE_ASSIGN_OR_RETURN(table.metadata.partition_columns, PartitionColumns(request));
  if (!request.cluster_by.empty()) {
    if (!request.partition_by.empty()) {
      return core::InvalidInput("a table is either partitioned or clustered").WithHint("leave out one of them");
    }
    features.emplace_back("clustering");
  }
  for (std::string& used : delta::UsedFeatures(request.schema, table.metadata.configuration)) {
    features.push_back(std::move(used));
  }
  SLUICE_ASSIGN_OR_RETURN(table.protocol, delta::MinimalProtocol(features));
  table.metadata.id = core::FormatUuid(core::NewUuid(environment.random));
  table.metadata.name = std::move(request.name);
  table.metadata.description = std::move(request.description);
  table.metadata.created_time_ms =
      std::chrono::duration_cast<std::chrono::milliseconds>(environment.clock.Now().time_since_epoch()).count();
  SLUICE_TRY(MapColumns(environment, table.metadata, request.schema, table.protocol));
  SLUICE_TRY(delta::CheckCanWrite(table.protocol, table.metadata, request.schema, delta::Operation::kAppend));
  std::vector<std::string> notes;
  table.shape.root = std::move(root);
  table.shape.properties = delta::ReadProperties(table.metadata.configuration, notes);
  table.shape.partition_columns = table.metadata.partition_columns;
  SLUICE_ASSIGN_OR_RETURN(table.shape.clustering_columns, ClusteringPaths(request.schema, request.cluster_by));
  if (!request.cluster_by.empty()) table.clustering = delta::FormatClusteringColumns(table.shape.clustering_columns);
  table.shape.schema = std::move(request.schema);
  SetFeatures(table.protocol, table.shape);
  return table;
}

std::string FormatNewTable(const NewTable& table) {
  delta::ActionSet actions;
  actions.protocol = table.protocol;
  actions.metadata = table.metadata;
  if (table.clustering) {
    actions.domains.push_back({.domain = std::string(delta::kClusteringDomain), .configuration = *table.clustering});
  }
  return delta::FormatActions(actions);
}

core::Result<NewTable> ParseNewTable(std::string root, std::string_view lines) {
  SLUICE_ASSIGN_OR_RETURN(delta::ActionSet actions, delta::ParseActions(lines, "the plan's table"));
  if (!actions.protocol || !actions.metadata) return core::InvalidInput("the plan does not say what its table is");
  NewTable table{.protocol = *std::move(actions.protocol), .metadata = *std::move(actions.metadata)};
  const delta::StringMap& configuration = table.metadata.configuration;
  SLUICE_ASSIGN_OR_RETURN(table.shape.schema, delta::ParseSchema(table.metadata.schema_string));
  SLUICE_TRY(delta::ResolveColumnMapping(table.shape.schema, table.protocol, configuration));
  std::vector<std::string> notes;
  table.shape.root = std::move(root);
  table.shape.properties = delta::ReadProperties(configuration, notes);
  table.shape.partition_columns = table.metadata.partition_columns;
  for (delta::DomainMetadata& domain : actions.domains) {
    if (domain.domain != delta::kClusteringDomain) continue;
    SLUICE_ASSIGN_OR_RETURN(table.shape.clustering_columns, delta::ParseClusteringColumns(domain.configuration));
    table.clustering = std::move(domain.configuration);
  }
  SetFeatures(table.protocol, table.shape);
  return table;
}

core::Result<NewSchema> WithSchema(const storage::Environment& environment, const delta_log::Snapshot& snapshot,
                                   delta::TableSchema schema) {
  NewSchema changed;
  changed.metadata = snapshot.metadata;
  SLUICE_ASSIGN_OR_RETURN(changed.shape, ShapeOf(snapshot));
  const std::vector<std::string> features = delta::UsedFeatures(schema, snapshot.metadata.configuration);
  SLUICE_ASSIGN_OR_RETURN(delta::Protocol protocol, delta::UpgradeProtocol(snapshot.protocol, features));
  if (protocol != snapshot.protocol) changed.protocol = std::move(protocol);
  SLUICE_TRY(MapColumns(environment, changed.metadata, schema, snapshot.protocol));
  changed.shape.schema = std::move(schema);
  return changed;
}

}  // namespace sluice::table
