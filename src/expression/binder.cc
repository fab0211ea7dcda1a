#include "expression/binder.h"

#include <arrow/scalar.h>
#include <arrow/type.h>
#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

#include "expression/call_binder.h"
#include "expression/cast.h"
#include "expression/coercion.h"
#include "expression/column_lookup.h"
#include "expression/comparison_binder.h"
#include "expression/evaluator.h"
#include "expression/format.h"
#include "expression/parser.h"
#include "expression/scalar_cast.h"
#include "expression/type_class.h"
#include "expression/type_name.h"

namespace sluice::expression {
namespace {

using core::Result;

bool IsTruth(const Expression& e, bool truth) {
  return IsLiteral(e) && e.literal->is_valid && e.type->id() == arrow::Type::BOOL &&
         static_cast<const arrow::BooleanScalar&>(*e.literal).value == truth;
}

/// The number of arguments of an operator; trees need not come from the parser.
core::Status CheckArguments(const Expression& e) {
  const std::size_t count = e.arguments.size();
  bool good = true;
  switch (e.op) {
    case Operator::kColumn: good = count == 0 && !e.column.empty(); break;
    case Operator::kLiteral: good = count == 0 && e.literal; break;
    case Operator::kAnd:
    case Operator::kOr:
    case Operator::kIn: good = count >= 2; break;
    case Operator::kNot:
    case Operator::kIsNull:
    case Operator::kIsNotNull:
    case Operator::kIsNan:
    case Operator::kNegate: good = count == 1; break;
    case Operator::kCast: good = count == 1 && e.type; break;
    case Operator::kCall: break;
    default: good = count == 2; break;
  }
  if (!good) return core::InvalidInput("an expression has an operator with the wrong number of arguments");
  return core::Ok();
}

class Binder {
 public:
  explicit Binder(const arrow::Schema& schema) : schema_(schema) {}

  Result<Expression> Run(Expression e, std::size_t depth) const {
    if (depth > kDepthMax) {
      return core::LimitExceeded(fmt::format("the expression is nested deeper than {} levels", kDepthMax));
    }
    SLUICE_TRY(CheckArguments(e));
    if (e.op == Operator::kColumn) return BindColumn(std::move(e));
    if (e.op == Operator::kLiteral) return BindLiteral(std::move(e));
    for (Expression& argument : e.arguments) {
      SLUICE_ASSIGN_OR_RETURN(argument, Run(std::move(argument), depth + 1));
    }
    SLUICE_ASSIGN_OR_RETURN(Expression bound, BindNode(std::move(e)));
    return Fold(std::move(bound));
  }

 private:
  Result<Expression> BindColumn(Expression e) const {
    SLUICE_ASSIGN_OR_RETURN(FoundColumn column, FindColumn(e.column, schema_));
    e.column = std::move(column.path);
    e.type = PlainType(column.type);
    return e;
  }

  static Result<Expression> BindLiteral(Expression e) {
    e.type = e.literal->type;
    if (ClassOf(*e.type) == TypeClass::kOther || ClassOf(*e.type) == TypeClass::kNested) {
      return core::Unsupported(fmt::format("a constant of type {}", e.type->ToString()));
    }
    return e;
  }

  static Result<Expression> BindNode(Expression e) {
    switch (e.op) {
      case Operator::kAnd:
      case Operator::kOr: return BindJunction(std::move(e));
      case Operator::kNot: {
        SLUICE_ASSIGN_OR_RETURN(e.arguments[0], CoerceToCondition(std::move(e.arguments[0]), "NOT"));
        return Truth(std::move(e));
      }
      case Operator::kIsNull:
      case Operator::kIsNotNull: return Truth(std::move(e));
      case Operator::kIsNan: return BindIsNan(std::move(e));
      case Operator::kIn: return BindMembership(std::move(e));
      case Operator::kLike: return BindLike(std::move(e));
      case Operator::kCast: return BindCast(std::move(e));
      case Operator::kCall: return BindCall(std::move(e));
      case Operator::kAdd:
      case Operator::kSubtract:
      case Operator::kMultiply:
      case Operator::kDivide:
      case Operator::kModulo:
      case Operator::kNegate: return BindCalculation(std::move(e));
      default: return BindComparison(e.op, std::move(e.arguments[0]), std::move(e.arguments[1]));
    }
  }

  static Result<Expression> Truth(Expression e) {
    e.type = arrow::boolean();
    return e;
  }

  /// Flat; without what decides nothing; alone what decides all.
  static Result<Expression> BindJunction(Expression e) {
    const bool conjunction = e.op == Operator::kAnd;
    std::vector<Expression> kept;
    for (Expression& argument : e.arguments) {
      SLUICE_ASSIGN_OR_RETURN(argument, CoerceToCondition(std::move(argument), conjunction ? "AND" : "OR"));
      if (argument.op == e.op) {
        std::move(argument.arguments.begin(), argument.arguments.end(), std::back_inserter(kept));
      } else if (!IsTruth(argument, conjunction)) {
        kept.push_back(std::move(argument));
      }
    }
    for (const Expression& argument : kept) {
      if (IsTruth(argument, !conjunction)) return MakeTruth(!conjunction);
    }
    // One NULL is enough.
    const auto first_null = std::find_if(kept.begin(), kept.end(), IsNullLiteral);
    if (first_null != kept.end()) kept.erase(std::remove_if(first_null + 1, kept.end(), IsNullLiteral), kept.end());
    if (kept.empty()) return MakeTruth(conjunction);
    if (kept.size() == 1) return std::move(kept.front());
    e.arguments = std::move(kept);
    return Truth(std::move(e));
  }

  static Result<Expression> BindIsNan(Expression e) {
    Expression& value = e.arguments[0];
    const TypeClass type = ClassOf(*value.type);
    if (type != TypeClass::kFloat) {
      if (!IsNumber(type) && type != TypeClass::kNull) {
        return core::InvalidInput(fmt::format("isnan takes a number, not {}", Described(value)));
      }
      SLUICE_ASSIGN_OR_RETURN(value, Coerce(std::move(value), arrow::float64(), "isnan"));
    }
    return Truth(std::move(e));
  }

  static Result<Expression> BindCast(Expression e) {
    Expression& value = e.arguments[0];
    if (!CanCast(*value.type, *e.type)) {
      return core::Unsupported(
          fmt::format("a CAST of {} to {} is not supported here", Described(value), SqlTypeName(*e.type)));
    }
    return Coerce(std::move(value), e.type, "CAST");
  }

  static Result<Expression> Fold(Expression e) {
    if (e.op == Operator::kColumn || e.op == Operator::kLiteral) return e;
    if (!std::all_of(e.arguments.begin(), e.arguments.end(), IsLiteral)) return e;
    auto value = EvaluateConstant(e);
    if (!value) return std::move(value).error().WithContext("while evaluating " + ShortSql(e));
    return MakeLiteral(*std::move(value));
  }

  const arrow::Schema& schema_;
};

}  // namespace

Result<Expression> Bind(Expression expression, const arrow::Schema& schema) {
  return Binder(schema).Run(std::move(expression), 1);
}

Result<Expression> BindCondition(Expression expression, const arrow::Schema& schema) {
  SLUICE_ASSIGN_OR_RETURN(Expression bound, Bind(std::move(expression), schema));
  return CoerceToCondition(std::move(bound), "a filter");
}

}  // namespace sluice::expression
