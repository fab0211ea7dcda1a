#include "expression/cast.h"

#include <arrow/builder.h>
#include <arrow/compute/cast.h>
#include <arrow/extension_type.h>
#include <arrow/type.h>
#include <arrow/util/decimal.h>

#include <utility>

#include "expression/decimal_value.h"
#include "expression/scalar_cast.h"
#include "expression/type_class.h"

namespace sluice::expression {
namespace {

using arrow::Datum;
using core::Result;
using TypePointer = std::shared_ptr<arrow::DataType>;

/// The casts for which Arrow's kernel says what SQL says.
bool KernelCasts(const arrow::DataType& from, const arrow::DataType& to) {
  const TypeClass source = ClassOf(from);
  const TypeClass target = ClassOf(to);
  if (source == TypeClass::kInteger && target == TypeClass::kText) return true;
  if (source == TypeClass::kText && target == TypeClass::kBytes) return true;
  if (source == TypeClass::kBool && (target == TypeClass::kInteger || target == TypeClass::kFloat)) return true;
  if (source == TypeClass::kInteger && (target == TypeClass::kInteger || target == TypeClass::kFloat)) return true;
  if (source == TypeClass::kFloat && target == TypeClass::kFloat) return true;
  return target == TypeClass::kDecimal && IsExactWidening(from, to);
}

/// The same numbers under another zone.
bool SameUnit(const arrow::DataType& from, const arrow::DataType& to) {
  return from.id() == arrow::Type::TIMESTAMP && to.id() == arrow::Type::TIMESTAMP &&
         static_cast<const arrow::TimestampType&>(from).unit() == static_cast<const arrow::TimestampType&>(to).unit();
}

Result<Datum> CastEachRow(const arrow::Array& array, const TypePointer& type, Evaluation& evaluation) {
  SLUICE_ASSIGN_OR_RETURN(std::unique_ptr<arrow::ArrayBuilder> builder, arrow::MakeBuilder(type, evaluation.pool()));
  SLUICE_TRY(builder->Reserve(array.length()));
  for (std::int64_t row = 0; row < array.length(); ++row) {
    if (array.IsNull(row)) {
      SLUICE_TRY(builder->AppendNull());
      continue;
    }
    SLUICE_ASSIGN_OR_RETURN(const std::shared_ptr<arrow::Scalar> value, array.GetScalar(row));
    SLUICE_ASSIGN_OR_RETURN(const std::shared_ptr<arrow::Scalar> cast, CastScalar(*value, type));
    SLUICE_TRY(builder->AppendScalar(*cast));
  }
  return FinishRows(*builder);
}

/// Decimals meet floats often enough for a loop of their own.
Result<Datum> DecimalsToDoubles(const Datum& value, Evaluation& evaluation) {
  const std::int32_t scale = static_cast<const arrow::DecimalType&>(*value.type()).scale();
  SLUICE_ASSIGN_OR_RETURN(const auto rows, Rows<arrow::Decimal128Type>::Of(value, evaluation));
  arrow::DoubleBuilder builder(evaluation.pool());
  SLUICE_TRY(builder.Reserve(evaluation.rows));
  for (std::int64_t row = 0; row < evaluation.rows; ++row) {
    if (rows.IsNull(row)) {
      builder.UnsafeAppendNull();
    } else {
      const arrow::Decimal128 unscaled(reinterpret_cast<const std::uint8_t*>(rows[row].data()));
      builder.UnsafeAppend(ToDouble({arrow::Decimal256(unscaled), scale}));
    }
  }
  return FinishRows(builder);
}

}  // namespace

Result<Datum> Cast(const Datum& value, const TypePointer& type, Evaluation& evaluation) {
  const arrow::DataType& from = *value.type();
  if (from.Equals(*type)) return value;
  if (value.is_scalar()) {
    SLUICE_ASSIGN_OR_RETURN(std::shared_ptr<arrow::Scalar> cast, CastScalar(*value.scalar(), type));
    return Datum(std::move(cast));
  }
  if (ClassOf(from) == TypeClass::kNull) {
    SLUICE_ASSIGN_OR_RETURN(auto nulls, arrow::MakeArrayOfNull(type, value.length(), evaluation.pool()));
    return Datum(std::move(nulls));
  }
  if (SameUnit(from, *type)) {
    const std::shared_ptr<arrow::ArrayData> data = value.array()->Copy();
    data->type = type;
    return Datum(data);
  }
  if (from.id() == arrow::Type::DECIMAL128 && type->id() == arrow::Type::DOUBLE) {
    return DecimalsToDoubles(value, evaluation);
  }
  if (!KernelCasts(from, *type)) return CastEachRow(*value.make_array(), type, evaluation);
  arrow::compute::CastOptions options = arrow::compute::CastOptions::Safe(type);
  options.allow_float_truncate = true;  // whole numbers become the nearest float
  return CallKernel("cast", {value}, evaluation, &options);
}

Result<Datum> Adapt(std::shared_ptr<arrow::Array> column, const TypePointer& type, Evaluation& evaluation) {
  while (column->type_id() == arrow::Type::EXTENSION) {
    column = static_cast<const arrow::ExtensionArray&>(*column).storage();
  }
  if (column->type()->Equals(*type) || ClassOf(*type) == TypeClass::kNested || ClassOf(*type) == TypeClass::kOther) {
    return Datum(std::move(column));
  }
  const TypePointer plain = PlainType(column->type());
  if (!plain->Equals(*column->type())) {
    const auto options = arrow::compute::CastOptions::Safe(plain);
    SLUICE_ASSIGN_OR_RETURN(const Datum decoded, CallKernel("cast", {Datum(std::move(column))}, evaluation, &options));
    return Adapt(decoded.make_array(), type, evaluation);
  }
  if (!CanCast(*plain, *type)) {
    return core::InvalidInput("the column was bound as " + type->ToString() + " and comes as " + plain->ToString());
  }
  return Cast(Datum(std::move(column)), type, evaluation);
}

}  // namespace sluice::expression
