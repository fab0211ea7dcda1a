#pragma once

#include <arrow/type_fwd.h>

#include <compare>
#include <memory>
#include <optional>
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

/// As an Arrow scalar of a column of `type` (ToArrow); `value` is one that the type can have.
core::Result<std::shared_ptr<arrow::Scalar>> ToScalar(const StatisticValue& value, const DataType& type);

/// From the bytes of parquet::EncodedBounds; nullopt when they cannot be of `type`.
std::optional<StatisticValue> DecodeStatistic(std::string_view bytes, const DataType& type);

}  // namespace sluice::delta
