#pragma once

#include <arrow/type_fwd.h>

#include <memory>

#include "core/result.h"

namespace sluice::expression {

/// Whether SQL's CAST leads from one plain type (PlainType) to the other.
bool CanCast(const arrow::DataType& from, const arrow::DataType& to);

/// CAST of one value, as Spark does it: numbers to whole numbers are cut off, to decimals rounded half away from zero;
/// text is read without the blanks around it. InvalidInput for text that is no such value, and when the value does not
/// fit. Requires CanCast.
core::Result<std::shared_ptr<arrow::Scalar>> CastScalar(const arrow::Scalar& value,
                                                        const std::shared_ptr<arrow::DataType>& type);

}  // namespace sluice::expression
