#pragma once

#include <arrow/type_fwd.h>

#include <cstdint>
#include <optional>

namespace sluice::expression {

/// Counts of `unit` in a day.
std::int64_t UnitsPerDay(arrow::TimeUnit::type unit);

/// value / by, rounded down; `by` is positive.
constexpr std::int64_t FloorDivide(std::int64_t value, std::int64_t by) {
  return value / by - (value % by < 0 ? 1 : 0);
}

/// A count of one unit as a count of another, rounded down; a unit is said by how many make a day (a day itself: 1).
/// nullopt when it does not fit 64 bits.
std::optional<std::int64_t> ConvertCount(std::int64_t value, std::int64_t from_per_day, std::int64_t to_per_day);

}  // namespace sluice::expression
