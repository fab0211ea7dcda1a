#include "table/partition_split.h"

#include <arrow/array.h>
#include <arrow/array/array_dict.h>
#include <arrow/compute/api.h>
#include <arrow/record_batch.h>
#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <unordered_map>
#include <utility>

#include "delta/partition_value.h"
#include "schema/arrow_error.h"

namespace sluice::table {
namespace {

using Indices = std::vector<std::int64_t>;

core::Result<std::shared_ptr<arrow::RecordBatch>> TakeRows(const std::shared_ptr<arrow::RecordBatch>& rows,
                                                           const Indices& indices, arrow::MemoryPool* pool) {
  const auto positions =
      std::make_shared<arrow::Int64Array>(static_cast<std::int64_t>(indices.size()), arrow::Buffer::Wrap(indices));
  arrow::compute::ExecContext context(pool);
  SLUICE_ASSIGN_OR_RETURN(
      const arrow::Datum taken,
      arrow::compute::Take(rows, positions, arrow::compute::TakeOptions::NoBoundsCheck(), &context));
  return taken.record_batch();
}

}  // namespace

core::Result<PartitionSplit> PartitionSplit::Make(const TableShape& shape, arrow::MemoryPool* pool) {
  std::vector<Column> columns;
  for (const std::string& name : shape.partition_columns) {
    const delta::Field* field = shape.schema.Find(name);
    if (field == nullptr) return core::Internal(fmt::format("partition column '{}' is not in the schema", name));
    columns.push_back({static_cast<int>(field - shape.schema.fields.data()), *field});
  }
  return PartitionSplit(std::move(columns), pool);
}

core::Result<PartitionSplit::Coded> PartitionSplit::Code(const Column& column,
                                                         const std::shared_ptr<arrow::Array>& values) const {
  arrow::compute::ExecContext context(pool_);
  arrow::compute::DictionaryEncodeOptions options(arrow::compute::DictionaryEncodeOptions::ENCODE);
  SLUICE_ASSIGN_OR_RETURN(const arrow::Datum encoded, arrow::compute::DictionaryEncode(values, options, &context));
  const std::shared_ptr<arrow::Array> held = encoded.make_array();
  const auto& dictionary = static_cast<const arrow::DictionaryArray&>(*held);
  Coded coded;
  // Several values can share a text: NULL and the empty text, or two NaN.
  std::map<std::optional<std::string>, std::uint32_t> texts;
  std::vector<std::uint32_t> code_of(static_cast<std::size_t>(dictionary.dictionary()->length()));
  for (std::size_t i = 0; i < code_of.size(); ++i) {
    SLUICE_ASSIGN_OR_RETURN(const auto value, dictionary.dictionary()->GetScalar(static_cast<std::int64_t>(i)));
    auto text = delta::FormatPartitionValue(*value, column.field.type);
    if (!text) return std::move(text).error().WithContext(fmt::format("partition column {}", column.field.name));
    if (!text->has_value() && !column.field.nullable) {
      return core::InvalidInput(fmt::format("partition column '{}' takes no NULL", column.field.name));
    }
    const auto [place, added] = texts.try_emplace(*text, static_cast<std::uint32_t>(coded.values.size()));
    if (added) coded.values.push_back(*std::move(text));
    code_of[i] = place->second;
  }
  const auto& indices = static_cast<const arrow::Int32Array&>(*dictionary.indices());
  coded.codes.resize(static_cast<std::size_t>(indices.length()));
  for (std::int64_t row = 0; row < indices.length(); ++row) {
    coded.codes[static_cast<std::size_t>(row)] = code_of[static_cast<std::size_t>(indices.Value(row))];
  }
  return coded;
}

// Numbers the combinations of codes in the order of their first row, one column after the other, so that the numbers
// stay small whatever the number of columns.
std::vector<std::uint32_t> PartitionSplit::GroupRows(const std::vector<Coded>& columns, std::size_t rows) {
  std::vector<std::uint32_t> groups(rows, 0);
  for (const Coded& column : columns) {
    std::unordered_map<std::uint64_t, std::uint32_t> numbers;
    std::uint64_t last_key = std::numeric_limits<std::uint64_t>::max();
    std::uint32_t last_number = 0;
    for (std::size_t row = 0; row < rows; ++row) {
      const std::uint64_t key = (std::uint64_t{groups[row]} << 32) | column.codes[row];
      if (key != last_key) {
        last_number = numbers.try_emplace(key, static_cast<std::uint32_t>(numbers.size())).first->second;
        last_key = key;
      }
      groups[row] = last_number;
    }
  }
  return groups;
}

core::Result<std::vector<PartitionSplit::Part>> PartitionSplit::Split(
    const std::shared_ptr<arrow::RecordBatch>& rows) const {
  std::vector<Part> parts;
  if (rows->num_rows() == 0) return parts;
  if (columns_.empty()) {
    parts.push_back({{}, rows});
    return parts;
  }
  std::vector<Coded> coded;
  for (const Column& column : columns_) {
    SLUICE_ASSIGN_OR_RETURN(Coded codes, Code(column, rows->column(column.index)));
    coded.push_back(std::move(codes));
  }
  std::vector<Indices> groups;
  const std::vector<std::uint32_t> group_of = GroupRows(coded, static_cast<std::size_t>(rows->num_rows()));
  for (std::size_t row = 0; row < group_of.size(); ++row) {
    if (group_of[row] >= groups.size()) groups.resize(group_of[row] + std::size_t{1});
    groups[group_of[row]].push_back(static_cast<std::int64_t>(row));
  }
  for (const Indices& group : groups) {
    Part part;
    for (const Coded& codes : coded) part.key.push_back(codes.values[codes.codes[static_cast<std::size_t>(group[0])]]);
    part.rows = rows;
    if (groups.size() > 1) {
      SLUICE_ASSIGN_OR_RETURN(part.rows, TakeRows(rows, group, pool_));
    }
    parts.push_back(std::move(part));
  }
  return parts;
}

}  // namespace sluice::table
