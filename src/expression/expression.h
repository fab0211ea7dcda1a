#pragma once

#include <arrow/type_fwd.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace sluice::expression {

enum class Operator : std::uint8_t {
  kColumn,   ///< `column`
  kLiteral,  ///< `literal`; a NULL is a null scalar
  kAnd,      ///< two or more arguments
  kOr,       ///< two or more arguments
  kNot,
  kEqual,
  kNotEqual,
  kLess,
  kLessEqual,
  kGreater,
  kGreaterEqual,
  kNullSafeEqual,  ///< `<=>`, IS NOT DISTINCT FROM: never NULL
  kIsNull,
  kIsNotNull,
  kIsNan,  ///< never NULL: isnan(NULL) is false
  kIn,     ///< arguments[0] IN (the others)
  kLike,   ///< arguments[0] LIKE arguments[1], '\' escapes
  kAdd,
  kSubtract,
  kMultiply,
  kDivide,  ///< of decimals and floats; whole numbers divide as float64
  kModulo,  ///< the sign is that of the left side
  kNegate,
  kCast,  ///< arguments[0] as `type`
  kCall,  ///< `function` of the arguments
};

/// A condition or value over the columns of a table: a tree, by value. BETWEEN is parsed to an AND of two comparisons;
/// NOT IN, NOT LIKE and NOT BETWEEN to a kNot; IS TRUE to `<=> TRUE`; IS DISTINCT FROM to the NOT of a `<=>`.
struct Expression {
  Operator op = Operator::kLiteral;
  std::vector<Expression> arguments = {};
  std::vector<std::string> column = {};  ///< kColumn: the path; after Bind as the schema spells it
  std::shared_ptr<arrow::Scalar> literal = {};
  std::string function = {};                   ///< kCall: a name of function.h, lower case
  std::shared_ptr<arrow::DataType> type = {};  ///< of the value; set by Bind (kCast: by the parser as well)
};

Expression MakeColumn(std::vector<std::string> path);
Expression MakeLiteral(std::shared_ptr<arrow::Scalar> value);
/// TRUE, FALSE or, without a value, NULL of type bool.
Expression MakeTruth(bool value);
Expression MakeUnknown();
/// Any operator with arguments only.
Expression MakeNode(Operator op, std::vector<Expression> arguments);
Expression MakeCast(Expression value, std::shared_ptr<arrow::DataType> type);
Expression MakeCall(std::string function, std::vector<Expression> arguments);

/// =, <>, <, <=, > or >=.
bool IsComparison(Operator op);
/// `b op a` says what `a Mirror(op) b` says; for comparisons and `<=>`.
Operator Mirror(Operator op);
/// NOT (a op b), NULL where that is NULL; for comparisons.
Operator Complement(Operator op);

bool IsLiteral(const Expression& expression);
bool IsNullLiteral(const Expression& expression);

/// The same tree: operators, paths to the letter, values with their types (NaN equals NaN).
bool operator==(const Expression& left, const Expression& right);

}  // namespace sluice::expression
