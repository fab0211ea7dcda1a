#include "expression/call_binder.h"

#include <arrow/scalar.h>
#include <arrow/type.h>
#include <arrow/type_traits.h>
#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "expression/arithmetic.h"
#include "expression/coercion.h"
#include "expression/decimal_value.h"
#include "expression/function.h"
#include "expression/type_class.h"

namespace sluice::expression {
namespace {

using core::Result;
using core::Status;
using TypePointer = std::shared_ptr<arrow::DataType>;

Result<Expression> Typed(Expression call, TypePointer type) {
  call.type = std::move(type);
  return call;
}

Status CoerceAt(Expression* call, std::size_t index, const TypePointer& type) {
  Expression& argument = call->arguments[index];
  SLUICE_ASSIGN_OR_RETURN(argument, Coerce(std::move(argument), type, call->function));
  return core::Ok();
}

Status CoerceWholeNumber(Expression* call, std::size_t index) {
  const TypeClass type = ClassOf(*call->arguments[index].type);
  if (type != TypeClass::kInteger && type != TypeClass::kNull) {
    return core::InvalidInput(
        fmt::format("{} takes a whole number, not {}", call->function, Described(call->arguments[index])));
  }
  return CoerceAt(call, index, arrow::int64());
}

/// The first `texts_max` arguments are text, the others whole numbers.
Result<Expression> BindTextFunction(Expression call, std::size_t texts_max, TypePointer type) {
  for (std::size_t i = 0; i < call.arguments.size(); ++i) {
    if (i < texts_max) {
      SLUICE_TRY(CoerceAt(&call, i, arrow::utf8()));
    } else {
      SLUICE_TRY(CoerceWholeNumber(&call, i));
    }
  }
  return Typed(std::move(call), std::move(type));
}

Result<Expression> BindLength(Expression call) {
  if (ClassOf(*call.arguments[0].type) != TypeClass::kBytes) SLUICE_TRY(CoerceAt(&call, 0, arrow::utf8()));
  return Typed(std::move(call), arrow::int32());
}

Result<Expression> BindDatePart(Expression call) {
  SLUICE_TRY(CoerceAt(&call, 0, arrow::date32()));
  return Typed(std::move(call), arrow::int32());
}

/// floor, ceil and round of whole numbers are these numbers.
Result<Expression> BindRounding(Expression call, Function function) {
  SLUICE_ASSIGN_OR_RETURN(call.arguments[0], CoerceToNumber(std::move(call.arguments[0]), call.function));
  const TypePointer type = call.arguments[0].type;
  const bool decimal = arrow::is_decimal(type->id());
  if (function == Function::kRound) {
    if (call.arguments.size() == 1) call.arguments.push_back(MakeLiteral(std::make_shared<arrow::Int64Scalar>(0)));
    SLUICE_TRY(CoerceWholeNumber(&call, 1));
    if (!IsLiteral(call.arguments[1])) return core::Unsupported("round takes a constant number of digits");
    if (IsNullLiteral(call.arguments[1])) return MakeLiteral(arrow::MakeNullScalar(type));
    if (type->id() == arrow::Type::INT64) {
      const auto digits = static_cast<const arrow::Int64Scalar&>(*call.arguments[1].literal).value;
      if (digits < 0) return core::Unsupported("round of a whole number to fewer digits");
      return std::move(call.arguments[0]);
    }
    if (!decimal) return Typed(std::move(call), arrow::float64());
  }
  if (type->id() == arrow::Type::INT64) return std::move(call.arguments[0]);
  if (!decimal) return Typed(std::move(call), arrow::int64());
  // 9.9 becomes 10: one more digit before the point.
  const auto& number = static_cast<const arrow::DecimalType&>(*type);
  const std::int32_t scale = function == Function::kRound ? number.scale() : 0;
  SLUICE_ASSIGN_OR_RETURN(TypePointer rounded, MakeDecimalType(number.precision() - number.scale() + scale + 1, scale));
  return Typed(std::move(call), std::move(rounded));
}

Result<Expression> BindSize(Expression call) {
  const arrow::DataType& type = *call.arguments[0].type;
  if (!arrow::is_list_like(type.id()) && type.id() != arrow::Type::MAP) {
    return core::InvalidInput(fmt::format("size takes a list or map, not {}", Described(call.arguments[0])));
  }
  // Large lists count in 64 bits.
  return Typed(std::move(call), type.id() == arrow::Type::LARGE_LIST ? arrow::int64() : arrow::int32());
}

Result<Expression> BindCoalesce(Expression call) {
  SLUICE_TRY(CoerceToCommon(&call.arguments));
  TypePointer type = call.arguments[0].type;
  return Typed(std::move(call), std::move(type));
}

}  // namespace

Result<Expression> BindCall(Expression call) {
  const FunctionName* function = FindFunction(call.function);
  if (function == nullptr || call.arguments.size() < function->arguments_min ||
      call.arguments.size() > function->arguments_max) {
    return core::Unsupported(
        fmt::format("the function {} of {} arguments is not supported here", call.function, call.arguments.size()));
  }
  switch (function->function) {
    case Function::kLength: return BindLength(std::move(call));
    case Function::kLower:
    case Function::kUpper:
    case Function::kTrim:
    case Function::kLtrim:
    case Function::kRtrim:
    case Function::kSubstring:
    case Function::kRepeat: return BindTextFunction(std::move(call), 1, arrow::utf8());
    case Function::kConcat: return BindTextFunction(std::move(call), function->arguments_max, arrow::utf8());
    case Function::kContains:
    case Function::kStartsWith:
    case Function::kEndsWith: return BindTextFunction(std::move(call), 2, arrow::boolean());
    case Function::kYear:
    case Function::kMonth:
    case Function::kDay: return BindDatePart(std::move(call));
    case Function::kToDate: return Coerce(std::move(call.arguments[0]), arrow::date32(), "to_date");
    case Function::kAbs: {
      SLUICE_ASSIGN_OR_RETURN(call.arguments[0], CoerceToNumber(std::move(call.arguments[0]), "abs"));
      TypePointer type = call.arguments[0].type;
      return Typed(std::move(call), std::move(type));
    }
    case Function::kFloor:
    case Function::kCeil:
    case Function::kRound: return BindRounding(std::move(call), function->function);
    case Function::kSize: return BindSize(std::move(call));
    case Function::kCoalesce: return BindCoalesce(std::move(call));
    case Function::kTimestampMicros:
    case Function::kTimestampMillis:
    case Function::kTimestampSeconds:
      SLUICE_TRY(CoerceWholeNumber(&call, 0));
      return Typed(std::move(call), arrow::timestamp(arrow::TimeUnit::MICRO, "UTC"));
    case Function::kIsNan:
    case Function::kIsNull:
    case Function::kIsNotNull: break;
  }
  return core::Internal("the function " + call.function + " is an operator");
}

Result<Expression> BindCalculation(Expression calculation) {
  static constexpr std::string_view kWords[] = {"+", "-", "*", "/", "%", "-"};
  const std::string_view word =
      kWords[static_cast<std::size_t>(calculation.op) - static_cast<std::size_t>(Operator::kAdd)];
  for (Expression& argument : calculation.arguments) {
    SLUICE_ASSIGN_OR_RETURN(argument, CoerceToNumber(std::move(argument), word));
  }
  Expression& left = calculation.arguments[0];
  if (calculation.op == Operator::kNegate) {
    TypePointer type = left.type;
    return Typed(std::move(calculation), std::move(type));
  }
  Expression& right = calculation.arguments[1];
  const auto is_float = [](const Expression& e) { return e.type->id() == arrow::Type::DOUBLE; };
  const auto is_decimal = [](const Expression& e) { return arrow::is_decimal(e.type->id()); };
  const bool whole = !is_float(left) && !is_float(right) && !is_decimal(left) && !is_decimal(right);
  if (is_float(left) || is_float(right) || (whole && calculation.op == Operator::kDivide)) {
    SLUICE_ASSIGN_OR_RETURN(left, Coerce(std::move(left), arrow::float64(), word));
    SLUICE_ASSIGN_OR_RETURN(right, Coerce(std::move(right), arrow::float64(), word));
  } else if (!whole) {
    for (Expression* side : {&left, &right}) {
      if (is_decimal(*side)) continue;
      SLUICE_ASSIGN_OR_RETURN(*side, Coerce(std::move(*side), arrow::decimal128(19, 0), word));
    }
  }
  SLUICE_ASSIGN_OR_RETURN(TypePointer type, ResultType(calculation.op, *left.type, *right.type));
  if (calculation.op == Operator::kModulo && is_decimal(left)) {
    SLUICE_ASSIGN_OR_RETURN(left, Coerce(std::move(left), type, word));
    SLUICE_ASSIGN_OR_RETURN(right, Coerce(std::move(right), type, word));
  } else if (type->id() == arrow::Type::DECIMAL256) {
    // The kernel's result is as wide as its operands.
    for (Expression* side : {&left, &right}) {
      const auto& decimal = static_cast<const arrow::DecimalType&>(*side->type);
      SLUICE_ASSIGN_OR_RETURN(*side,
                              Coerce(std::move(*side), arrow::decimal256(decimal.precision(), decimal.scale()), word));
    }
  }
  return Typed(std::move(calculation), std::move(type));
}

}  // namespace sluice::expression
