#pragma once

#include <arrow/type_fwd.h>

#include <memory>
#include <string_view>

#include "core/result.h"
#include "expression/decimal_value.h"

namespace sluice::expression {

/// The value of a number as SQL writes it, with its sign: 5 is int32, int64 or decimal, whichever holds it first; 2.50
/// decimal(3,2); 1e3 float64; suffixes Y S L F D BD give int8, int16, int64, float32, float64, decimal. InvalidInput,
/// without a place, for what is no number, too large for its type, or a decimal of more than 38 digits.
core::Result<std::shared_ptr<arrow::Scalar>> ParseNumber(std::string_view text);

/// The decimal scalar of the fewest digits; InvalidInput beyond 38.
core::Result<std::shared_ptr<arrow::Scalar>> MakeDecimalScalar(const DecimalValue& value);

/// Shortest text that reads back to the same float64: "1.5E0", "1E300".
std::string_view FormatExponent(double value, char (&buffer)[32]);

}  // namespace sluice::expression
