#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "expression/expression.h"

/// Bring bound expressions to the types that operators take. What is constant is cast at once.
namespace sluice::expression {

/// `value` as `type`, a literal or a cast. InvalidInput for types without a cast, saying who wants it.
core::Result<Expression> Coerce(Expression value, const std::shared_ptr<arrow::DataType>& type,
                                std::string_view wanted_by);

/// A value that is no text, as text, for functions of text.
core::Result<Expression> CoerceToText(Expression value, std::string_view wanted_by);

/// A truth value; NULL becomes one.
core::Result<Expression> CoerceToCondition(Expression value, std::string_view wanted_by);

/// A number as int64, float64 or decimal; the numbers of a calculation.
core::Result<Expression> CoerceToNumber(Expression value, std::string_view wanted_by);

/// All to one type in which they are compared.
core::Status CoerceToCommon(std::vector<Expression>* values);

/// "n (INT)" for messages.
std::string Described(const Expression& value);

}  // namespace sluice::expression
