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
  kIsNan,
  kIn,    ///< arguments[0] IN (the others)
  kLike,  ///< arguments[0] LIKE arguments[1], '\' escapes
  kAdd,
  kSubtract,
  kMultiply,
  kDivide,  ///< of decimals and floats; whole numbers divide as float64
  kModulo,
  kNegate,
  kCast,  ///< arguments[0] as `type`
  kCall,  ///< `function` of the arguments
};

/// A condition or value over the columns of a table: a tree, by value. BETWEEN is parsed to an AND of two comparisons;
/// NOT IN, NOT LIKE and NOT BETWEEN to a kNot.
struct Expression {
  Operator op = Operator::kLiteral;
  std::vector<Expression> arguments = {};
  std::vector<std::string> column = {};  ///< kColumn: the path; after Bind as the schema spells it
  std::shared_ptr<arrow::Scalar> literal = {};
  std::string function = {};                   ///< kCall: lower case
  std::shared_ptr<arrow::DataType> type = {};  ///< of the value; set by Bind (kCast: by the parser as well)
};

}  // namespace sluice::expression
