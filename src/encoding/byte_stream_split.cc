#include "encoding/byte_stream_split.h"

namespace sluice::encoding {
namespace {

template <typename Word>
void Split(std::span<const Word> values, ByteBuffer& out) {
  std::uint8_t* at = out.Grow(values.size() * sizeof(Word));
  for (unsigned shift = 0; shift < 8 * sizeof(Word); shift += 8) {
    for (std::size_t i = 0; i < values.size(); ++i) at[i] = static_cast<std::uint8_t>(values[i] >> shift);
    at += values.size();
  }
}

}  // namespace

void SplitByteStreams(std::span<const std::uint32_t> values, ByteBuffer& out) { Split(values, out); }

void SplitByteStreams(std::span<const std::uint64_t> values, ByteBuffer& out) { Split(values, out); }

}  // namespace sluice::encoding
