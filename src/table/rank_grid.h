#pragma once

#include <arrow/type_fwd.h>

#include <cstdint>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "core/result.h"
#include "delta/statistic_value.h"

namespace sluice::table {

/// Distinct values, ascending, and the ranks of and between them.
template <typename Value>
struct RankTable {
  std::vector<Value> boundaries = {};
  std::vector<std::uint32_t> at = {};       // the rank of each boundary
  std::vector<std::uint32_t> between = {};  // of values below boundary i; the last one: above all
};

/// Turns the values of one column into ranks of equal depth: the share of the sample below a value plus half its own,
/// times 2^bits. So values that are spread out fill the grid evenly, and a frequent value takes one rank in the middle
/// of its mass. NULL is one frequent value above all; floats have NaN last; texts go by bytes.
///
/// Threads: any.
class RankGrid {
 public:
  static constexpr std::size_t kBoundariesMax = 4096;

  /// Of the values of a sample. Unsupported for types without an order (lists, structs, maps).
  static core::Result<RankGrid> Make(const arrow::Array& sample, int bits);

  /// The rank of each value, below 2^bits. `values` has the type of the sample.
  void Rank(const arrow::Array& values, std::span<std::uint32_t> ranks) const;

 private:
  using AnyTable =
      std::variant<RankTable<std::int64_t>, RankTable<double>, RankTable<std::string>, RankTable<delta::Int128>>;

  AnyTable table_;
  std::uint32_t null_rank_ = 0;
};

}  // namespace sluice::table
