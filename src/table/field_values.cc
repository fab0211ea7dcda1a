#include "table/field_values.h"

#include <arrow/array/array_nested.h>
#include <arrow/array/data.h>
#include <arrow/array/util.h>
#include <arrow/compute/cast.h>
#include <arrow/compute/exec.h>
#include <arrow/type.h>
#include <fmt/format.h>

#include <utility>

#include "schema/arrow_error.h"
#include "table/shredded_variant.h"

namespace sluice::table {
namespace {

using ArrayPointer = std::shared_ptr<arrow::Array>;
using DataPointer = std::shared_ptr<arrow::ArrayData>;
using Shape = FieldMatch::Shape;

core::Result<DataPointer> ConvertChild(const FieldMatch& match, const DataPointer& values, arrow::MemoryPool* pool) {
  SLUICE_ASSIGN_OR_RETURN(const ArrayPointer converted,
                          ConvertField(match, arrow::MakeArray(values), values->length, pool));
  return converted->data();
}

core::Result<ArrayPointer> ConvertStruct(const FieldMatch& match, const arrow::Array& values, arrow::MemoryPool* pool) {
  DataPointer data = values.data()->Copy();
  const std::vector<DataPointer> read = std::move(data->child_data);
  data->type = match.type;
  data->child_data.clear();
  const std::int64_t end = data->offset + data->length;  // children are as long as the buffers of the struct
  for (const FieldMatch& child : match.children) {
    const bool absent = child.shape == Shape::kAbsent;
    SLUICE_ASSIGN_OR_RETURN(auto converted,
                            absent ? ConvertField(child, nullptr, end, pool)
                                   : ConvertField(child, arrow::MakeArray(read[static_cast<std::size_t>(child.place)]),
                                                  read[static_cast<std::size_t>(child.place)]->length, pool));
    data->child_data.push_back(converted->data());
  }
  return arrow::MakeArray(std::move(data));
}

core::Result<ArrayPointer> ConvertList(const FieldMatch& match, ArrayPointer values, arrow::MemoryPool* pool) {
  if (values->type_id() != arrow::Type::LIST) {  // what a writer noted of its own types in the file
    arrow::compute::ExecContext context(pool);
    SLUICE_ASSIGN_OR_RETURN(values, arrow::compute::Cast(*values, arrow::list(values->type()->field(0)->type()),
                                                         arrow::compute::CastOptions::Safe(), &context));
  }
  DataPointer data = values->data()->Copy();
  SLUICE_ASSIGN_OR_RETURN(data->child_data[0], ConvertChild(match.children[0], data->child_data[0], pool));
  data->type = match.type;
  return arrow::MakeArray(std::move(data));
}

core::Result<ArrayPointer> ConvertMap(const FieldMatch& match, const arrow::Array& values, arrow::MemoryPool* pool) {
  DataPointer data = values.data()->Copy();
  DataPointer entries = data->child_data[0]->Copy();
  for (std::size_t i = 0; i < match.children.size(); ++i) {
    SLUICE_ASSIGN_OR_RETURN(entries->child_data[i], ConvertChild(match.children[i], entries->child_data[i], pool));
  }
  if (entries->child_data[0]->GetNullCount() > 0) {  // counted here, which MapArray takes for granted
    return core::Corruption(fmt::format("column '{}' has a map with a key that is NULL", match.path));
  }
  entries->type = match.type->field(0)->type();
  data->child_data[0] = std::move(entries);
  data->type = match.type;
  return arrow::MakeArray(std::move(data));
}

core::Result<ArrayPointer> ConvertVariant(const FieldMatch& match, const arrow::Array& values,
                                          arrow::MemoryPool* pool) {
  const auto& type = static_cast<const arrow::StructType&>(*values.type());
  if (type.GetFieldIndex("typed_value") >= 0) {
    auto joined = JoinVariants(values, match.type, pool);
    if (joined.has_value()) return joined;
    return std::move(joined).error().WithPrefix(fmt::format("column '{}': ", match.path));
  }
  DataPointer data = values.data()->Copy();
  const std::vector<DataPointer> read = std::move(data->child_data);
  data->child_data.clear();
  for (const auto& field : match.type->fields()) {
    const DataPointer& child = read[static_cast<std::size_t>(type.GetFieldIndex(field->name()))];
    if (child->type->id() != arrow::Type::BINARY) {
      return core::Corruption(
          fmt::format("column '{}' is a variant with '{}' as {}", match.path, field->name(), child->type->ToString()));
    }
    data->child_data.push_back(child);
  }
  data->type = match.type;
  return arrow::MakeArray(std::move(data));
}

}  // namespace

core::Result<ArrayPointer> ConvertField(const FieldMatch& match, const ArrayPointer& values, std::int64_t rows,
                                        arrow::MemoryPool* pool) {
  switch (match.shape) {
    case Shape::kAbsent: {
      SLUICE_ASSIGN_OR_RETURN(auto nulls, arrow::MakeArrayOfNull(match.type, rows, pool));
      return nulls;
    }
    case Shape::kValues: {
      auto converted = ConvertValues(values, match.conversion, match.type, pool);
      if (!converted.has_value()) {
        return std::move(converted).error().WithPrefix(fmt::format("column '{}': ", match.path));
      }
      return converted;
    }
    case Shape::kStruct: return ConvertStruct(match, *values, pool);
    case Shape::kList: return ConvertList(match, values, pool);
    case Shape::kMap: return ConvertMap(match, *values, pool);
    case Shape::kVariant: return ConvertVariant(match, *values, pool);
  }
  return values;
}

}  // namespace sluice::table
