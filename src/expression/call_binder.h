#pragma once

#include "core/result.h"
#include "expression/expression.h"

namespace sluice::expression {

/// Type a call whose arguments are bound; casts them to what the function takes.
core::Result<Expression> BindCall(Expression call);

/// Type + - * / % and the unary minus likewise.
core::Result<Expression> BindCalculation(Expression calculation);

}  // namespace sluice::expression
