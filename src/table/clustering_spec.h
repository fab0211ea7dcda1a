#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/result.h"
#include "delta/statistics.h"
#include "delta_log/snapshot.h"
#include "table/space_curve.h"

namespace sluice::table {

/// By which columns rows are clustered, and how.
struct ClusteringSpec {
  std::vector<delta::StatisticsColumn> columns = {};
  Curve curve = Curve::kHilbert;
  bool of_table = false;  ///< the table says so, not the caller

  std::vector<std::string> names() const;  ///< logical, with dots
  std::string curve_name() const;
  std::vector<delta::ColumnPath> paths() const;  ///< logical
};

/// The columns asked for, else those of the table; nullopt when neither says any. InvalidInput and Unsupported,
/// naming the column, for columns that rows cannot be clustered by: partition columns, columns without
/// statistics or without an order, other ones than the table is clustered by, too many.
core::Result<std::optional<ClusteringSpec>> ChooseClustering(const delta_log::Snapshot& snapshot,
                                                             const std::vector<std::string>& asked,
                                                             std::optional<Curve> curve);

}  // namespace sluice::table
