#include "table/table_shape.h"

#include <arrow/array/array_base.h>
#include <arrow/array/array_nested.h>
#include <arrow/array/data.h>
#include <arrow/array/util.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>
#include <arrow/util/key_value_metadata.h>
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "delta/arrow_types.h"
#include "delta/clustering_columns.h"

namespace sluice::table {
namespace {

using delta::DataType;
using delta::Field;
using delta::TypeKind;

bool IsPartition(const TableShape& shape, const Field& field) {
  return std::find(shape.partition_columns.begin(), shape.partition_columns.end(), field.name) !=
         shape.partition_columns.end();
}

core::Result<std::shared_ptr<arrow::DataType>> FileType(const DataType& type);

core::Result<std::shared_ptr<arrow::Field>> FileField(const Field& field, const std::string& name) {
  SLUICE_ASSIGN_OR_RETURN(auto type, FileType(field.type));
  std::shared_ptr<const arrow::KeyValueMetadata> metadata;
  if (field.id) metadata = arrow::key_value_metadata({"PARQUET:field_id"}, {std::to_string(*field.id)});
  return arrow::field(name, std::move(type), field.nullable, std::move(metadata));
}

core::Result<std::shared_ptr<arrow::DataType>> FileType(const DataType& type) {
  switch (type.kind) {
    case TypeKind::kStruct: {
      arrow::FieldVector members;
      for (const Field& member : type.fields) {
        if (member.type.kind == TypeKind::kVoid) continue;
        SLUICE_ASSIGN_OR_RETURN(auto field, FileField(member, member.physical_name));
        members.push_back(std::move(field));
      }
      return arrow::struct_(std::move(members));
    }
    case TypeKind::kArray: {
      SLUICE_ASSIGN_OR_RETURN(auto element, FileField(type.fields[0], "element"));
      return arrow::list(std::move(element));
    }
    case TypeKind::kMap: {
      SLUICE_ASSIGN_OR_RETURN(auto key, FileField(type.fields[0], "key"));
      SLUICE_ASSIGN_OR_RETURN(auto value, FileField(type.fields[1], "value"));
      return std::make_shared<arrow::MapType>(key->WithNullable(false), std::move(value));
    }
    default: return delta::ToArrow(type);
  }
}

/// The same values as `type`, whose names differ and which has no void members.
std::shared_ptr<arrow::ArrayData> Relabel(const arrow::ArrayData& data, const DataType& type,
                                          const std::shared_ptr<arrow::DataType>& file_type) {
  auto copy = std::make_shared<arrow::ArrayData>(data);
  copy->type = file_type;
  if (type.kind == TypeKind::kStruct) {
    copy->child_data.clear();
    int place = 0;
    for (std::size_t i = 0; i < type.fields.size(); ++i) {
      if (type.fields[i].type.kind == TypeKind::kVoid) continue;
      copy->child_data.push_back(Relabel(*data.child_data[i], type.fields[i].type, file_type->field(place++)->type()));
    }
  } else if (type.kind == TypeKind::kArray) {
    copy->child_data[0] = Relabel(*data.child_data[0], type.fields[0].type, file_type->field(0)->type());
  } else if (type.kind == TypeKind::kMap) {
    const auto& entries = file_type->field(0)->type();
    auto pairs = std::make_shared<arrow::ArrayData>(*data.child_data[0]);
    pairs->type = entries;
    for (std::size_t i = 0; i < 2; ++i) {
      pairs->child_data[i] =
          Relabel(*pairs->child_data[i], type.fields[i].type, entries->field(static_cast<int>(i))->type());
    }
    copy->child_data[0] = std::move(pairs);
  }
  return copy;
}

bool HasFeature(const delta::Protocol& protocol, std::string_view name) {
  const auto& features = protocol.writer_features;
  return features && std::find(features->begin(), features->end(), name) != features->end();
}

bool InFile(const TableShape& shape, const Field& field) {
  return field.type.kind != TypeKind::kVoid && (shape.partitions_in_files || !IsPartition(shape, field));
}

}  // namespace

core::Result<TableShape> ShapeOf(const delta_log::Snapshot& snapshot) {
  TableShape shape;
  shape.root = snapshot.root;
  shape.schema = snapshot.schema;
  shape.properties = snapshot.properties;
  for (const Field* field : snapshot.PartitionFields()) shape.partition_columns.push_back(field->name);
  const auto clustering = snapshot.domains.find(delta::kClusteringDomain);
  if (clustering != snapshot.domains.end()) {
    SLUICE_ASSIGN_OR_RETURN(shape.clustering_columns, delta::ParseClusteringColumns(clustering->second.configuration));
  }
  SetFeatures(snapshot.protocol, shape);
  return shape;
}

void SetFeatures(const delta::Protocol& protocol, TableShape& shape) {
  shape.mapped = std::any_of(shape.schema.fields.begin(), shape.schema.fields.end(),
                             [](const Field& field) { return field.id.has_value(); });
  shape.deletion_vectors = HasFeature(protocol, "deletionVectors");
  shape.partitions_in_files = HasFeature(protocol, "materializePartitionColumns");
}

core::Result<std::shared_ptr<arrow::Schema>> RowSchema(const TableShape& shape) { return delta::ToArrow(shape.schema); }

// Partition columns, when they are written, come after the data columns.
core::Result<std::shared_ptr<arrow::Schema>> FileSchema(const TableShape& shape) {
  arrow::FieldVector fields;
  for (const bool partitions : {false, true}) {
    for (const Field& field : shape.schema.fields) {
      if (!InFile(shape, field) || IsPartition(shape, field) != partitions) continue;
      SLUICE_ASSIGN_OR_RETURN(auto file_field, FileField(field, field.physical_name));
      fields.push_back(std::move(file_field));
    }
  }
  if (fields.empty()) {
    return core::Unsupported(fmt::format("{}: no column would be in the data files", shape.root))
        .WithHint("a table needs a column that is neither of type void nor a partition column");
  }
  return arrow::schema(std::move(fields));
}

core::Result<std::shared_ptr<arrow::RecordBatch>> ToFileRows(const TableShape& shape,
                                                             const std::shared_ptr<arrow::Schema>& file_schema,
                                                             const arrow::RecordBatch& rows) {
  arrow::ArrayVector columns;
  for (const bool partitions : {false, true}) {
    for (std::size_t i = 0; i < shape.schema.fields.size(); ++i) {
      const Field& field = shape.schema.fields[i];
      if (!InFile(shape, field) || IsPartition(shape, field) != partitions) continue;
      const auto& type = file_schema->field(static_cast<int>(columns.size()))->type();
      columns.push_back(arrow::MakeArray(Relabel(*rows.column_data(static_cast<int>(i)), field.type, type)));
    }
  }
  return arrow::RecordBatch::Make(file_schema, rows.num_rows(), std::move(columns));
}

}  // namespace sluice::table
