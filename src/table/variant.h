#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "core/result.h"

namespace sluice::table {

// The binary form of variants (parquet-format, VariantEncoding.md). Numbers are little-endian.
//
//     metadata  1 byte: version 1, flag 0x10 "sorted", offset size - 1 in the upper 2 bits
//               count | count + 1 offsets | names
//     value     1 byte: basic type in the lower 2 bits, its header in the others; then the data
//               0 primitive: header = type id    1 string: header = length
//               2 object: count | field ids | count + 1 offsets | values, ordered by name
//               3 array: count | count + 1 offsets | values
//
// Every read is bounded by the bytes; Corruption says what does not fit.

inline constexpr int kVariantDepthMax = 500;

/// The primitive types' ids.
enum class VariantPrimitive : std::uint8_t {
  kNull = 0,
  kTrue = 1,
  kFalse = 2,
  kInt8 = 3,
  kInt16 = 4,
  kInt32 = 5,
  kInt64 = 6,
  kDouble = 7,
  kDecimal4 = 8,
  kDecimal8 = 9,
  kDecimal16 = 10,
  kDate = 11,
  kTimestamp = 12,     ///< microseconds, an instant
  kTimestampNtz = 13,  ///< microseconds, a wall clock reading
  kFloat = 14,
  kBinary = 15,
  kString = 16,
  kTime = 17,  ///< microseconds of the day
  kTimestampNanos = 18,
  kTimestampNtzNanos = 19,
  kUuid = 20,
};

/// The names that the objects of one variant use. Borrows the bytes.
class VariantNames {
 public:
  static core::Result<VariantNames> Parse(std::string_view metadata);

  std::size_t size() const { return names_.size(); }
  core::Result<std::string_view> name(std::uint32_t id) const;
  /// The id of a name; nullopt when it is not there.
  std::optional<std::uint32_t> Find(std::string_view name) const;

 private:
  std::vector<std::string_view> names_;
};

/// A member of an object, or an element of an array: then the id means nothing.
struct VariantMember {
  std::uint32_t id = 0;
  std::string_view value = {};  ///< may have more behind it
};

/// One value, without what is in it. Borrows the bytes.
struct VariantNode {
  enum class Shape : std::uint8_t { kPrimitive, kObject, kArray };

  Shape shape = Shape::kPrimitive;
  VariantPrimitive primitive = VariantPrimitive::kNull;  ///< short strings are kString
  std::string_view data = {};  ///< of a primitive: its bytes; of a decimal the scale first; of texts without the length
  std::vector<VariantMember> members = {};
  std::size_t size = 0;  ///< bytes of the whole value
};

/// The value at the start of `bytes`.
core::Result<VariantNode> ReadVariant(std::string_view bytes);

}  // namespace sluice::table
