#include "encoding/bounds.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <iterator>
#include <limits>

namespace sluice::encoding {
namespace {

// Independent chains of comparisons hide their latency. More than one do not pay for floats.
template <typename T>
struct FloatExtremes {
  static constexpr std::size_t kChains = sizeof(T) == 8 ? 4 : 1;

  T min[kChains];
  T max[kChains];
  bool nan[kChains];

  // A comparison with NaN is false, so NaN is never taken.
  void Add(T value, std::size_t chain) {
    min[chain] = value < min[chain] ? value : min[chain];
    max[chain] = value > max[chain] ? value : max[chain];
    nan[chain] = nan[chain] || std::isnan(value);
  }
};

template <typename T>
std::optional<Bounds<T>> FloatBounds(std::span<const T> values, bool* has_nan) {
  constexpr std::size_t kChains = FloatExtremes<T>::kChains;
  FloatExtremes<T> extremes;
  for (std::size_t chain = 0; chain < kChains; ++chain) {
    extremes.min[chain] = std::numeric_limits<T>::infinity();
    extremes.max[chain] = -std::numeric_limits<T>::infinity();
    extremes.nan[chain] = false;
  }
  std::size_t i = 0;
  for (; i + kChains <= values.size(); i += kChains) {
    for (std::size_t chain = 0; chain < kChains; ++chain) extremes.Add(values[i + chain], chain);
  }
  for (; i < values.size(); ++i) extremes.Add(values[i], 0);
  T min = *std::ranges::min_element(extremes.min);
  T max = *std::ranges::max_element(extremes.max);
  if (has_nan != nullptr) *has_nan = std::ranges::find(extremes.nan, true) != std::end(extremes.nan);
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
