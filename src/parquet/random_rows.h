#pragma once

#include <arrow/type_fwd.h>

#include <cstdint>
#include <memory>

#include "schema/type.h"

namespace sluice::parquet {

/// How the values of random columns are made.
struct RandomRows {
  std::int64_t rows = 1000;
  std::uint64_t seed = 1;
  int null_percent = 10;
  std::uint64_t distinct_max = 0;  ///< values of a column, about; 0 = no limit
};

/// Rows for tests: values over the whole range of each type, with the odd ones (NaN, -0.0, empty texts and lists).
std::shared_ptr<arrow::RecordBatch> MakeRandomRows(const schema::Schema& schema, const RandomRows& options);

/// Every type there is, three levels of nesting among them.
schema::Schema SchemaOfAllTypes();

}  // namespace sluice::parquet
