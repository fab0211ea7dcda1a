#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "delta/literal_range.h"
#include "delta/statistics.h"

namespace sluice::delta {

/// What is asked of a column.
enum class LeafRule : std::uint8_t {
  kAnyOf,  ///< equal to one of the values
  kNotEqual,
  kLess,
  kLessEqual,
  kGreater,
  kGreaterEqual,
  kPrefix,  ///< a text that begins with the value
  kIsNull,
  kNotNull,  ///< anything that is never true of NULL
};

/// A condition on one column that its statistics can disprove.
struct LeafCondition {
  std::size_t leaf = 0;  ///< in the pruner's leaves
  LeafRule rule = LeafRule::kNotNull;
  /// One, for kAnyOf several in ascending order, for kIsNull and kNotNull none.
  std::vector<ValueRange> values = {};
};

/// What of a column's statistics shows that no live row satisfies a test.
enum class Proof : std::uint8_t {
  kNone,  ///< nothing does
  kAllNull,
  kNoNull,
  kMin,       ///< is too large
  kMax,       ///< is too small
  kBoth,      ///< the values lie outside
  kOneValue,  ///< the only one there is the one that is not wanted
};

/// `records`: physical rows. Bounds are widened by what writers cut off: timestamps are floored to milliseconds,
/// decimals of 16 and more digits may be rounded to a double, a largest float says nothing of NaN.
Proof Disprove(const LeafCondition& test, const StatisticsColumn& column, const ColumnStatistics& statistics,
               std::optional<std::int64_t> records);

/// The proof in words: "age: max 17 < 18".
std::string Describe(Proof proof, const LeafCondition& test, const StatisticsColumn& column,
                     const ColumnStatistics& statistics);

}  // namespace sluice::delta
