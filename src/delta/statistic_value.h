#pragma once

#include <arrow/type_fwd.h>

#include <compare>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <variant>

#include "core/result.h"
#include "delta/data_type.h"

namespace sluice::delta {

__extension__ using Int128 = __int128;

/// A value that statistics compare, without its type: whole numbers, booleans (0 and 1), days, microseconds and the
/// digits of decimals (value · 10^scale) as Int128, floats as double, texts as bytes.
using StatisticValue = std::variant<Int128, double, std::string>;

/// Texts as unsigned bytes, -0.0 = 0.0; unordered for NaN and for values of different kinds.
std::partial_ordering Compare(const StatisticValue& left, const StatisticValue& right);

/// As an Arrow scalar of a column of `type` (ToArrow). Internal: a value that the type cannot have.
core::Result<std::shared_ptr<arrow::Scalar>> ToScalar(const StatisticValue& value, const DataType& type);

/// As people read it: 12.50, 2024-05-01, 2024-05-01 12:00:00.5, 'text' (cut after 40 bytes).
std::string ToText(const StatisticValue& value, const DataType& type);

}  // namespace sluice::delta
