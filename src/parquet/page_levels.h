#pragma once

#include <cstdint>
#include <vector>

#include "encoding/byte_buffer.h"
#include "parquet/leaf_column.h"

namespace sluice::parquet {

/// The definition and repetition levels of a page being filled.
class PageLevels {
 public:
  PageLevels(std::int16_t definition_max, std::int16_t repetition_max)
      : definition_max_(definition_max), repetition_max_(repetition_max) {}

  /// Add the entries [begin, end) of `leaf`, whose slots begin at `slot`.
  void Append(const LeafColumn& leaf, std::int64_t begin, std::int64_t end, std::int64_t slot);
  std::int64_t entries() const { return entries_; }
  /// Append both kinds of levels as a data page of version 1 begins.
  void Encode(encoding::ByteBuffer& out);
  void Clear();

 private:
  void AppendValidity(const arrow::Array& values, std::int64_t slot, std::int64_t count);
  void EncodeLevels(const std::vector<std::uint32_t>& levels, std::int16_t level_max, encoding::ByteBuffer& out);

  std::int16_t definition_max_;
  std::int16_t repetition_max_;
  std::int64_t entries_ = 0;
  bool all_defined_ = true;             // of a flat column; validity_ is in use once one is not
  std::vector<std::uint8_t> validity_;  // one bit an entry
  std::vector<std::uint32_t> definition_;
  std::vector<std::uint32_t> repetition_;
};

}  // namespace sluice::parquet
