#include "table/space_curve.h"

namespace sluice::table {

std::uint64_t ZOrderIndex(std::span<const std::uint32_t> axes, int bits) {
  std::uint64_t index = 0;
  for (int bit = bits - 1; bit >= 0; --bit) {
    for (const std::uint32_t axis : axes) index = (index << 1) | ((axis >> bit) & 1U);
  }
  return index;
}

std::uint64_t HilbertIndex(std::span<std::uint32_t> axes, int bits) {
  const std::uint32_t top = std::uint32_t{1} << (bits - 1);
  for (std::uint32_t q = top; q > 1; q >>= 1) {  // undo what the curve's turns did
    const std::uint32_t below = q - 1;
    for (std::uint32_t& axis : axes) {
      if ((axis & q) != 0) {
        axes[0] ^= below;
      } else {
        const std::uint32_t exchange = (axes[0] ^ axis) & below;
        axes[0] ^= exchange;
        axis ^= exchange;
      }
    }
  }
  for (std::size_t i = 1; i < axes.size(); ++i) axes[i] ^= axes[i - 1];  // Gray code
  std::uint32_t turned = 0;
  for (std::uint32_t q = top; q > 1; q >>= 1) {
    if ((axes.back() & q) != 0) turned ^= q - 1;
  }
  for (std::uint32_t& axis : axes) axis ^= turned;
  return ZOrderIndex(axes, bits);
}

}  // namespace sluice::table
