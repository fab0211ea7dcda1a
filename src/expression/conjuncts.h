#pragma once

#include <vector>

#include "expression/expression.h"

namespace sluice::expression {

/// The conditions that must all be true: the arguments of ANDs at any depth, else the expression alone; TRUE is none.
std::vector<Expression> SplitConjuncts(Expression condition);

/// The reverse: one condition, TRUE for none.
Expression JoinConjuncts(std::vector<Expression> conjuncts);

/// The same condition, NULL where it was NULL, of a bound `condition`: NOT is pushed down by De Morgan, through
/// comparisons, IS [NOT] NULL and IN (to an AND of <>), and stays only before columns, LIKE, `<=>`, isnan and calls.
Expression PushDownNot(Expression condition);

/// PushDownNot of NOT `condition`.
Expression Negate(Expression condition);

}  // namespace sluice::expression
