#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "core/result.h"
#include "schema/table_spec.h"

namespace sluice::columns {

/// The constraints of one column as written, sorted by what they look at.
struct Constraints {
  std::optional<std::string> min, max;    ///< of numbers, dates and times
  std::vector<std::string> one_of;        ///< values; texts for text columns
  std::optional<std::string> pattern;     ///< RE2, the whole text
  std::optional<std::size_t> length_max;  ///< in characters; bytes for binary

  bool has_bounds() const { return min || max || !one_of.empty(); }
};

/// InvalidInput naming the column for an unknown or malformed constraint.
core::Result<Constraints> ReadConstraints(const schema::ColumnSpec& column);

/// Bounds on parsed values, in the order of the type.
template <typename Value>
struct ValueBounds {
  std::optional<Value> min, max;
  std::vector<Value> one_of;

  bool Hold(const Value& value) const {
    if (min && !(value >= *min)) return false;  // so that NaN holds no bound
    if (max && !(value <= *max)) return false;
    return one_of.empty() || std::find(one_of.begin(), one_of.end(), value) != one_of.end();
  }
};

}  // namespace sluice::columns
