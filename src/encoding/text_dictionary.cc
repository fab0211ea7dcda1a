#include "encoding/text_dictionary.h"

#include <xxhash.h>

#include <algorithm>
#include <bit>
#include <cstring>

namespace sluice::encoding {
namespace {

constexpr std::size_t kSlotsMin = 256;
constexpr std::uint32_t kHeadBytes = 8;

std::uint64_t HeadOf(const std::uint8_t* text, std::uint32_t length) {
  std::uint64_t head = 0;
  std::memcpy(&head, text, sizeof(head));
  if (length < kHeadBytes) head &= (std::uint64_t{1} << (8 * length)) - 1;
  return head;
}

std::uint64_t HashOf(const std::uint8_t* text, std::uint32_t length, std::uint64_t head) {
  constexpr std::uint64_t kGoldenRatio = 0x9E3779B97F4A7C15;
  if (length > kHeadBytes) return XXH3_64bits(text, length);
  head ^= head >> 32;
  return (head + length) * kGoldenRatio;
}

}  // namespace

bool TextDictionary::Grow() {
  const std::size_t count = std::max(kSlotsMin, slots_.size() * 2);
  slots_.assign(count, Slot{});
  shift_ = 64 - static_cast<unsigned>(std::countr_zero(count));
  for (std::size_t code = 0; code < lengths_.size(); ++code) {
    const std::uint8_t* text = bytes_.data() + begins_[code];
    const std::uint64_t head = HeadOf(text, lengths_[code]);
    std::size_t slot = static_cast<std::size_t>(HashOf(text, lengths_[code], head) >> shift_);
    std::size_t probes = 0;
    while (slots_[slot].code_and_1 != 0) {
      slot = (slot + 1) & (count - 1);
      if (++probes > kProbesMax) return false;
    }
    slots_[slot] = {head, lengths_[code], static_cast<std::uint32_t>(code + 1)};
  }
  return true;
}

bool TextDictionary::Add(const std::uint8_t* text, std::uint32_t length) {
  if (page_bytes() + length + sizeof(length) > bytes_max_) return false;
  begins_.push_back(bytes_.size());
  lengths_.push_back(length);
  bytes_.Append(text, length);
  return true;
}

bool TextDictionary::EncodeOne(const std::uint8_t* text, std::uint32_t length, std::uint32_t& code) {
  const std::uint64_t head = HeadOf(text, length);
  const std::size_t mask = slots_.size() - 1;
  auto slot = static_cast<std::size_t>(HashOf(text, length, head) >> shift_);
  for (std::size_t probes = 0; probes <= kProbesMax; ++probes, slot = (slot + 1) & mask) {
    const Slot& found = slots_[slot];
    if (found.code_and_1 == 0) {
      if (!Add(text, length)) return false;
      code = static_cast<std::uint32_t>(lengths_.size() - 1);
      slots_[slot] = {head, length, code + 1};
      return lengths_.size() * 2 <= slots_.size() || Grow();
    }
    if (found.head != head || found.length != length) continue;
    code = found.code_and_1 - 1;
    if (length <= kHeadBytes || std::memcmp(bytes_.data() + begins_[code], text, length) == 0) return true;
  }
  return false;
}

bool TextDictionary::Encode(const Texts& texts, std::uint32_t* codes) {
  if (full_) return false;
  const std::size_t before = lengths_.size();
  const std::size_t bytes_before = bytes_.size();
  full_ = slots_.empty() && !Grow();
  const std::uint8_t* text = texts.bytes;
  for (std::size_t i = 0; i < texts.size() && !full_; ++i) {
    full_ = !EncodeOne(text, texts.lengths[i], codes[i]);
    text += texts.lengths[i];
  }
  if (full_) {
    lengths_.resize(before);
    begins_.resize(before);
    bytes_.Shrink(bytes_before);
  }
  return !full_;
}

}  // namespace sluice::encoding
