#include "delta_log/checkpoint_schema.h"

#include <arrow/type.h>

#include <algorithm>
#include <span>
#include <string>
#include <utility>

#include "delta/arrow_types.h"
#include "delta/clustering_columns.h"
#include "delta/table_feature.h"
#include "schema/arrow_error.h"

namespace sluice::delta_log {
namespace {

using arrow::field;
using arrow::FieldVector;
using delta::StatisticsColumn;

std::shared_ptr<arrow::Field> Text(std::string name) { return field(std::move(name), arrow::utf8()); }
std::shared_ptr<arrow::Field> Long(std::string name) { return field(std::move(name), arrow::int64()); }
std::shared_ptr<arrow::Field> Int(std::string name) { return field(std::move(name), arrow::int32()); }
std::shared_ptr<arrow::Field> Bool(std::string name) { return field(std::move(name), arrow::boolean()); }
std::shared_ptr<arrow::Field> Map(std::string name) {
  return field(std::move(name), arrow::map(arrow::utf8(), field("value", arrow::utf8())));
}
std::shared_ptr<arrow::Field> List(std::string name) {
  return field(std::move(name), arrow::list(field("element", arrow::utf8())));
}

std::shared_ptr<arrow::Field> Vector() {
  return field("deletionVector", arrow::struct_({Text("storageType"), Text("pathOrInlineDv"), Int("offset"),
                                                 Int("sizeInBytes"), Long("cardinality")}));
}

std::shared_ptr<arrow::Field> ProtocolField() {
  return field("protocol", arrow::struct_({Int("minReaderVersion"), Int("minWriterVersion"), List("readerFeatures"),
                                           List("writerFeatures")}));
}

std::shared_ptr<arrow::Field> MetadataField() {
  return field("metaData", arrow::struct_({Text("id"), Text("name"), Text("description"),
                                           field("format", arrow::struct_({Text("provider"), Map("options")})),
                                           Text("schemaString"), List("partitionColumns"), Long("createdTime"),
                                           Map("configuration")}));
}

core::Result<std::shared_ptr<arrow::Field>> AddField(const CheckpointLayout& layout) {
  FieldVector fields = {Text("path"),
                        Map("partitionValues"),
                        Long("size"),
                        Long("modificationTime"),
                        Bool("dataChange"),
                        Map("tags"),
                        Vector(),
                        Long("baseRowId"),
                        Long("defaultRowCommitVersion"),
                        Text("clusteringProvider")};
  if (layout.stats_json) fields.push_back(Text("stats"));
  if (layout.stats_struct) {
    SLUICE_ASSIGN_OR_RETURN(std::shared_ptr<arrow::DataType> statistics, StatisticsType(layout));
    fields.push_back(field("stats_parsed", std::move(statistics)));
  }
  if (layout.stats_struct && !layout.partitions.empty()) {
    FieldVector partitions;
    for (const delta::Field* partition : layout.partitions) {
      SLUICE_ASSIGN_OR_RETURN(std::shared_ptr<arrow::DataType> type, delta::ToArrow(partition->type));
      partitions.push_back(field(partition->physical_name, std::move(type)));
    }
    fields.push_back(field("partitionValues_parsed", arrow::struct_(partitions)));
  }
  return field("add", arrow::struct_(fields));
}

std::shared_ptr<arrow::Field> RemoveField() {
  return field("remove", arrow::struct_({Text("path"), Long("deletionTimestamp"), Bool("dataChange"),
                                         Bool("extendedFileMetadata"), Map("partitionValues"), Long("size"), Vector(),
                                         Long("baseRowId"), Long("defaultRowCommitVersion")}));
}

// The columns as members of structs; `type_of` gives the type of a leaf.
template <typename TypeOf>
core::Result<FieldVector> Nest(std::span<const StatisticsColumn* const> columns, std::size_t depth,
                               const TypeOf& type_of) {
  FieldVector fields;
  for (std::size_t begin = 0; begin < columns.size();) {
    const std::string& name = columns[begin]->physical_path[depth];
    std::size_t end = begin + 1;
    while (end < columns.size() && columns[end]->physical_path[depth] == name) ++end;
    if (columns[begin]->physical_path.size() == depth + 1) {
      SLUICE_ASSIGN_OR_RETURN(std::shared_ptr<arrow::DataType> type, type_of(*columns[begin]));
      fields.push_back(field(name, std::move(type)));
    } else {
      SLUICE_ASSIGN_OR_RETURN(FieldVector members, Nest(columns.subspan(begin, end - begin), depth + 1, type_of));
      fields.push_back(field(name, arrow::struct_(std::move(members))));
    }
    begin = end;
  }
  return fields;
}

}  // namespace

core::Result<CheckpointLayout> CheckpointLayoutOf(const Snapshot& snapshot) {
  // Unset, the typed form is written beside the text: recent writers do so, and readers prune by it.
  const bool struct_unset = !snapshot.metadata.configuration.contains("delta.checkpoint.writeStatsAsStruct");
  CheckpointLayout layout{.stats_json = snapshot.properties.checkpoint_write_stats_as_json,
                          .stats_struct = struct_unset || snapshot.properties.checkpoint_write_stats_as_struct,
                          .tight_bounds = delta::SupportsForReaders(snapshot.protocol, "deletionVectors")};
  std::vector<delta::ColumnPath> clustering;
  const auto domain = snapshot.domains.find(delta::kClusteringDomain);
  if (domain != snapshot.domains.end()) {
    SLUICE_ASSIGN_OR_RETURN(clustering, delta::ParseClusteringColumns(domain->second.configuration));
  }
  layout.statistics =
      delta::StatisticsColumns(snapshot.schema, snapshot.metadata.partition_columns, snapshot.properties, clustering);
  // Of a column without a physical form no typed bound could be written.
  std::erase_if(layout.statistics,
                [](const StatisticsColumn& column) { return column.type.kind == delta::TypeKind::kUnknown; });
  layout.partitions = snapshot.PartitionFields();
  return layout;
}

core::Result<std::shared_ptr<arrow::DataType>> StatisticsType(const CheckpointLayout& layout) {
  std::vector<const StatisticsColumn*> all;
  std::vector<const StatisticsColumn*> bounded;
  for (const StatisticsColumn& column : layout.statistics) {
    all.push_back(&column);
    if (column.has_bounds()) bounded.push_back(&column);
  }
  FieldVector fields = {Long("numRecords")};
  if (!bounded.empty()) {
    const auto type_of = [](const StatisticsColumn& column) { return delta::ToArrow(column.type); };
    SLUICE_ASSIGN_OR_RETURN(const FieldVector bounds, Nest(bounded, 0, type_of));
    fields.push_back(field("minValues", arrow::struct_(bounds)));
    fields.push_back(field("maxValues", arrow::struct_(bounds)));
  }
  if (!all.empty()) {
    const auto type_of = [](const StatisticsColumn&) -> core::Result<std::shared_ptr<arrow::DataType>> {
      return arrow::int64();
    };
    SLUICE_ASSIGN_OR_RETURN(const FieldVector counts, Nest(all, 0, type_of));
    fields.push_back(field("nullCount", arrow::struct_(counts)));
  }
  if (layout.tight_bounds) fields.push_back(Bool("tightBounds"));
  return arrow::struct_(fields);
}

core::Result<std::shared_ptr<arrow::Schema>> CheckpointSchema(const CheckpointLayout& layout) {
  FieldVector fields;
  if (layout.state) {
    fields.push_back(field("txn", arrow::struct_({Text("appId"), Long("version"), Long("lastUpdated")})));
  }
  SLUICE_ASSIGN_OR_RETURN(std::shared_ptr<arrow::Field> add, AddField(layout));
  fields.push_back(std::move(add));
  fields.push_back(RemoveField());
  if (layout.state) {
    fields.push_back(MetadataField());
    fields.push_back(ProtocolField());
    fields.push_back(field("domainMetadata", arrow::struct_({Text("domain"), Text("configuration"), Bool("removed")})));
  }
  if (layout.v2) {
    fields.push_back(field("checkpointMetadata", arrow::struct_({Long("version"), Map("tags")})));
    fields.push_back(
        field("sidecar", arrow::struct_({Text("path"), Long("sizeInBytes"), Long("modificationTime"), Map("tags")})));
  }
  return arrow::schema(std::move(fields));
}

}  // namespace sluice::delta_log
