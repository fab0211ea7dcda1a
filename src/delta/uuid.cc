#include "delta/uuid.h"

#include <fmt/format.h>

#include <cstdint>

namespace sluice::delta {

std::string NewUuid(core::Random& random) {
  const std::uint64_t high = (random.Next() & ~std::uint64_t{0xF000}) | 0x4000;
  const std::uint64_t low = (random.Next() & (~std::uint64_t{0} >> 2)) | (std::uint64_t{1} << 63);
  return fmt::format("{:08x}-{:04x}-{:04x}-{:04x}-{:012x}", high >> 32, (high >> 16) & 0xFFFF, high & 0xFFFF, low >> 48,
                     low & 0xFFFF'FFFF'FFFF);
}

}  // namespace sluice::delta
