#include "encoding/value_dictionary.h"

#include <algorithm>
#include <bit>

namespace sluice::encoding {
namespace {

constexpr std::size_t kSlotsMin = 256;
// A large table is not in the nearest caches: its places are asked for so many values before they are needed.
constexpr std::size_t kAhead = 12;

// Multiplicative hashing (Knuth, The Art of Computer Programming 6.4): the highest bits depend on all of the value.
std::size_t Home(std::uint64_t value, unsigned shift) {
  constexpr std::uint64_t kGoldenRatio = 0x9E3779B97F4A7C15;
  return static_cast<std::size_t>(((value ^ (value >> 32)) * kGoldenRatio) >> shift);
}

}  // namespace

template <typename Word>
bool ValueDictionary<Word>::Grow() {
  const std::size_t count = std::max(kSlotsMin, slots_.size() * 2);
  slots_.assign(count, Slot{});
  shift_ = 64 - static_cast<unsigned>(std::countr_zero(count));
  for (std::size_t code = 0; code < values_.size(); ++code) {
    std::size_t slot = Home(values_[code], shift_);
    std::size_t probes = 0;
    while (slots_[slot].code_and_1 != 0) {
      slot = (slot + 1) & (count - 1);
      if (++probes > kProbesMax) return false;
    }
    slots_[slot] = {values_[code], static_cast<std::uint32_t>(code + 1)};
  }
  return true;
}

// False when there is no place for a new value.
template <typename Word>
bool ValueDictionary<Word>::EncodeOne(Word value, std::uint32_t& code) {
  const std::size_t mask = slots_.size() - 1;
  std::size_t slot = Home(value, shift_);
  for (std::size_t probes = 0; probes <= kProbesMax; ++probes, slot = (slot + 1) & mask) {
    const Slot& found = slots_[slot];
    if (found.code_and_1 == 0) {
      if (values_.size() >= values_max_) return false;
      code = static_cast<std::uint32_t>(values_.size());
      values_.push_back(value);
      slots_[slot] = {value, code + 1};
      return values_.size() * 2 <= slots_.size() || Grow();
    }
    if (found.value == value) {
      code = found.code_and_1 - 1;
      return true;
    }
  }
  return false;
}

template <typename Word>
bool ValueDictionary<Word>::Encode(std::span<const Word> values, std::uint32_t* codes) {
  if (full_) return false;
  const std::size_t before = values_.size();
  full_ = slots_.empty() && !Grow();
  for (std::size_t i = 0; i < values.size() && !full_; ++i) {
    if (i + kAhead < values.size()) __builtin_prefetch(&slots_[Home(values[i + kAhead], shift_)]);
    full_ = !EncodeOne(values[i], codes[i]);
  }
  if (full_) values_.resize(before);
  return !full_;
}

template class ValueDictionary<std::uint32_t>;
template class ValueDictionary<std::uint64_t>;

}  // namespace sluice::encoding
