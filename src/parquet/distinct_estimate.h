#pragma once

#include <arrow/type_fwd.h>

#include <cstdint>

#include "core/result.h"

namespace sluice::parquet {

/// How often the values of a column come again, by a count of the first ones.
///
/// Model: drawn evenly from D values, n draws show D·(1 - e^(-n/D)) of them; D is solved for half the sample and for
/// the whole. What D grows by when the sample doubles, it is taken to grow by at every further doubling: so a closed
/// set stays closed, and days in sorted data go on growing.
struct DistinctEstimate {
  std::int64_t counted = 0;   ///< values looked at
  std::int64_t distinct = 0;  ///< different ones among them
  double value_bytes = 0;     ///< of a different one, as a dictionary page holds it
  double population = 0;      ///< D of the whole sample
  double growth = 1;          ///< of D by doubling the sample, 1..2

  /// Expected different values among `values`.
  double Among(double values) const;
};

/// Count the values of `column`, of any type but bool and nested ones; NULLs do not count. Stops early when nearly
/// every value is new.
core::Result<DistinctEstimate> EstimateDistinct(const arrow::Array& column);

}  // namespace sluice::parquet
