#include "encoding/bit_packing.h"

#include <array>
#include <cstring>
#include <utility>

namespace sluice::encoding {
namespace {

constexpr std::size_t kGroup = 8;
constexpr std::size_t kMiniblock = 32;

// Writes up to 7 bytes behind the packed ones.
template <typename T, unsigned kWidth, std::size_t kCount>
void Pack(const T* values, std::uint8_t* out) {
  if constexpr (kWidth > 0) {
    std::uint64_t word = 0;
    unsigned filled = 0;
#pragma GCC unroll 32
    for (std::size_t i = 0; i < kCount; ++i) {
      const std::uint64_t value = values[i];
      word |= value << filled;
      if (filled + kWidth >= 64) {
        std::memcpy(out, &word, sizeof(word));
        out += sizeof(word);
        word = filled == 0 ? 0 : value >> (64 - filled);
        filled = filled + kWidth - 64;
      } else {
        filled += kWidth;
      }
    }
    if (filled > 0) std::memcpy(out, &word, sizeof(word));
  }
}

template <typename T>
using PackFunction = void (*)(const T*, std::uint8_t*);

template <typename T, std::size_t kCount, unsigned... kWidths>
constexpr std::array<PackFunction<T>, sizeof...(kWidths)> MakeTable(std::integer_sequence<unsigned, kWidths...>) {
  return {&Pack<T, kWidths, kCount>...};
}

constexpr auto kPack8 = MakeTable<std::uint32_t, kGroup>(std::make_integer_sequence<unsigned, 33>());
constexpr auto kPack32 = MakeTable<std::uint32_t, kMiniblock>(std::make_integer_sequence<unsigned, 33>());
constexpr auto kPack32Wide = MakeTable<std::uint64_t, kMiniblock>(std::make_integer_sequence<unsigned, 65>());

}  // namespace

void PackBits(std::span<const std::uint32_t> values, unsigned width, ByteBuffer& out) {
  const std::size_t groups = (values.size() + kGroup - 1) / kGroup;
  std::uint8_t* at = out.Grow(groups * width);
  std::size_t i = 0;
  for (; i + kMiniblock <= values.size(); i += kMiniblock, at += 4 * width) kPack32[width](&values[i], at);
  for (; i + kGroup <= values.size(); i += kGroup, at += width) kPack8[width](&values[i], at);
  if (i == values.size()) return;
  std::array<std::uint32_t, kGroup> last{};
  for (std::size_t j = 0; i + j < values.size(); ++j) last[j] = values[i + j];
  kPack8[width](last.data(), at);
}

void PackMiniblock(const std::uint32_t* values, unsigned width, ByteBuffer& out) {
  kPack32[width](values, out.Grow(std::size_t{4} * width));
}

void PackMiniblock(const std::uint64_t* values, unsigned width, ByteBuffer& out) {
  kPack32Wide[width](values, out.Grow(std::size_t{4} * width));
}

}  // namespace sluice::encoding
