#include "encoding/text_encoding.h"

#include <algorithm>
#include <numeric>
#include <vector>

#include "encoding/delta_packing.h"

namespace sluice::encoding {
namespace {

std::size_t TotalBytes(std::span<const std::uint32_t> lengths) {
  return std::accumulate(lengths.begin(), lengths.end(), std::size_t{0});
}

void EncodeLengths(std::span<const std::uint32_t> lengths, ByteBuffer& out) {
  EncodeDeltas(std::span(reinterpret_cast<const std::int32_t*>(lengths.data()), lengths.size()), out);
}

// Copies whole words where that is shorter than a call.
void CopyText(std::uint8_t* to, const std::uint8_t* from, std::size_t length) {
  constexpr std::size_t kShort = 16;
  if (length <= kShort) {
    std::memcpy(to, from, kShort);
  } else {
    std::memcpy(to, from, length);
  }
}

}  // namespace

void EncodePlainTexts(const Texts& texts, ByteBuffer& out) {
  std::uint8_t* at = out.Grow(TotalBytes(texts.lengths) + sizeof(std::uint32_t) * texts.size());
  const std::uint8_t* from = texts.bytes;
  for (const std::uint32_t length : texts.lengths) {
    std::memcpy(at, &length, sizeof(length));
    CopyText(at + sizeof(length), from, length);
    at += sizeof(length) + length;
    from += length;
  }
}

void EncodeLengthsThenTexts(const Texts& texts, ByteBuffer& out) {
  EncodeLengths(texts.lengths, out);
  out.Append(texts.bytes, TotalBytes(texts.lengths));
}

void EncodePrefixDeltas(const Texts& texts, ByteBuffer& out) {
  std::vector<std::uint32_t> prefixes(texts.size());
  std::vector<std::uint32_t> rests(texts.size());
  std::string_view before;
  std::size_t begin = 0;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const std::string_view text = texts.View(begin, texts.lengths[i]);
    const std::size_t shorter = std::min(before.size(), text.size());
    const auto differs =
        std::mismatch(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(shorter), before.begin());
    prefixes[i] = static_cast<std::uint32_t>(differs.first - text.begin());
    rests[i] = texts.lengths[i] - prefixes[i];
    before = text;
    begin += text.size();
  }
  EncodeLengths(prefixes, out);
  EncodeLengths(rests, out);
  std::uint8_t* at = out.Grow(TotalBytes(rests));
  const std::uint8_t* from = texts.bytes;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    from += prefixes[i];
    CopyText(at, from, rests[i]);
    at += rests[i];
    from += rests[i];
  }
}

}  // namespace sluice::encoding
