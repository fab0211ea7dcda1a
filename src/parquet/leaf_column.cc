#include "parquet/leaf_column.h"

#include <arrow/array/array_base.h>
#include <arrow/array/array_nested.h>
#include <arrow/array/array_primitive.h>
#include <arrow/array/util.h>
#include <arrow/buffer.h>
#include <arrow/compute/api_vector.h>
#include <arrow/compute/exec.h>
#include <arrow/extension_type.h>
#include <arrow/type.h>
#include <arrow/util/bit_util.h>
#include <fmt/format.h>

#include <utility>

#include "schema/arrow_error.h"

namespace sluice::parquet {
namespace {

core::Error NullInRequired(const arrow::Field& field) {
  return core::InvalidInput(fmt::format("NULL in column '{}', which is not nullable", field.name()))
      .WithHint("declare the column without 'not null'");
}

const arrow::DataType& StorageType(const arrow::DataType& type) {
  if (type.id() != arrow::Type::EXTENSION) return type;
  return *static_cast<const arrow::ExtensionType&>(type).storage_type();
}

std::shared_ptr<arrow::Array> StorageOf(const std::shared_ptr<arrow::Array>& array) {
  if (array->type_id() != arrow::Type::EXTENSION) return array;
  return static_cast<const arrow::ExtensionArray&>(*array).storage();
}

bool IsNested(const arrow::DataType& type) {
  return type.id() == arrow::Type::STRUCT || type.id() == arrow::Type::LIST || type.id() == arrow::Type::MAP;
}

// A column that is no list or struct: most are, so they take no detour.
core::Result<LeafColumn> TakeFlat(const arrow::Field& field, std::shared_ptr<arrow::Array> values) {
  LeafColumn leaf;
  leaf.entries = values->length();
  if (!field.nullable() && values->null_count() > 0) return NullInRequired(field);
  leaf.values = std::move(values);
  return leaf;
}

/// Every entry of a column on the way down to a leaf.
struct Entries {
  static constexpr std::int32_t kNowhere = -1;

  std::vector<std::int16_t> definition;
  std::vector<std::int16_t> repetition;
  std::vector<std::int32_t> index;  // in the array at hand; kNowhere when a list above is NULL or empty
  std::vector<std::uint8_t> alive;  // 0 when something above is NULL
  std::int16_t definition_max = 0;
  std::int16_t repetition_max = 0;
  std::int16_t slot_level = 0;  // the definition level of an element of the innermost list

  std::size_t size() const { return index.size(); }
  void Reserve(std::size_t count) {
    definition.reserve(count);
    repetition.reserve(count);
    index.reserve(count);
    alive.reserve(count);
  }
  void Add(std::int16_t definition_level, std::int16_t repetition_level, std::int32_t position) {
    definition.push_back(definition_level);
    repetition.push_back(repetition_level);
    index.push_back(position);
    alive.push_back(position == kNowhere ? 0 : 1);
  }
};

core::Status ApplyNulls(const arrow::Field& field, const arrow::Array& array, Entries& entries) {
  if (field.nullable()) ++entries.definition_max;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    if (!entries.alive[i]) continue;
    if (array.IsNull(entries.index[i])) {
      if (!field.nullable()) return NullInRequired(field);
      entries.alive[i] = 0;
    } else if (field.nullable()) {
      ++entries.definition[i];
    }
  }
  return core::Ok();
}

Entries EnterList(const arrow::ListArray& list, const Entries& above) {
  Entries below;
  below.definition_max = static_cast<std::int16_t>(above.definition_max + 1);
  below.slot_level = below.definition_max;
  below.repetition_max = static_cast<std::int16_t>(above.repetition_max + 1);
  below.Reserve(above.size() + static_cast<std::size_t>(list.values()->length()));
  for (std::size_t i = 0; i < above.size(); ++i) {
    const std::int32_t length = above.alive[i] ? list.value_length(above.index[i]) : 0;
    if (length == 0) {
      below.Add(above.definition[i], above.repetition[i], Entries::kNowhere);
      continue;
    }
    const std::int32_t begin = list.value_offset(above.index[i]);
    for (std::int32_t j = 0; j < length; ++j) {
      below.Add(below.definition_max, j == 0 ? above.repetition[i] : below.repetition_max, begin + j);
    }
  }
  return below;
}

core::Result<std::shared_ptr<arrow::Array>> Gather(const std::shared_ptr<arrow::Array>& array, const Entries& entries,
                                                   arrow::MemoryPool* pool) {
  std::vector<std::int32_t> wanted;
  wanted.reserve(entries.size());
  bool contiguous = true;
  for (const std::int32_t index : entries.index) {
    if (index == Entries::kNowhere) continue;
    contiguous = contiguous && (wanted.empty() || index == wanted.back() + 1);
    wanted.push_back(index);
  }
  const auto count = static_cast<std::int64_t>(wanted.size());
  if (contiguous) return array->Slice(wanted.empty() ? 0 : wanted.front(), count);
  const arrow::Int32Array indices(count, arrow::Buffer::Wrap(wanted));
  arrow::compute::ExecContext context(pool);
  context.set_use_threads(false);
  SLUICE_ASSIGN_OR_RETURN(
      auto taken, arrow::compute::Take(*array, indices, arrow::compute::TakeOptions::NoBoundsCheck(), &context));
  return taken;
}

/// `values`, the slots of `entries`, with NULL where a struct above is NULL, too.
core::Result<std::shared_ptr<arrow::Array>> MaskNulls(const arrow::Array& values, const Entries& entries,
                                                      arrow::MemoryPool* pool) {
  auto data = values.data()->Copy();
  SLUICE_ASSIGN_OR_RETURN(std::shared_ptr<arrow::Buffer> valid,
                          arrow::AllocateEmptyBitmap(data->offset + data->length, pool));
  std::int64_t slot = data->offset;
  std::int64_t nulls = 0;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    if (entries.definition[i] < entries.slot_level) continue;
    const bool present = entries.definition[i] == entries.definition_max;
    arrow::bit_util::SetBitTo(valid->mutable_data(), slot++, present);
    nulls += present ? 0 : 1;
  }
  data->buffers[0] = std::move(valid);
  data->null_count = nulls;
  return arrow::MakeArray(data);
}

