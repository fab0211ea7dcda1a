#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"

namespace sluice::delta {

/// Rows [begin, end).
struct RowRange {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;

  bool operator==(const RowRange& other) const = default;
};

/// A set of row numbers below 2^63, small where rows lie close together or far apart: roaring bitmaps
/// (github.com/RoaringBitmap/RoaringFormatSpec), one for each 2^32 rows.
///
/// Threads: any for reading, one for changing. Time: logarithmic in the number of rows / 65,536 for one row.
class RowSet {
 public:
  RowSet();
  RowSet(const RowSet& other);
  RowSet(RowSet&& other) noexcept;
  RowSet& operator=(const RowSet& other);
  RowSet& operator=(RowSet&& other) noexcept;
  ~RowSet();

  void Add(std::uint64_t row);
  void AddRange(RowRange rows);
  void Union(const RowSet& other);
  void Subtract(const RowSet& other);

  bool Contains(std::uint64_t row) const;
  bool empty() const;
  std::uint64_t cardinality() const;
  /// How many rows of `rows` are in the set.
  std::uint64_t CountIn(RowRange rows) const;
  std::optional<std::uint64_t> max() const;
  /// The rows of the set within `within`, as ranges that do not touch, ascending.
  std::vector<RowRange> Ranges(RowRange within) const;
  std::vector<RowRange> Ranges() const;
  bool operator==(const RowSet& other) const;

  /// The 64-bit portable form of the specification, without anything before it, as short as the format allows.
  std::string Serialize() const;
  /// Read that form. Corruption names the byte, where the first one is `first_byte`: a count that the bytes cannot
  /// hold, keys or values that do not ascend, a cardinality that is not that of its container, a container that is not
  /// where the offsets say, bytes left over. Whatever the bytes, no more memory is taken than about ten times their
  /// number.
  static core::Result<RowSet> Parse(std::string_view bytes, std::uint64_t first_byte = 0);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace sluice::delta
