#pragma once

#include <memory>

#include "parquet/column_values.h"

namespace sluice::parquet {

/// For INT32, INT64, FLOAT, DOUBLE.
std::unique_ptr<ColumnValues> MakeNumberValues(const ::parquet::ColumnDescriptor& column, const ColumnLayout& layout,
                                               ::parquet::BloomFilter* bloom);

}  // namespace sluice::parquet
