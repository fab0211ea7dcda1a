#include "table/clustering_key.h"

#include <arrow/array/array_nested.h>
#include <arrow/record_batch.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
#include <span>
#include <utility>

#include "schema/arrow_error.h"

namespace sluice::table {
namespace {

// A grid has 4096 boundaries: more bits would tell no more values apart. The rank of a single column costs nothing.
constexpr int kCurveBits = 12;
constexpr int kSingleBits = 16;

}  // namespace

core::Result<std::shared_ptr<arrow::Array>> ValuesAt(const arrow::RecordBatch& rows, const delta::ColumnPath& path,
                                                     arrow::MemoryPool* pool) {
  std::shared_ptr<arrow::Array> values = rows.GetColumnByName(path.front());
  for (std::size_t i = 1; i < path.size() && values; ++i) {
    const auto* members = values->type_id() == arrow::Type::STRUCT ? values->type().get() : nullptr;
    const int place = members ? static_cast<const arrow::StructType*>(members)->GetFieldIndex(path[i]) : -1;
    if (place < 0) return core::Internal(fmt::format("no column '{}' in the rows", fmt::join(path, ".")));
    SLUICE_ASSIGN_OR_RETURN(values, static_cast<const arrow::StructArray&>(*values).GetFlattenedField(place, pool));
  }
  if (!values) return core::Internal(fmt::format("no column '{}' in the rows", fmt::join(path, ".")));
  return values;
}

core::Result<ClusteringKey> ClusteringKey::Make(std::vector<delta::ColumnPath> columns, Curve curve,
                                                const arrow::RecordBatch& sample, arrow::MemoryPool* pool) {
  ClusteringKey key;
  key.columns_ = std::move(columns);
  key.curve_ = curve;
  key.bits_ = key.columns_.size() == 1 ? kSingleBits : kCurveBits;
  key.pool_ = pool;
  SLUICE_ASSIGN_OR_RETURN(const arrow::ArrayVector values, key.Values(sample));
  for (const auto& column : values) {
    SLUICE_ASSIGN_OR_RETURN(RankGrid grid, RankGrid::Make(*column, key.bits_));
    key.grids_.push_back(std::move(grid));
  }
  return key;
}

core::Result<arrow::ArrayVector> ClusteringKey::Values(const arrow::RecordBatch& rows) const {
  arrow::ArrayVector values;
  for (const delta::ColumnPath& column : columns_) {
    SLUICE_ASSIGN_OR_RETURN(auto array, ValuesAt(rows, column, pool_));
    values.push_back(std::move(array));
  }
  return values;
}

std::vector<std::uint64_t> ClusteringKey::Keys(const arrow::ArrayVector& values) const {
  const auto rows = static_cast<std::size_t>(values.front()->length());
  std::vector<std::vector<std::uint32_t>> ranks(grids_.size(), std::vector<std::uint32_t>(rows));
  for (std::size_t column = 0; column < grids_.size(); ++column) grids_[column].Rank(*values[column], ranks[column]);
  if (grids_.size() == 1) return {ranks.front().begin(), ranks.front().end()};
  std::vector<std::uint64_t> keys(rows);
  std::array<std::uint32_t, kColumnsMax> point{};
  const std::span<std::uint32_t> axes(point.data(), grids_.size());
  for (std::size_t row = 0; row < rows; ++row) {
    for (std::size_t column = 0; column < axes.size(); ++column) axes[column] = ranks[column][row];
    keys[row] = curve_ == Curve::kHilbert ? HilbertIndex(axes, bits_) : ZOrderIndex(axes, bits_);
  }
  return keys;
}

}  // namespace sluice::table
