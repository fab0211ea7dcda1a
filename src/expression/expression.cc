#include "expression/expression.h"

#include <arrow/scalar.h>
#include <arrow/type.h>

#include <algorithm>
#include <utility>

namespace sluice::expression {
namespace {

bool SameType(const std::shared_ptr<arrow::DataType>& left, const std::shared_ptr<arrow::DataType>& right) {
  return left == right || (left && right && left->Equals(*right));
}

bool SameLiteral(const std::shared_ptr<arrow::Scalar>& left, const std::shared_ptr<arrow::Scalar>& right) {
  return left == right || (left && right && left->Equals(*right, arrow::EqualOptions::Defaults().nans_equal(true)));
}

}  // namespace

Expression MakeColumn(std::vector<std::string> path) {
  return Expression{.op = Operator::kColumn, .column = std::move(path)};
}

Expression MakeLiteral(std::shared_ptr<arrow::Scalar> value) {
  Expression literal{.op = Operator::kLiteral, .literal = std::move(value)};
  literal.type = literal.literal->type;
  return literal;
}

Expression MakeTruth(bool value) { return MakeLiteral(std::make_shared<arrow::BooleanScalar>(value)); }

Expression MakeUnknown() { return MakeLiteral(std::make_shared<arrow::BooleanScalar>()); }

Expression MakeNode(Operator op, std::vector<Expression> arguments) {
  return Expression{.op = op, .arguments = std::move(arguments)};
}

Expression MakeCast(Expression value, std::shared_ptr<arrow::DataType> type) {
  Expression cast{.op = Operator::kCast, .type = std::move(type)};
  cast.arguments.push_back(std::move(value));
  return cast;
}

Expression MakeCall(std::string function, std::vector<Expression> arguments) {
  return Expression{.op = Operator::kCall, .arguments = std::move(arguments), .function = std::move(function)};
}

bool IsComparison(Operator op) { return op >= Operator::kEqual && op <= Operator::kGreaterEqual; }

Operator Mirror(Operator op) {
  switch (op) {
    case Operator::kLess: return Operator::kGreater;
    case Operator::kLessEqual: return Operator::kGreaterEqual;
    case Operator::kGreater: return Operator::kLess;
    case Operator::kGreaterEqual: return Operator::kLessEqual;
    default: return op;
  }
}

Operator Complement(Operator op) {
  switch (op) {
    case Operator::kEqual: return Operator::kNotEqual;
    case Operator::kNotEqual: return Operator::kEqual;
    case Operator::kLess: return Operator::kGreaterEqual;
    case Operator::kLessEqual: return Operator::kGreater;
    case Operator::kGreater: return Operator::kLessEqual;
    case Operator::kGreaterEqual: return Operator::kLess;
    default: return op;
  }
}

bool IsLiteral(const Expression& expression) { return expression.op == Operator::kLiteral; }

bool IsNullLiteral(const Expression& expression) { return IsLiteral(expression) && !expression.literal->is_valid; }

bool operator==(const Expression& left, const Expression& right) {
  return left.op == right.op && left.column == right.column && left.function == right.function &&
         SameType(left.type, right.type) && SameLiteral(left.literal, right.literal) &&
         std::equal(left.arguments.begin(), left.arguments.end(), right.arguments.begin(), right.arguments.end());
}

}  // namespace sluice::expression
