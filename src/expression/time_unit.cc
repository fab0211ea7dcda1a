#include "expression/time_unit.h"

#include <arrow/type.h>

namespace sluice::expression {

std::int64_t UnitsPerDay(arrow::TimeUnit::type unit) {
  constexpr std::int64_t kSecondsPerDay = 86'400;
  switch (unit) {
    case arrow::TimeUnit::SECOND: return kSecondsPerDay;
    case arrow::TimeUnit::MILLI: return kSecondsPerDay * 1'000;
    case arrow::TimeUnit::MICRO: return kSecondsPerDay * 1'000'000;
    default: return kSecondsPerDay * 1'000'000'000;
  }
}

std::optional<std::int64_t> ConvertCount(std::int64_t value, std::int64_t from_per_day, std::int64_t to_per_day) {
  if (from_per_day >= to_per_day) return FloorDivide(value, from_per_day / to_per_day);
  std::int64_t converted = 0;
  if (__builtin_mul_overflow(value, to_per_day / from_per_day, &converted)) return std::nullopt;
  return converted;
}

}  // namespace sluice::expression