core::Status Walk(const arrow::Field& field, const std::shared_ptr<arrow::Array>& column, Entries entries,
                  arrow::MemoryPool* pool, std::vector<LeafColumn>& leaves) {
  const std::shared_ptr<arrow::Array> array = StorageOf(column);
  SLUICE_TRY(ApplyNulls(field, *array, entries));
  if (array->type_id() == arrow::Type::STRUCT) {
    const auto& structure = static_cast<const arrow::StructArray&>(*array);
    for (int i = 0; i < structure.num_fields(); ++i) {
      SLUICE_TRY(Walk(*structure.struct_type()->field(i), structure.field(i), entries, pool, leaves));
    }
    return core::Ok();
  }
  if (IsNested(*array->type())) {
    const auto& list = static_cast<const arrow::ListArray&>(*array);
    return Walk(*array->type()->field(0), list.values(), EnterList(list, entries), pool, leaves);
  }
  LeafColumn leaf;
  SLUICE_ASSIGN_OR_RETURN(leaf.values, Gather(array, entries, pool));
  leaf.entries = static_cast<std::int64_t>(entries.size());
  SLUICE_ASSIGN_OR_RETURN(leaf.values, MaskNulls(*leaf.values, entries, pool));
  leaf.slot_level = entries.slot_level;
  leaf.definition_levels = std::move(entries.definition);
  if (entries.repetition_max > 0) leaf.repetition_levels = std::move(entries.repetition);
  leaves.push_back(std::move(leaf));
  return core::Ok();
}

}  // namespace

int CountLeaves(const arrow::DataType& type) {
  const arrow::DataType& storage = StorageType(type);
  if (!IsNested(storage)) return 1;
  int leaves = 0;
  for (const auto& child : storage.fields()) leaves += CountLeaves(*child->type());
  return leaves;
}

core::Result<std::vector<LeafColumn>> TakeApart(const arrow::Field& field, const std::shared_ptr<arrow::Array>& column,
                                                arrow::MemoryPool* pool) {
  std::vector<LeafColumn> leaves;
  if (!IsNested(StorageType(*field.type()))) {
    SLUICE_ASSIGN_OR_RETURN(LeafColumn leaf, TakeFlat(field, StorageOf(column)));
    leaves.push_back(std::move(leaf));
    return leaves;
  }
  Entries entries;
  entries.Reserve(static_cast<std::size_t>(column->length()));
  for (std::int32_t i = 0; i < column->length(); ++i) entries.Add(0, 0, i);
  SLUICE_TRY(Walk(field, column, std::move(entries), pool, leaves));
  return leaves;
}

}  // namespace sluice::parquet
