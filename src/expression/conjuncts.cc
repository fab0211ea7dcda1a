#include "expression/conjuncts.h"

#include <arrow/scalar.h>
#include <arrow/type.h>

#include <algorithm>
#include <iterator>
#include <utility>

namespace sluice::expression {
namespace {

void Split(Expression condition, std::vector<Expression>* conjuncts) {
  if (condition.op == Operator::kAnd) {
    for (Expression& argument : condition.arguments) Split(std::move(argument), conjuncts);
    return;
  }
  if (condition == MakeTruth(true)) return;
  conjuncts->push_back(std::move(condition));
}

Expression Typed(Expression truth) {
  truth.type = arrow::boolean();
  return truth;
}

/// x NOT IN (a, b) as x <> a AND x <> b.
Expression NotIn(Expression in) {
  std::vector<Expression> terms;
  for (std::size_t i = 1; i < in.arguments.size(); ++i) {
    if (IsNullLiteral(in.arguments[i])) {
      terms.push_back(MakeUnknown());
    } else {
      terms.push_back(Typed(MakeNode(Operator::kNotEqual, {in.arguments[0], std::move(in.arguments[i])})));
    }
  }
  return JoinConjuncts(std::move(terms));
}

Expression Push(Expression condition, bool negate);

/// Of an AND or OR, which stays flat.
Expression PushInto(Expression junction, bool negate) {
  if (negate) junction.op = junction.op == Operator::kAnd ? Operator::kOr : Operator::kAnd;
  std::vector<Expression> terms;
  for (Expression& argument : junction.arguments) {
    Expression term = Push(std::move(argument), negate);
    if (term.op == junction.op) {
      std::move(term.arguments.begin(), term.arguments.end(), std::back_inserter(terms));
    } else {
      terms.push_back(std::move(term));
    }
  }
  junction.arguments = std::move(terms);
  return junction;
}

Expression Push(Expression condition, bool negate) {
  switch (condition.op) {
    case Operator::kNot: return Push(std::move(condition.arguments[0]), !negate);
    case Operator::kAnd:
    case Operator::kOr: return PushInto(std::move(condition), negate);
    default: break;
  }
  if (!negate) return condition;
  if (IsComparison(condition.op)) {
    condition.op = Complement(condition.op);
    return condition;
  }
  switch (condition.op) {
    case Operator::kIsNull: condition.op = Operator::kIsNotNull; return condition;
    case Operator::kIsNotNull: condition.op = Operator::kIsNull; return condition;
    case Operator::kIn: return NotIn(std::move(condition));
    case Operator::kLiteral:
      if (!condition.literal->is_valid || condition.literal->type->id() != arrow::Type::BOOL) return MakeUnknown();
      return MakeTruth(!static_cast<const arrow::BooleanScalar&>(*condition.literal).value);
    default: break;
  }
  return Typed(MakeNode(Operator::kNot, {std::move(condition)}));
}

}  // namespace

std::vector<Expression> SplitConjuncts(Expression condition) {
  std::vector<Expression> conjuncts;
  Split(std::move(condition), &conjuncts);
  return conjuncts;
}

Expression JoinConjuncts(std::vector<Expression> conjuncts) {
  if (conjuncts.empty()) return MakeTruth(true);
  if (conjuncts.size() == 1) return std::move(conjuncts.front());
  Expression all = MakeNode(Operator::kAnd, {});
  all.arguments = std::move(conjuncts);
  all.type = all.arguments.front().type;  // bound when its parts are
  return all;
}

Expression PushDownNot(Expression condition) { return Push(std::move(condition), false); }

Expression Negate(Expression condition) { return Push(std::move(condition), true); }

}  // namespace sluice::expression
