#include "encoding/delta_packing.h"

#include <algorithm>
#include <array>
#include <type_traits>

#include "encoding/bit_packing.h"
#include "encoding/run_length.h"

namespace sluice::encoding {
namespace {

constexpr std::size_t kBlock = 128;
constexpr std::size_t kMiniblocks = 4;
constexpr std::size_t kMiniblock = kBlock / kMiniblocks;

// `deltas` holds `count` differences, and zeros behind them after the call.
template <typename Signed, typename Unsigned = std::make_unsigned_t<Signed>>
void EncodeBlock(std::array<Unsigned, kBlock>& deltas, std::size_t count, ByteBuffer& out) {
  Signed smallest = static_cast<Signed>(deltas[0]);
  for (std::size_t i = 0; i < count; ++i) smallest = std::min(smallest, static_cast<Signed>(deltas[i]));
  for (std::size_t i = 0; i < count; ++i) deltas[i] -= static_cast<Unsigned>(smallest);
  std::fill(deltas.begin() + static_cast<std::ptrdiff_t>(count), deltas.end(), Unsigned{0});
  AppendZigzag(smallest, out);
  std::array<unsigned, kMiniblocks> widths{};
  for (std::size_t m = 0; m < kMiniblocks; ++m) {
    Unsigned all = 0;
    for (std::size_t i = 0; i < kMiniblock; ++i) all |= deltas[m * kMiniblock + i];
    widths[m] = BitWidth(all);
    out.PushBack(static_cast<std::uint8_t>(widths[m]));
  }
  for (std::size_t m = 0; m * kMiniblock < count; ++m) PackMiniblock(&deltas[m * kMiniblock], widths[m], out);
}

template <typename Signed>
void Encode(std::span<const Signed> values, ByteBuffer& out) {
  using Unsigned = std::make_unsigned_t<Signed>;
  AppendVarint(kBlock, out);
  AppendVarint(kMiniblocks, out);
  AppendVarint(values.size(), out);
  AppendZigzag(values.empty() ? 0 : values[0], out);
  std::array<Unsigned, kBlock> deltas{};
  for (std::size_t begin = 1; begin < values.size(); begin += kBlock) {
    const std::size_t count = std::min(kBlock, values.size() - begin);
    for (std::size_t i = 0; i < count; ++i) {
      deltas[i] = static_cast<Unsigned>(values[begin + i]) - static_cast<Unsigned>(values[begin + i - 1]);
    }
    EncodeBlock<Signed>(deltas, count, out);
  }
}

}  // namespace

void EncodeDeltas(std::span<const std::int32_t> values, ByteBuffer& out) { Encode(values, out); }

void EncodeDeltas(std::span<const std::int64_t> values, ByteBuffer& out) { Encode(values, out); }

}  // namespace sluice::encoding
