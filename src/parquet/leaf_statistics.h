#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace sluice::parquet {

/// The smallest and the largest value as statistics hold them: PLAIN, without a length.
struct EncodedBounds {
  std::string min;
  std::string max;
};

/// What is known of one leaf column of a file when it is closed, for those who keep statistics elsewhere.
struct LeafStatistics {
  /// Names from the column down to the leaf, with the groups of lists and maps.
  std::vector<std::string> path = {};
  std::uint64_t entries = 0;  ///< as many as rows where there is no list above
  /// Entries without a value: the leaf or a struct above it is NULL, or a list above is NULL or empty.
  std::uint64_t nulls = 0;
  /// Rows without: below a list, those where the outermost list or a struct above it is NULL; else as `nulls`.
  std::uint64_t null_rows = 0;
  /// Exact, however long the values are; integers and floats little-endian, decimals of more than 18 digits big-endian.
  /// NaN does not count, a smallest 0.0 is -0.0 and a largest -0.0 is 0.0. nullopt: no value but NULL and NaN.
  std::optional<EncodedBounds> bounds = {};
  bool has_nan = false;
};

}  // namespace sluice::parquet
