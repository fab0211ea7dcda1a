#include "expression/coercion.h"

#include <arrow/scalar.h>
#include <arrow/type.h>
#include <fmt/format.h>

#include <string>
#include <utility>

#include "expression/format.h"
#include "expression/scalar_cast.h"
#include "expression/type_class.h"
#include "expression/type_name.h"

namespace sluice::expression {

using core::Result;
using core::Status;

std::string Described(const Expression& value) {
  return fmt::format("{} ({})", ShortSql(value), SqlTypeName(*value.type));
}

Result<Expression> Coerce(Expression value, const std::shared_ptr<arrow::DataType>& type, std::string_view wanted_by) {
  if (value.type->Equals(*type)) return value;
  if (!CanCast(*value.type, *type)) {
    return core::InvalidInput(fmt::format("{} takes {}, not {}", wanted_by, SqlTypeName(*type), Described(value)));
  }
  if (value.op == Operator::kCast && ClassOf(*value.type) == TypeClass::kInteger &&
      ClassOf(*value.arguments[0].type) == TypeClass::kInteger &&
      IsExactWidening(*value.arguments[0].type, *value.type)) {
    // From one whole number over a larger one is from the first: one pass less over the rows.
    Expression narrow = std::move(value.arguments[0]);
    return Coerce(std::move(narrow), type, wanted_by);
  }
  if (!IsLiteral(value)) return MakeCast(std::move(value), type);
  SLUICE_ASSIGN_OR_RETURN(std::shared_ptr<arrow::Scalar> cast, CastScalar(*value.literal, type));
  return MakeLiteral(std::move(cast));
}

Result<Expression> CoerceToText(Expression value, std::string_view wanted_by) {
  return Coerce(std::move(value), arrow::utf8(), wanted_by);
}

Result<Expression> CoerceToCondition(Expression value, std::string_view wanted_by) {
  const TypeClass type = ClassOf(*value.type);
  if (type == TypeClass::kBool) return value;
  if (type == TypeClass::kNull) return Coerce(std::move(value), arrow::boolean(), wanted_by);
  return core::InvalidInput(fmt::format("{} takes a condition, not {}", wanted_by, Described(value)));
}

Result<Expression> CoerceToNumber(Expression value, std::string_view wanted_by) {
  switch (ClassOf(*value.type)) {
    case TypeClass::kNull: return Coerce(std::move(value), arrow::int64(), wanted_by);
    case TypeClass::kInteger:
      if (value.type->id() == arrow::Type::UINT64) return Coerce(std::move(value), arrow::decimal128(20, 0), wanted_by);
      return Coerce(std::move(value), arrow::int64(), wanted_by);
    case TypeClass::kFloat: return Coerce(std::move(value), arrow::float64(), wanted_by);
    case TypeClass::kDecimal: return value;
    case TypeClass::kDate:
    case TypeClass::kTimestamp:
      return core::Unsupported(fmt::format("{} does not calculate with {}", wanted_by, Described(value)));
    default: break;
  }
  return core::InvalidInput(fmt::format("{} takes numbers, not {}", wanted_by, Described(value)))
      .WithHint("CAST it to a number");
}

Status CoerceToCommon(std::vector<Expression>* values) {
  std::shared_ptr<arrow::DataType> common = values->front().type;
  for (const Expression& value : *values) {
    auto both = CommonType(common, value.type);
    if (!both) {
      return std::move(both).error().WithContext(
          fmt::format("{} with {}", Described(values->front()), Described(value)));
    }
    common = *std::move(both);
  }
  for (Expression& value : *values) {
    SLUICE_ASSIGN_OR_RETURN(value, Coerce(std::move(value), common, "a comparison"));
  }
  return core::Ok();
}

}  // namespace sluice::expression
