#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace sluice::encoding {

/// A slow reader of what the encoders write, for tests: one bit after the other, straight from parquet-format's
/// Encodings.md.
class BitReader {
 public:
  explicit BitReader(std::span<const std::uint8_t> bytes) : bytes_(bytes) {}

  std::uint64_t Bits(unsigned count) {
    std::uint64_t value = 0;
    for (unsigned i = 0; i < count; ++i, ++bit_) {
      const std::uint64_t bit = (bytes_[bit_ / 8] >> (bit_ % 8)) & 1U;
      value |= bit << i;
    }
    return value;
  }
  std::uint64_t Varint() {
    std::uint64_t value = 0;
    for (unsigned shift = 0;; shift += 7) {
      const std::uint64_t byte = Bits(8);
      value |= (byte & 0x7F) << shift;
      if (byte < 0x80) return value;
    }
  }
  std::int64_t Zigzag() {
    const std::uint64_t value = Varint();
    return static_cast<std::int64_t>(value >> 1) ^ -static_cast<std::int64_t>(value & 1);
  }
  std::vector<std::uint32_t> Runs(unsigned width, std::size_t count) {
    std::vector<std::uint32_t> values;
    while (values.size() < count) {
      const std::uint64_t header = Varint();
      if ((header & 1) != 0) {
        for (std::uint64_t i = 0; i < (header >> 1) * 8; ++i) values.push_back(static_cast<std::uint32_t>(Bits(width)));
      } else {
        const auto value = static_cast<std::uint32_t>(Bits((width + 7) / 8 * 8));
        values.insert(values.end(), header >> 1, value);
      }
    }
    values.resize(count);
    return values;
  }
  template <typename T>
  std::vector<T> Deltas() {
    const std::uint64_t block = Varint();
    const std::uint64_t miniblocks = Varint();
    const std::uint64_t count = Varint();
    std::vector<T> values;
    std::uint64_t last = static_cast<std::uint64_t>(Zigzag());
    if (count > 0) values.push_back(static_cast<T>(last));
    while (values.size() < count) {
      const auto smallest = static_cast<std::uint64_t>(Zigzag());
      std::vector<unsigned> widths;
      for (std::uint64_t m = 0; m < miniblocks; ++m) widths.push_back(static_cast<unsigned>(Bits(8)));
      for (std::uint64_t m = 0; m < miniblocks && values.size() < count; ++m) {
        for (std::uint64_t i = 0; i < block / miniblocks; ++i) {
          last += smallest + Bits(widths[m]);
          if (values.size() < count) values.push_back(static_cast<T>(last));
        }
      }
    }
    return values;
  }
  std::size_t bytes_read() const { return (bit_ + 7) / 8; }

 private:
  std::span<const std::uint8_t> bytes_;
  std::size_t bit_ = 0;
};

}  // namespace sluice::encoding
