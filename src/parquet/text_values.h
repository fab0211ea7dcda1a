#pragma once

#include <memory>

#include "parquet/column_values.h"

namespace sluice::parquet {

/// For BYTE_ARRAY, and FIXED_LEN_BYTE_ARRAY: UUIDs and decimals of more than 18 digits.
std::unique_ptr<ColumnValues> MakeTextValues(const ::parquet::ColumnDescriptor& column, const ColumnLayout& layout,
                                             ::parquet::BloomFilter* bloom);

}  // namespace sluice::parquet
