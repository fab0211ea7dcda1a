#include "delta_log/struct_row.h"

#include "delta_log/checkpoint_schema.h"

namespace sluice::delta_log {

StructRow& StructRow::Map(int field, const delta::StringMap& values) {
  auto& map = As<arrow::MapBuilder>(field);
  Keep(map.Append());
  for (const auto& [key, value] : values) {
    Keep(static_cast<arrow::StringBuilder&>(*map.key_builder()).Append(key));
    Keep(static_cast<arrow::StringBuilder&>(*map.item_builder()).Append(value));
  }
  return *this;
}

StructRow& StructRow::Map(int field, const delta::PartitionValues& values) {
  auto& map = As<arrow::MapBuilder>(field);
  Keep(map.Append());
  for (const auto& [key, value] : values) {
    Keep(static_cast<arrow::StringBuilder&>(*map.key_builder()).Append(key));
    auto& items = static_cast<arrow::StringBuilder&>(*map.item_builder());
    Keep(value.has_value() ? items.Append(*value) : items.AppendNull());
  }
  return *this;
}

StructRow& StructRow::List(int field, const std::optional<std::vector<std::string>>& values) {
  if (!values.has_value()) return Null(field);
  auto& list = As<arrow::ListBuilder>(field);
  Keep(list.Append());
  for (const std::string& value : *values) {
    Keep(static_cast<arrow::StringBuilder&>(*list.value_builder()).Append(value));
  }
  return *this;
}

StructRow& StructRow::Vector(int field, const delta::DeletionVectorDescriptor* vector) {
  if (vector == nullptr) return Null(field);
  StructRow row(Struct(field));
  row.Text(VectorColumn::kStorageType, std::string_view(&vector->storage_type, 1))
      .Text(VectorColumn::kPathOrInline, vector->path_or_inline)
      .Int(VectorColumn::kOffset, vector->offset)
      .Int(VectorColumn::kSizeInBytes, vector->size_bytes)
      .Long(VectorColumn::kCardinality, vector->cardinality);
  return Keep(row.status_);
}

}  // namespace sluice::delta_log
