#include "expression/arithmetic.h"

#include <arrow/builder.h>
#include <arrow/type.h>
#include <arrow/type_traits.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>

#include "expression/decimal_value.h"
#include "expression/type_class.h"
#include "expression/type_name.h"

namespace sluice::expression {
namespace {

using arrow::Datum;
using core::Result;
using TypePointer = std::shared_ptr<arrow::DataType>;

/// `calculate` of each pair of rows, NULL where it gives none.
template <typename Type, typename Calculation>
Result<Datum> EachPair(const Datum& left, const Datum& right, Evaluation& evaluation, Calculation calculate) {
  SLUICE_ASSIGN_OR_RETURN(const auto a, Rows<Type>::Of(left, evaluation));
  SLUICE_ASSIGN_OR_RETURN(const auto b, Rows<Type>::Of(right, evaluation));
  typename arrow::TypeTraits<Type>::BuilderType builder(evaluation.pool());
  SLUICE_TRY(builder.Reserve(evaluation.rows));
  for (std::int64_t row = 0; row < evaluation.rows; ++row) {
    if (a.IsNull(row) || b.IsNull(row) || b[row] == 0) {
      builder.UnsafeAppendNull();
    } else {
      builder.UnsafeAppend(calculate(a[row], b[row]));
    }
  }
  return FinishRows(builder);
}

/// The decimals of an array or scalar of decimal128 or decimal256.
class Decimals {
 public:
  static Result<Decimals> Of(const Datum& datum, Evaluation& evaluation) {
    SLUICE_ASSIGN_OR_RETURN(auto rows, Rows<arrow::FixedSizeBinaryType>::Of(datum, evaluation));
    const auto& type = static_cast<const arrow::DecimalType&>(*datum.type());
    return Decimals(std::move(rows), type.scale(), type.id() == arrow::Type::DECIMAL128);
  }

  bool IsNull(std::int64_t row) const { return rows_.IsNull(row); }
  DecimalValue operator[](std::int64_t row) const {
    const auto* const bytes = reinterpret_cast<const std::uint8_t*>(rows_[row].data());
    return {narrow_ ? arrow::Decimal256(arrow::Decimal128(bytes)) : arrow::Decimal256(bytes), scale_};
  }

 private:
  Decimals(Rows<arrow::FixedSizeBinaryType> rows, std::int32_t scale, bool narrow)
      : rows_(std::move(rows)), scale_(scale), narrow_(narrow) {}

  Rows<arrow::FixedSizeBinaryType> rows_;
  std::int32_t scale_;
  bool narrow_;
};

std::optional<arrow::Decimal256> DivideOrModulo(Operator op, const DecimalValue& a, const DecimalValue& b,
                                                std::int32_t scale) {
  if (op == Operator::kDivide) return DivideToScale(a, b, scale);
  const auto divided = a.unscaled.Divide(b.unscaled);
  if (!divided.ok()) return std::nullopt;
  return divided->second;
}

Result<Datum> EachPairOfDecimals(Operator op, const Datum& left, const Datum& right, const TypePointer& type,
                                 Evaluation& evaluation) {
  SLUICE_ASSIGN_OR_RETURN(const Decimals a, Decimals::Of(left, evaluation));
  SLUICE_ASSIGN_OR_RETURN(const Decimals b, Decimals::Of(right, evaluation));
  SLUICE_ASSIGN_OR_RETURN(const std::unique_ptr<arrow::ArrayBuilder> builder,
                          arrow::MakeBuilder(type, evaluation.pool()));
  const NumberRange range = RangeOf(*type);
  for (std::int64_t row = 0; row < evaluation.rows; ++row) {
    if (a.IsNull(row) || b.IsNull(row) || b[row].unscaled == arrow::Decimal256(0)) {
      SLUICE_TRY(builder->AppendNull());
      continue;
    }
    const auto result = DivideOrModulo(op, a[row], b[row], range.scale);
    if (!result || *result < range.low || *result > range.high) {
      return core::InvalidInput(fmt::format("a quotient does not fit {}", SqlTypeName(*type)));
    }
    SLUICE_TRY(builder->AppendScalar(*MakeNumberScalar(type, *result)));
  }
  return FinishRows(*builder);
}

Result<Datum> DivideOrModulo(Operator op, const Datum& left, const Datum& right, const TypePointer& type,
                             Evaluation& evaluation) {
  if (arrow::is_decimal(type->id())) return EachPairOfDecimals(op, left, right, type, evaluation);
  if (type->id() == arrow::Type::INT64) {
    // The one remainder that the processor refuses.
    return EachPair<arrow::Int64Type>(left, right, evaluation,
                                      [](std::int64_t a, std::int64_t b) { return b == -1 ? std::int64_t{0} : a % b; });
  }
  if (op == Operator::kModulo) {
    return EachPair<arrow::DoubleType>(left, right, evaluation, [](double a, double b) { return std::fmod(a, b); });
  }
  return EachPair<arrow::DoubleType>(left, right, evaluation, [](double a, double b) { return a / b; });
}

}  // namespace

Result<Datum> Calculate(Operator op, const Datum& left, const Datum& right, const TypePointer& type,
                        Evaluation& evaluation) {
  switch (op) {
    case Operator::kAdd: return CallKernel("add_checked", {left, right}, evaluation);
    case Operator::kSubtract: return CallKernel("subtract_checked", {left, right}, evaluation);
    case Operator::kMultiply: return CallKernel("multiply_checked", {left, right}, evaluation);
    default: return DivideOrModulo(op, left, right, type, evaluation);
  }
}

Result<TypePointer> ResultType(Operator op, const arrow::DataType& left, const arrow::DataType& right) {
  if (!arrow::is_decimal(left.id())) {
    return left.id() == arrow::Type::INT64 && op != Operator::kDivide ? arrow::int64() : arrow::float64();
  }
  const auto& a = static_cast<const arrow::DecimalType&>(left);
  const auto& b = static_cast<const arrow::DecimalType&>(right);
  const std::int32_t whole = std::max(a.precision() - a.scale(), b.precision() - b.scale());
  const std::int32_t scale = std::max(a.scale(), b.scale());
  switch (op) {
    case Operator::kMultiply: return MakeDecimalType(a.precision() + b.precision() + 1, a.scale() + b.scale());
    case Operator::kModulo: return MakeDecimalType(whole + scale, scale);
    case Operator::kDivide: {
      // As Spark: at least six digits behind the point, and beyond 38 the point moves rather than the whole part.
      constexpr std::int32_t kScaleMin = 6;
      const std::int32_t quotient_whole = a.precision() - a.scale() + b.scale();
      const std::int32_t quotient_scale = std::max(kScaleMin, a.scale() + b.precision() + 1);
      if (quotient_whole + quotient_scale <= kDecimal128DigitsMax) {
        return MakeDecimalType(quotient_whole + quotient_scale, quotient_scale);
      }
      return MakeDecimalType(kDecimal128DigitsMax,
                             std::max(kDecimal128DigitsMax - quotient_whole, std::min(quotient_scale, kScaleMin)));
    }
    default: return MakeDecimalType(whole + scale + 1, scale);
  }
}

}  // namespace sluice::expression
