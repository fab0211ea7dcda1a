#pragma once

#include <memory>

#include "expression/expression.h"
#include "expression/kernel.h"

namespace sluice::expression {

/// left op right for kAdd … kModulo, both int64, both float64, or decimals (kModulo: of one type; the others: of any).
/// Division by zero is NULL. InvalidInput when the result does not fit `type`.
core::Result<arrow::Datum> Calculate(Operator op, const arrow::Datum& left, const arrow::Datum& right,
                                     const std::shared_ptr<arrow::DataType>& type, Evaluation& evaluation);

/// The type that `left op right` has, of two number types that were brought to int64, float64 or decimal.
core::Result<std::shared_ptr<arrow::DataType>> ResultType(Operator op, const arrow::DataType& left,
                                                          const arrow::DataType& right);

}  // namespace sluice::expression
