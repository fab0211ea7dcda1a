#include "encoding/bounds.h"

#include <bit>
#include <cstring>
#include <limits>
#include <type_traits>

namespace sluice::encoding {
namespace {

template <typename T>
std::optional<Bounds<T>> FloatBounds(std::span<const T> values) {
  constexpr T kInfinity = std::numeric_limits<T>::infinity();
  T min = kInfinity;
  T max = -kInfinity;
  // A comparison with NaN is false, so NaN is never taken.
  for (const T value : values) {
    min = value < min ? value : min;
    max = value > max ? value : max;
  }
  if (!(min <= max)) return std::nullopt;
  if (min == T{0}) min = -T{0};
  if (max == T{0}) max = T{0};
  return Bounds<T>{min, max};
}

// Without a branch, so that several are looked at at once.
template <typename T>
bool FindNan(std::span<const T> values) {
  using Mask = std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>;
  Mask found = 0;
  for (const T value : values) found |= value != value ? ~Mask{0} : Mask{0};
  return found != 0;
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

std::optional<Bounds<float>> BoundsOfFloats(std::span<const float> values) { return FloatBounds(values); }

std::optional<Bounds<double>> BoundsOfFloats(std::span<const double> values) { return FloatBounds(values); }

bool HasNan(std::span<const float> values) { return FindNan(values); }

bool HasNan(std::span<const double> values) { return FindNan(values); }

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
