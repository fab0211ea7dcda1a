#pragma once

#include <vector>

#include "expression/expression.h"
#include "expression/kernel.h"

namespace sluice::expression {

/// Compare two values of one type. Floats are in Spark's order: NaN equals NaN and is greater than all else.
core::Result<arrow::Datum> Compare(Operator op, const arrow::Datum& left, const arrow::Datum& right,
                                   Evaluation& evaluation);

/// Equal, or both NULL.
core::Result<arrow::Datum> CompareNullSafe(const arrow::Datum& left, const arrow::Datum& right, Evaluation& evaluation);

/// Whether `value` is one of `choices`, of the same type; NULL as SQL has it.
core::Result<arrow::Datum> IsIn(const arrow::Datum& value, const std::vector<arrow::Datum>& choices,
                                Evaluation& evaluation);

/// NaN; false for NULL.
core::Result<arrow::Datum> IsNan(const arrow::Datum& value, Evaluation& evaluation);

}  // namespace sluice::expression
