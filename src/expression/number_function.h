#pragma once

#include <memory>
#include <vector>

#include "expression/function.h"
#include "expression/kernel.h"

namespace sluice::expression {

/// kFloor or kCeil: a float64 to int64 (as in Java, NaN is 0 and what is beyond the range its end), a decimal to
/// `type`.
core::Result<arrow::Datum> RoundToWhole(Function function, const arrow::Datum& value,
                                        const std::shared_ptr<arrow::DataType>& type, Evaluation& evaluation);

/// round(value, digits): float64 or decimal, half away from zero, of the digits that the value is written with.
core::Result<arrow::Datum> RoundHalfUp(const arrow::Datum& value, const arrow::Datum& digits,
                                       const std::shared_ptr<arrow::DataType>& type, Evaluation& evaluation);

}  // namespace sluice::expression
