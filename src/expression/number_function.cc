#include "expression/number_function.h"

#include <arrow/builder.h>
#include <arrow/type.h>
#include <arrow/type_traits.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "expression/decimal_value.h"
#include "expression/type_name.h"

namespace sluice::expression {
namespace {

using arrow::Datum;
using core::Result;
using TypePointer = std::shared_ptr<arrow::DataType>;

std::int64_t SaturatedWhole(double value) {
  if (std::isnan(value)) return 0;
  if (value >= 0x1p63) return std::numeric_limits<std::int64_t>::max();
  if (value < -0x1p63) return std::numeric_limits<std::int64_t>::min();
  return static_cast<std::int64_t>(value);
}

/// `round` of each decimal, an unscaled value of `type` or nothing.
template <typename Rounding>
Result<Datum> EachDecimal(const Datum& value, const TypePointer& type, Evaluation& evaluation, Rounding round) {
  SLUICE_ASSIGN_OR_RETURN(const std::shared_ptr<arrow::Array> array, ToArray(value, evaluation));
  SLUICE_ASSIGN_OR_RETURN(const auto builder, arrow::MakeBuilder(type, evaluation.pool()));
  const NumberRange range = RangeOf(*type);
  for (std::int64_t row = 0; row < array->length(); ++row) {
    SLUICE_ASSIGN_OR_RETURN(const auto scalar, array->GetScalar(row));
    if (!scalar->is_valid) {
      SLUICE_TRY(builder->AppendNull());
      continue;
    }
    const std::optional<arrow::Decimal256> rounded = round(*ToDecimal(*scalar), row);
    if (!rounded || *rounded < range.low || *rounded > range.high) {
      return core::InvalidInput(fmt::format("{} rounded does not fit {}", scalar->ToString(), SqlTypeName(*type)));
    }
    SLUICE_TRY(builder->AppendScalar(*MakeNumberScalar(type, *rounded)));
  }
  return FinishRows(*builder);
}

std::int32_t ClampDigits(std::int64_t digits) {
  return static_cast<std::int32_t>(std::clamp<std::int64_t>(digits, -1000, 1000));
}

double RoundDouble(double value, std::int64_t digits) {
  if (!std::isfinite(value)) return value;
  const auto number = ParseDecimal(fmt::format("{}", value));
  const std::int32_t scale = ClampDigits(digits);
  if (!number || number->scale <= scale) return value;
  // Digits before the point: round, then put the zeros back.
  const auto rounded = RoundToScale(*number, scale);
  return rounded ? ToDouble({*rounded, scale}) : value;
}

}  // namespace

Result<Datum> RoundToWhole(Function function, const Datum& value, const TypePointer& type, Evaluation& evaluation) {
  const bool down = function == Function::kFloor;
  if (arrow::is_decimal(type->id())) {
    return EachDecimal(value, type, evaluation, [&](const DecimalValue& number, std::int64_t) {
      bool exact = true;
      auto whole = FloorToScale(number, 0, &exact);
      if (whole && !exact && !down) *whole += arrow::Decimal256(1);
      return whole;
    });
  }
  SLUICE_ASSIGN_OR_RETURN(const auto rows, Rows<arrow::DoubleType>::Of(value, evaluation));
  arrow::Int64Builder builder(evaluation.pool());
  SLUICE_TRY(builder.Reserve(evaluation.rows));
  for (std::int64_t row = 0; row < evaluation.rows; ++row) {
    if (rows.IsNull(row)) {
      builder.UnsafeAppendNull();
    } else {
      builder.UnsafeAppend(SaturatedWhole(down ? std::floor(rows[row]) : std::ceil(rows[row])));
    }
  }
  return FinishRows(builder);
}

Result<Datum> RoundHalfUp(const Datum& value, const Datum& digits, const TypePointer& type, Evaluation& evaluation) {
  SLUICE_ASSIGN_OR_RETURN(const auto scales, Rows<arrow::Int64Type>::Of(digits, evaluation));
  if (arrow::is_decimal(type->id())) {
    const std::int32_t scale = RangeOf(*type).scale;
    return EachDecimal(value, type, evaluation, [&](const DecimalValue& number, std::int64_t row) {
      const std::int32_t kept = std::min(ClampDigits(scales[row]), scale);
      const auto rounded = RoundToScale(number, kept);
      return rounded ? RoundToScale({*rounded, kept}, scale) : rounded;
    });
  }
  SLUICE_ASSIGN_OR_RETURN(const auto rows, Rows<arrow::DoubleType>::Of(value, evaluation));
  arrow::DoubleBuilder builder(evaluation.pool());
  SLUICE_TRY(builder.Reserve(evaluation.rows));
  for (std::int64_t row = 0; row < evaluation.rows; ++row) {
    if (rows.IsNull(row) || scales.IsNull(row)) {
      builder.UnsafeAppendNull();
    } else {
      builder.UnsafeAppend(RoundDouble(rows[row], scales[row]));
    }
  }
  return FinishRows(builder);
}

}  // namespace sluice::expression
