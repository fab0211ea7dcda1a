#pragma once

#include <arrow/type_fwd.h>

#include <optional>

#include "delta/data_type.h"
#include "delta/statistic_value.h"

namespace sluice::delta {

/// A literal among the values that a column can have: the last one not above it, and the first one not below it. They
/// are the same value where the column can have the literal itself.
struct ValueRange {
  StatisticValue low;
  StatisticValue high;
};

/// `literal` as values of a column of `type`; nullopt for NULL, NaN and what cannot be compared so.
std::optional<ValueRange> RangeOf(const arrow::Scalar& literal, const DataType& type);

/// A cast of a column from `from` to `to` keeps each value as the number it is.
bool IsExactCast(const DataType& from, const arrow::DataType& to);

}  // namespace sluice::delta
