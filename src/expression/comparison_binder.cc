#include "expression/comparison_binder.h"

#include <arrow/scalar.h>
#include <arrow/type.h>
#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "expression/coercion.h"
#include "expression/format.h"
#include "expression/placement.h"
#include "expression/type_class.h"

namespace sluice::expression {
namespace {

using core::Result;

Expression Truth(Operator op, std::vector<Expression> arguments) {
  Expression truth = MakeNode(op, std::move(arguments));
  truth.type = arrow::boolean();
  return truth;
}

Expression Pair(Operator op, Expression left, Expression right) {
  std::vector<Expression> arguments;
  arguments.push_back(std::move(left));
  arguments.push_back(std::move(right));
  return Truth(op, std::move(arguments));
}

Expression Alone(Operator op, Expression value) {
  std::vector<Expression> arguments;
  arguments.push_back(std::move(value));
  return Truth(op, std::move(arguments));
}

/// `truth` for every value but NULL, which gives NULL.
Expression UnlessNull(bool truth, Expression value) {
  return truth ? Pair(Operator::kOr, Alone(Operator::kIsNotNull, std::move(value)), MakeUnknown())
               : Pair(Operator::kAnd, Alone(Operator::kIsNull, std::move(value)), MakeUnknown());
}

/// `value op literal`, for a literal between two values of the type, or before or behind all.
Expression CompareAround(Operator op, Expression value, const Placement& place) {
  const bool less = op == Operator::kLess || op == Operator::kLessEqual;
  switch (op) {
    case Operator::kNullSafeEqual: return MakeTruth(false);
    case Operator::kEqual: return UnlessNull(false, std::move(value));
    case Operator::kNotEqual: return UnlessNull(true, std::move(value));
    default: break;
  }
  if (!place.floor) return UnlessNull(!less, std::move(value));
  if (!place.ceil) return UnlessNull(less, std::move(value));
  const bool from_below = op == Operator::kLessEqual || op == Operator::kGreater;
  return Pair(op, std::move(value), MakeLiteral(from_below ? place.floor : place.ceil));
}

/// `value op literal` in the type of `value`; nullopt when the two meet in another type.
Result<std::optional<Expression>> CompareWithLiteral(Operator op, Expression& value, Expression& literal) {
  if (ClassOf(*value.type) == TypeClass::kNull) return std::optional<Expression>();
  SLUICE_ASSIGN_OR_RETURN(const std::optional<Placement> place, Place(*literal.literal, value.type));
  if (!place) return std::optional<Expression>();
  // A cast that loses nothing is undone, so that statistics of the column can be used.
  if (value.op == Operator::kCast && IsExactWidening(*value.arguments[0].type, *value.type)) {
    Expression inner = std::move(value.arguments[0]);
    Expression exact = place->exact ? MakeLiteral(place->floor) : literal;
    auto compared = CompareWithLiteral(op, inner, exact);
    if (!compared || *compared) return compared;
    value.arguments[0] = std::move(inner);
  }
  if (place->exact) return Pair(op, std::move(value), MakeLiteral(place->floor));
  return CompareAround(op, std::move(value), *place);
}

/// The pattern as the text it stands for; nullopt when it has a wildcard. `bad`: a backslash escapes nothing.
std::optional<std::string> WithoutWildcards(std::string_view pattern, bool* bad) {
  std::string text;
  bool wild = false;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    wild = wild || pattern[i] == '%' || pattern[i] == '_';
    if (pattern[i] == '\\' && ++i == pattern.size()) {
      *bad = true;
      return std::nullopt;
    }
    text.push_back(pattern[i]);
  }
  if (wild) return std::nullopt;
  return text;
}

}  // namespace

Result<Expression> BindComparison(Operator op, Expression left, Expression right) {
  if (IsLiteral(left) && !IsLiteral(right)) {
    std::swap(left, right);
    op = Mirror(op);
  }
  if (IsNullLiteral(right)) {
    return op == Operator::kNullSafeEqual ? Alone(Operator::kIsNull, std::move(left)) : MakeUnknown();
  }
  if (IsLiteral(right) && !IsLiteral(left)) {
    auto compared = CompareWithLiteral(op, left, right);
    if (!compared) return std::move(compared).error().WithContext("while comparing with " + Described(left));
    if (*compared) return **std::move(compared);
  }
  std::vector<Expression> both;
  both.push_back(std::move(left));
  both.push_back(std::move(right));
  if (ClassOf(*both[0].type) == TypeClass::kText && IsLiteral(both[0])) {
    // Two constants: text becomes what it is compared with.
    SLUICE_ASSIGN_OR_RETURN(both[0], Coerce(std::move(both[0]), both[1].type, "a comparison"));
  } else if (ClassOf(*both[1].type) == TypeClass::kText && IsLiteral(both[1]) && IsLiteral(both[0])) {
    SLUICE_ASSIGN_OR_RETURN(both[1], Coerce(std::move(both[1]), both[0].type, "a comparison"));
  }
  SLUICE_TRY(CoerceToCommon(&both));
  return Truth(op, std::move(both));
}

Result<Expression> BindMembership(Expression in) {
  Expression& value = in.arguments[0];
  const bool all_literals = std::all_of(in.arguments.begin() + 1, in.arguments.end(), IsLiteral);
  if (IsNullLiteral(value)) return MakeUnknown();
  std::vector<Expression> kept;
  bool has_null = false;
  bool placed = all_literals && !IsLiteral(value) && ClassOf(*value.type) != TypeClass::kNull;
  for (std::size_t i = 1; i < in.arguments.size() && placed; ++i) {
    const Expression& choice = in.arguments[i];
    if (IsNullLiteral(choice)) {
      has_null = true;
      continue;
    }
    auto place = Place(*choice.literal, value.type);
    if (!place) return std::move(place).error().WithContext("while comparing with " + Described(value));
    placed = place->has_value();
    if (placed && (*place)->exact) kept.push_back(MakeLiteral((*place)->floor));
  }
  if (!placed) {
    SLUICE_TRY(CoerceToCommon(&in.arguments));
    in.type = arrow::boolean();
    return in;
  }
  if (kept.empty()) return has_null ? MakeUnknown() : UnlessNull(false, std::move(value));
  if (kept.size() == 1 && !has_null) return Pair(Operator::kEqual, std::move(value), std::move(kept[0]));
  if (has_null) kept.push_back(MakeLiteral(arrow::MakeNullScalar(value.type)));
  kept.insert(kept.begin(), std::move(value));
  return Truth(Operator::kIn, std::move(kept));
}

Result<Expression> BindLike(Expression like) {
  const Expression& pattern = like.arguments[1];
  if (IsNullLiteral(pattern)) return MakeUnknown();
  if (!IsLiteral(pattern) || ClassOf(*pattern.type) != TypeClass::kText) {
    return core::Unsupported(fmt::format("LIKE takes a constant pattern, not {}", Described(pattern)));
  }
  SLUICE_ASSIGN_OR_RETURN(Expression value, CoerceToText(std::move(like.arguments[0]), "LIKE"));
  bool bad = false;
  const auto text = WithoutWildcards(static_cast<const arrow::StringScalar&>(*pattern.literal).view(), &bad);
  if (bad) return core::InvalidInput(fmt::format("the pattern of LIKE ends with a backslash: {}", ShortSql(pattern)));
  if (text) {
    return Pair(Operator::kEqual, std::move(value), MakeLiteral(std::make_shared<arrow::StringScalar>(*text)));
  }
  return Pair(Operator::kLike, std::move(value), std::move(like.arguments[1]));
}

}  // namespace sluice::expression
