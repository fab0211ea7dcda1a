#pragma once

#include <memory>

#include "parquet/column_values.h"

namespace sluice::parquet {

/// For BOOLEAN: always PLAIN, a bit each.
std::unique_ptr<ColumnValues> MakeBoolValues();

}  // namespace sluice::parquet
