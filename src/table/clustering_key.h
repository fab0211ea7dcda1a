#pragma once

#include <arrow/type_fwd.h>

#include <cstdint>
#include <memory>
#include <vector>

#include "core/result.h"
#include "delta/statistics.h"
#include "table/rank_grid.h"
#include "table/space_curve.h"

namespace sluice::table {

/// The values of a column or of a member of structs, by the names that users see; NULL where a struct above is NULL.
core::Result<std::shared_ptr<arrow::Array>> ValuesAt(const arrow::RecordBatch& rows, const delta::ColumnPath& path,
                                                     arrow::MemoryPool* pool);

/// Turns the values of one to four columns into one number, so that rows near each other in all columns have numbers
/// near each other: places on a curve through grids of equal depth. Of one column: its rank.
///
/// Threads: any.
class ClusteringKey {
 public:
  static constexpr std::size_t kColumnsMax = 4;

  /// The grids are made of a sample of the rows. Unsupported for columns without an order.
  static core::Result<ClusteringKey> Make(std::vector<delta::ColumnPath> columns, Curve curve,
                                          const arrow::RecordBatch& sample, arrow::MemoryPool* pool);

  /// The columns' values in `rows`, in the order of the key.
  core::Result<arrow::ArrayVector> Values(const arrow::RecordBatch& rows) const;
  /// One number a row.
  std::vector<std::uint64_t> Keys(const arrow::ArrayVector& values) const;
  const std::vector<RankGrid>& grids() const { return grids_; }

 private:
  ClusteringKey() = default;

  std::vector<delta::ColumnPath> columns_;
  std::vector<RankGrid> grids_;
  Curve curve_ = Curve::kHilbert;
  int bits_ = 0;
  arrow::MemoryPool* pool_ = nullptr;
};

}  // namespace sluice::table
