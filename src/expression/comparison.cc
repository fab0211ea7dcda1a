#include "expression/comparison.h"

#include <arrow/builder.h>
#include <arrow/compute/api_scalar.h>
#include <arrow/type_traits.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <string>
#include <utility>

namespace sluice::expression {
namespace {

using arrow::Datum;
using core::Result;

std::string KernelOf(Operator op) {
  switch (op) {
    case Operator::kEqual: return "equal";
    case Operator::kNotEqual: return "not_equal";
    case Operator::kLess: return "less";
    case Operator::kLessEqual: return "less_equal";
    case Operator::kGreater: return "greater";
    default: return "greater_equal";
  }
}

bool IsFloat(const Datum& datum) { return arrow::is_floating(datum.type()->id()); }

bool HoldsNan(const arrow::Scalar& scalar) {
  if (!scalar.is_valid) return false;
  return scalar.type->id() == arrow::Type::FLOAT ? std::isnan(static_cast<const arrow::FloatScalar&>(scalar).value)
                                                 : std::isnan(static_cast<const arrow::DoubleScalar&>(scalar).value);
}

Result<Datum> Invert(const Datum& truth, Evaluation& evaluation) { return CallKernel("invert", {truth}, evaluation); }

/// What is greater is what is not less or equal: so a NaN on the left is greater, without being looked for.
Result<Datum> CompareWithNumber(Operator op, const Datum& left, const Datum& right, Evaluation& evaluation) {
  if (op != Operator::kGreater && op != Operator::kGreaterEqual) {
    return CallKernel(KernelOf(op), {left, right}, evaluation);
  }
  SLUICE_ASSIGN_OR_RETURN(const Datum opposite, CallKernel(KernelOf(Complement(op)), {left, right}, evaluation));
  return Invert(opposite, evaluation);
}

/// left < right is true also where only the right side is NaN; left = right also where both are.
Result<Datum> CompareFloats(Operator op, const Datum& left, const Datum& right, Evaluation& evaluation) {
  if (op == Operator::kGreater || op == Operator::kLessEqual) {
    const Operator mirrored = Mirror(op);
    return CompareFloats(mirrored, right, left, evaluation);
  }
  if (op == Operator::kNotEqual || op == Operator::kGreaterEqual) {
    SLUICE_ASSIGN_OR_RETURN(const Datum opposite, CompareFloats(Complement(op), left, right, evaluation));
    return Invert(opposite, evaluation);
  }
  SLUICE_ASSIGN_OR_RETURN(const Datum plain, CallKernel(KernelOf(op), {left, right}, evaluation));
  SLUICE_ASSIGN_OR_RETURN(Datum left_nan, CallKernel("is_nan", {left}, evaluation));
  SLUICE_ASSIGN_OR_RETURN(const Datum right_nan, CallKernel("is_nan", {right}, evaluation));
  if (op == Operator::kLess) {
    SLUICE_ASSIGN_OR_RETURN(left_nan, Invert(left_nan, evaluation));
  }
  SLUICE_ASSIGN_OR_RETURN(const Datum by_nan, CallKernel("and", {left_nan, right_nan}, evaluation));
  return CallKernel("or", {plain, by_nan}, evaluation);
}

bool AllScalars(const std::vector<Datum>& data) {
  return std::all_of(data.begin(), data.end(), [](const Datum& datum) { return datum.is_scalar(); });
}

Result<Datum> LookUp(const Datum& value, const std::vector<Datum>& choices, Evaluation& evaluation) {
  SLUICE_ASSIGN_OR_RETURN(std::unique_ptr<arrow::ArrayBuilder> builder,
                          arrow::MakeBuilder(value.type(), evaluation.pool()));
  for (const Datum& choice : choices) SLUICE_TRY(builder->AppendScalar(*choice.scalar()));
  SLUICE_ASSIGN_OR_RETURN(std::shared_ptr<arrow::Array> set, builder->Finish());
  const arrow::compute::SetLookupOptions options(std::move(set), arrow::compute::SetLookupOptions::INCONCLUSIVE);
  return CallKernel("is_in", {value}, evaluation, &options);
}

}  // namespace

Result<Datum> Compare(Operator op, const Datum& left, const Datum& right, Evaluation& evaluation) {
  if (!IsFloat(left)) return CallKernel(KernelOf(op), {left, right}, evaluation);
  if (right.is_scalar() && !HoldsNan(*right.scalar())) return CompareWithNumber(op, left, right, evaluation);
  return CompareFloats(op, left, right, evaluation);
}

Result<Datum> CompareNullSafe(const Datum& left, const Datum& right, Evaluation& evaluation) {
  SLUICE_ASSIGN_OR_RETURN(const Datum equal, Compare(Operator::kEqual, left, right, evaluation));
  SLUICE_ASSIGN_OR_RETURN(const Datum left_null, CallKernel("is_null", {left}, evaluation));
  SLUICE_ASSIGN_OR_RETURN(const Datum right_null, CallKernel("is_null", {right}, evaluation));
  SLUICE_ASSIGN_OR_RETURN(const Datum both_null, CallKernel("and", {left_null, right_null}, evaluation));
  // Where one side is NULL, equality is NULL, and both_null has the answer.
  return CallKernel("coalesce", {equal, both_null}, evaluation);
}

Result<Datum> IsIn(const Datum& value, const std::vector<Datum>& choices, Evaluation& evaluation) {
  // Arrow's hash set tells −0.0 from 0.0; and a few comparisons are faster than it.
  constexpr std::size_t kComparedMax = 16;
  if (choices.size() > kComparedMax && AllScalars(choices) && !IsFloat(value)) {
    return LookUp(value, choices, evaluation);
  }
  Datum found{std::make_shared<arrow::BooleanScalar>(false)};
  for (const Datum& choice : choices) {
    SLUICE_ASSIGN_OR_RETURN(const Datum equal, Compare(Operator::kEqual, value, choice, evaluation));
    SLUICE_ASSIGN_OR_RETURN(found, CallKernel("or_kleene", {found, equal}, evaluation));
  }
  return found;
}

Result<Datum> IsNan(const Datum& value, Evaluation& evaluation) {
  SLUICE_ASSIGN_OR_RETURN(const Datum nan, CallKernel("is_nan", {value}, evaluation));
  return CallKernel("coalesce", {nan, Datum(std::make_shared<arrow::BooleanScalar>(false))}, evaluation);
}

}  // namespace sluice::expression
