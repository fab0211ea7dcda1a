#pragma once

#include <arrow/type_fwd.h>

#include <memory>

#include "core/result.h"
#include "expression/expression.h"

namespace sluice::expression {

// Of expressions that Bind returned. Columns are found in the batch by the name they were bound to, at any position;
// one of another type is cast. Spark's meaning: three-valued logic; NaN equals NaN and is greater than everything else,
// −0.0 equals 0.0; text is ordered by unsigned bytes; division by zero is NULL; whole numbers are added in 64 bits.
// InvalidInput for overflow, for text that a cast cannot read and for a column that the batch does not have.
// Threads: any number; nothing is kept.

/// The value of each row.
core::Result<std::shared_ptr<arrow::Array>> Evaluate(const Expression& expression, const arrow::RecordBatch& batch,
                                                     arrow::MemoryPool* pool);

/// The truth of each row; NULL stays NULL.
core::Result<std::shared_ptr<arrow::BooleanArray>> EvaluateCondition(const Expression& condition,
                                                                     const arrow::RecordBatch& batch,
                                                                     arrow::MemoryPool* pool);

/// The value of an expression without columns.
core::Result<std::shared_ptr<arrow::Scalar>> EvaluateConstant(const Expression& expression);

/// The rows for which `condition` is true, in order; `batch` itself when these are all.
core::Result<std::shared_ptr<arrow::RecordBatch>> FilterRows(const Expression& condition,
                                                             const std::shared_ptr<arrow::RecordBatch>& batch,
                                                             arrow::MemoryPool* pool);

}  // namespace sluice::expression
