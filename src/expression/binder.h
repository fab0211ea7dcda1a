#pragma once

#include <arrow/type_fwd.h>

#include "core/result.h"
#include "expression/expression.h"

namespace sluice::expression {

/// Look up columns in `schema`, decide types, fold what is constant.
///
/// Names are compared without regard to ASCII case; the exact spelling wins, two that differ only by case are
/// InvalidInput. A path leads through structs; `a.b` in backticks is one name.
///
/// What holds for the result, so that pruning and evaluation need no rules of their own:
///   - every node has its `type`; text is utf8, bytes binary, decimals decimal128 or decimal256;
///   - both sides of a comparison, and all arguments of kIn, have one type. A literal compared with a column has been
///     brought to the column's type: exactly, or by an equivalent comparison (an int32 n > 2.5 is n > 2; n = 2.5 is
///     `n IS NULL AND NULL`: false, or NULL for NULL; n < 3000000000 is `n IS NOT NULL OR NULL`);
///   - a literal stands right of a comparison and is not NULL (such a comparison is the literal NULL);
///   - sub-trees without columns are one literal; AND and OR are flat and hold no TRUE, and FALSE only alone.
/// Whole numbers are compared with literals exactly; with float columns as float64. Text literals become what they are
/// compared with ('2024-02-29' a date, '2024-02-29 12:00:00.5' a timestamp of either kind, '12' a number); a text
/// column is compared with text only.
///
/// Errors: InvalidInput for a column that is not there, with the nearest name, for types that do not go together,
/// naming both, and for constants that overflow; Unsupported for operations on types that this does not know.
core::Result<Expression> Bind(Expression expression, const arrow::Schema& schema);

/// Bind, and InvalidInput unless the result is a truth value.
core::Result<Expression> BindCondition(Expression expression, const arrow::Schema& schema);

}  // namespace sluice::expression
