#include "parquet/leaf_totals.h"

#include <cstring>
#include <string_view>
#include <utility>

namespace sluice::parquet {
namespace {

template <typename T>
bool LessAs(std::string_view left, std::string_view right) {
  T values[2];
  std::memcpy(&values[0], left.data(), sizeof(T));
  std::memcpy(&values[1], right.data(), sizeof(T));
  return values[0] < values[1];
}

// Of encoded values of `column`, as it orders them.
bool Less(const ::parquet::ColumnDescriptor& column, std::string_view left, std::string_view right) {
  const bool is_unsigned = column.sort_order() == ::parquet::SortOrder::UNSIGNED;
  switch (column.physical_type()) {
    case ::parquet::Type::INT32:
      return is_unsigned ? LessAs<std::uint32_t>(left, right) : LessAs<std::int32_t>(left, right);
    case ::parquet::Type::INT64:
      return is_unsigned ? LessAs<std::uint64_t>(left, right) : LessAs<std::int64_t>(left, right);
    case ::parquet::Type::FLOAT: return LessAs<float>(left, right);
    case ::parquet::Type::DOUBLE: return LessAs<double>(left, right);
    default: break;
  }
  // The first byte of a decimal carries its sign.
  if (!is_unsigned && column.physical_type() == ::parquet::Type::FIXED_LEN_BYTE_ARRAY && left[0] != right[0]) {
    return static_cast<signed char>(left[0]) < static_cast<signed char>(right[0]);
  }
  return left < right;
}

void Widen(const ::parquet::ColumnDescriptor& column, EncodedBounds with, std::optional<EncodedBounds>& bounds) {
  if (!bounds) {
    bounds = std::move(with);
    return;
  }
  if (Less(column, with.min, bounds->min)) bounds->min = std::move(with.min);
  if (Less(column, bounds->max, with.max)) bounds->max = std::move(with.max);
}

}  // namespace

LeafTotals::LeafTotals(const ::parquet::SchemaDescriptor& columns) : columns_(columns) {
  for (int i = 0; i < columns.num_columns(); ++i) leaves_.push_back({.path = columns.Column(i)->path()->ToDotVector()});
}

void LeafTotals::Add(std::span<const std::unique_ptr<ColumnChunk>> chunks) {
  for (std::size_t i = 0; i < chunks.size(); ++i) {
    const ColumnChunk& chunk = *chunks[i];
    LeafStatistics& leaf = leaves_[i];
    leaf.entries += static_cast<std::uint64_t>(chunk.entries());
    leaf.nulls += static_cast<std::uint64_t>(chunk.nulls());
    leaf.null_rows += static_cast<std::uint64_t>(chunk.null_rows());
    leaf.has_nan = leaf.has_nan || chunk.has_nan();
    if (auto bounds = chunk.bounds()) Widen(*columns_.Column(static_cast<int>(i)), std::move(*bounds), leaf.bounds);
  }
}

}  // namespace sluice::parquet
