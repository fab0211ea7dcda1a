#pragma once

#include "core/result.h"
#include "expression/expression.h"

/// Comparisons of bound values, as binder.h promises them to be. What is wholly constant is left to the caller.
namespace sluice::expression {

/// =, <>, <, <=, >, >= and <=>.
core::Result<Expression> BindComparison(Operator op, Expression left, Expression right);

/// IN; `in` has its arguments bound.
core::Result<Expression> BindMembership(Expression in);

/// LIKE; an equality when the pattern has no wildcard.
core::Result<Expression> BindLike(Expression like);

}  // namespace sluice::expression
