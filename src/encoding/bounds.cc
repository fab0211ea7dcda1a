#include "encoding/bounds.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>
#include <type_traits>

namespace sluice::encoding {
namespace {

// Some values at a time, each compared with extremes of its own: that hides the latency of comparisons.
template <typename T>
class FloatExtremes {
 public:
  static constexpr std::size_t kChains = 16 / sizeof(T);

  FloatExtremes() {
    std::ranges::fill(min_, std::numeric_limits<T>::infinity());
    std::ranges::fill(max_, -std::numeric_limits<T>::infinity());
  }
  // A comparison with NaN is false, so NaN is never taken.
  void Add(T value, std::size_t chain) {
    min_[chain] = value < min_[chain] ? value : min_[chain];
    max_[chain] = value > max_[chain] ? value : max_[chain];
  }
  void LookForNan(const T* values) {
    Lanes lanes;
    std::memcpy(&lanes, values, sizeof(lanes));
    nan_ |= lanes != lanes;
  }
  T min() const { return *std::ranges::min_element(min_); }
  T max() const { return *std::ranges::max_element(max_); }
  bool has_nan() const {
    for (std::size_t chain = 0; chain < kChains; ++chain) {
      if (nan_[chain] != 0) return true;
    }
    return false;
  }

 private:
  using Lanes __attribute__((vector_size(16))) = T;
  using Mask __attribute__((vector_size(16))) = std::conditional_t<sizeof(T) == 4, std::int32_t, std::int64_t>;

  T min_[kChains];
  T max_[kChains];
  Mask nan_ = {};
};

template <typename T>
std::optional<Bounds<T>> FloatBounds(std::span<const T> values, bool* has_nan) {
  constexpr std::size_t kChains = FloatExtremes<T>::kChains;
  FloatExtremes<T> extremes;
  const auto add = [&](const T* block) {
    for (std::size_t chain = 0; chain < kChains; ++chain) extremes.Add(block[chain], chain);
    extremes.LookForNan(block);
  };
  std::size_t i = 0;
  for (; i + kChains <= values.size(); i += kChains) add(values.data() + i);
  for (; i < values.size(); ++i) {
    T block[kChains];
    std::ranges::fill(block, values[i]);
    add(block);
  }
  T min = extremes.min();
  T max = extremes.max();
  if (has_nan != nullptr) *has_nan = extremes.has_nan();
  if (!(min <= max)) return std::nullopt;
  if (min == T{0}) min = -T{0};
  if (max == T{0}) max = T{0};
  return Bounds<T>{min, max};
}

// The first 8 bytes as a number that compares as they do.
std::uint64_t OrderedHead(const std::uint8_t* text, std::uint32_t length) {
  std::uint64_t head = 0;
  std::memcpy(&head, text, sizeof(head));
  head = __builtin_bswap64(head);
  if (length < sizeof(head)) head &= length == 0 ? 0 : ~std::uint64_t{0} << (8 * (sizeof(head) - length));
  return head;
}

struct Extreme {
  std::uint64_t head;
  std::string_view text;

  // A text that is all head needs no second look.
  bool Is(std::uint64_t other, std::uint32_t length) const {
    return other == head && length == text.size() && length <= sizeof(head);
  }
};

}  // namespace

std::optional<Bounds<float>> BoundsOfFloats(std::span<const float> values, bool* has_nan) {
  return FloatBounds(values, has_nan);
}

std::optional<Bounds<double>> BoundsOfFloats(std::span<const double> values, bool* has_nan) {
  return FloatBounds(values, has_nan);
}

std::optional<Bounds<std::string_view>> BoundsOfTexts(const Texts& texts) {
  if (texts.size() == 0) return std::nullopt;
  const std::uint64_t first = OrderedHead(texts.bytes, texts.lengths[0]);
  Extreme min{first, texts.View(0, texts.lengths[0])};
  Extreme max = min;
  std::size_t begin = 0;
  for (const std::uint32_t length : texts.lengths) {
    const std::uint64_t head = OrderedHead(texts.bytes + begin, length);
    if (head <= min.head && !min.Is(head, length)) {
      const std::string_view text = texts.View(begin, length);
      if (head < min.head || text < min.text) min = {head, text};
    }
    if (head >= max.head && !max.Is(head, length)) {
      const std::string_view text = texts.View(begin, length);
      if (head > max.head || text > max.text) max = {head, text};
    }
    begin += length;
  }
  return Bounds<std::string_view>{min.text, max.text};
}

}  // namespace sluice::encoding
