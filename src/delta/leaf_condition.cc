#include "delta/leaf_condition.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <limits>
#include <string_view>

#include "delta/statistic_text.h"

namespace sluice::delta {
namespace {

// Writers cut texts of more code points.
constexpr std::ptrdiff_t kExactCodePoints = 32;

bool IsFloat(const DataType& type) { return type.kind == TypeKind::kFloat || type.kind == TypeKind::kDouble; }

// How far a bound may lie inside the value that it stands for.
Int128 Blur(const DataType& type, Int128 bound, Side side) {
  const bool timestamp = type.kind == TypeKind::kTimestamp || type.kind == TypeKind::kTimestampNtz;
  if (timestamp) return side == Side::kMax ? 999 : 0;
  constexpr std::int32_t kDigitsOfDouble = 15;
  if (type.kind != TypeKind::kDecimal || type.precision <= kDigitsOfDouble || bound == 0) return 0;
  // A double is off by 2^-53 of itself; some writers also divided by a power of ten that is no double.
  return ((bound < 0 ? -bound : bound) >> 51) + 1;
}

StatisticValue Widen(StatisticValue bound, const DataType& type, Side side) {
  if (auto* number = std::get_if<Int128>(&bound)) {
    const Int128 blur = Blur(type, *number, side);
    *number += side == Side::kMax ? blur : -blur;
  }
  return bound;
}

/// Between which values a column's live ones lie.
struct Extent {
  std::optional<StatisticValue> min;
  std::optional<StatisticValue> max;

  bool above(const StatisticValue& value) const { return min && Compare(*min, value) > 0; }
  bool at_or_above(const StatisticValue& value) const { return min && Compare(*min, value) >= 0; }
  bool below(const StatisticValue& value) const { return max && Compare(*max, value) < 0; }
  bool at_or_below(const StatisticValue& value) const { return max && Compare(*max, value) <= 0; }
};

Extent ExtentOf(const StatisticsColumn& column, const ColumnStatistics& statistics) {
  Extent extent;
  if (statistics.min) extent.min = Widen(*statistics.min, column.type, Side::kMin);
  if (statistics.max) extent.max = Widen(*statistics.max, column.type, Side::kMax);
  return extent;
}

Proof ProveNoneOf(const std::vector<ValueRange>& values, const Extent& extent) {
  // The values ascend: those before the first that reaches the minimum are below it, and so is none after it.
  const auto first = std::ranges::partition_point(values, [&](const auto& value) { return extent.above(value.high); });
  if (first == values.end()) return Proof::kMin;
  if (!extent.below(first->low)) return Proof::kNone;
  return first == values.begin() ? Proof::kMax : Proof::kBoth;
}

// Every live value, or NULL, is the one that is not wanted.
bool IsOneValue(const ValueRange& value, const Extent& extent, const DataType& type) {
  if (IsFloat(type) || !extent.min || !extent.max || Compare(value.low, value.high) != 0) return false;
  if (const auto* text = std::get_if<std::string>(&value.low)) {
    const auto code_points =
        std::ranges::count_if(*text, [](char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U; });
    if (code_points >= kExactCodePoints) return false;
  }
  return Compare(*extent.min, value.low) == 0 && Compare(*extent.max, value.low) == 0;
}

Proof ProveNoPrefix(const ValueRange& value, const Extent& extent) {
  const auto* prefix = std::get_if<std::string>(&value.low);
  const auto* min = extent.min ? std::get_if<std::string>(&*extent.min) : nullptr;
  if (prefix == nullptr) return Proof::kNone;
  if (extent.below(*prefix)) return Proof::kMax;
  return min != nullptr && std::string_view(*min).substr(0, prefix->size()) > *prefix ? Proof::kMin : Proof::kNone;
}

Proof ProveByBounds(const LeafCondition& test, const StatisticsColumn& column, const Extent& extent) {
  const auto when = [](bool proven, Proof proof) { return proven ? proof : Proof::kNone; };
  // NaN is greater than all and in no bound.
  const bool is_max_known = !IsFloat(column.type);
  switch (test.rule) {
    case LeafRule::kAnyOf: return ProveNoneOf(test.values, extent);
    case LeafRule::kPrefix: return ProveNoPrefix(test.values[0], extent);
    case LeafRule::kNotEqual: return when(IsOneValue(test.values[0], extent, column.type), Proof::kOneValue);
    case LeafRule::kLess: return when(extent.at_or_above(test.values[0].high), Proof::kMin);
    case LeafRule::kLessEqual: return when(extent.above(test.values[0].high), Proof::kMin);
    case LeafRule::kGreater: return when(is_max_known && extent.at_or_below(test.values[0].low), Proof::kMax);
    case LeafRule::kGreaterEqual: return when(is_max_known && extent.below(test.values[0].low), Proof::kMax);
    case LeafRule::kIsNull:
    case LeafRule::kNotNull: break;
  }
  return Proof::kNone;
}

std::string_view Comparison(LeafRule rule, Proof proof) {
  const bool excludes_equal = rule == LeafRule::kLess || rule == LeafRule::kGreater;
  if (proof == Proof::kMin) return excludes_equal ? ">=" : ">";
  return excludes_equal ? "<=" : "<";
}

}  // namespace

Proof Disprove(const LeafCondition& test, const StatisticsColumn& column, const ColumnStatistics& statistics,
               std::optional<std::int64_t> records) {
  const auto nulls = statistics.null_count;
  if (test.rule == LeafRule::kIsNull) return nulls == 0 ? Proof::kNoNull : Proof::kNone;
  if (nulls && nulls == records) return Proof::kAllNull;
  if (!statistics.min && !statistics.max) return Proof::kNone;
  return ProveByBounds(test, column, ExtentOf(column, statistics));
}

std::string Describe(Proof proof, const LeafCondition& test, const StatisticsColumn& column,
                     const ColumnStatistics& statistics) {
  const std::string name = fmt::format("{}", fmt::join(column.path, "."));
  const auto text = [&](const StatisticValue& value) { return ToText(value, column.type); };
  const auto bound = [&](const std::optional<StatisticValue>& value) { return value ? text(*value) : "unknown"; };
  switch (proof) {
    case Proof::kNone: break;
    case Proof::kAllNull: return name + ": NULL in all rows";
    case Proof::kNoNull: return name + ": NULL in no row";
    case Proof::kMin:
      return fmt::format("{}: min {} {} {}", name, bound(statistics.min), Comparison(test.rule, proof),
                         text(test.values.back().high));
    case Proof::kMax:
      return fmt::format("{}: max {} {} {}", name, bound(statistics.max), Comparison(test.rule, proof),
                         text(test.values.front().low));
    case Proof::kBoth:
      return fmt::format("{}: none of {} values in {} … {}", name, test.values.size(), bound(statistics.min),
                         bound(statistics.max));
    case Proof::kOneValue: return fmt::format("{}: {} in all rows", name, bound(statistics.min));
  }
  return {};
}

}  // namespace sluice::delta
