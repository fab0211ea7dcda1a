#pragma once

#include <arrow/type_fwd.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"

namespace sluice::expression {

/// The type that CAST names: Spark's and standard SQL's names, upper or lower case. DECIMAL takes precision and scale
/// in `parameters` (10 and 0 without; up to 76 digits, where others stop at 38), VARCHAR and CHAR a length that is not
/// enforced. InvalidInput, without a place, for parameters out of range; Unsupported for other names.
core::Result<std::shared_ptr<arrow::DataType>> TypeNamed(std::string_view name, const std::vector<int>& parameters);

/// The name that TypeNamed takes, in upper case; Arrow's own for types that SQL does not name.
std::string SqlTypeName(const arrow::DataType& type);

}  // namespace sluice::expression
