#include "postgres/numeric_field.h"

#include <array>
#include <cstdint>

namespace sluice::postgres {
namespace {

__extension__ typedef unsigned __int128 UnsignedInt128;

constexpr int kGroupDigits = 4;
constexpr std::uint32_t kGroupBase = 10000;
constexpr std::array<std::uint32_t, kGroupDigits> kPowers{1, 10, 100, 1000};
constexpr std::size_t kGroupsMax = (kNumericBytesMax - 8) / 2;

char* Write16(int value, char* out) {
  out[0] = static_cast<char>((value >> 8) & 0xff);
  out[1] = static_cast<char>(value & 0xff);
  return out + 2;
}

}  // namespace

std::size_t WriteNumeric(Int128 units, int scale, char* out) {
  std::array<int, kGroupsMax> groups{};  // the lowest first
  std::size_t count = 0;
  UnsignedInt128 rest =
      units < 0 ? UnsignedInt128{0} - static_cast<UnsignedInt128>(units) : static_cast<UnsignedInt128>(units);
  const int part = scale % kGroupDigits;
  if (part != 0 && rest != 0) {
    // Not by multiplying first: 10^38 · 10^3 leaves 128 bits.
    const std::uint32_t low = kPowers[static_cast<std::size_t>(part)];
    groups[count++] = static_cast<int>(static_cast<std::uint32_t>(rest % low) *
                                       kPowers[static_cast<std::size_t>(kGroupDigits - part)]);
    rest /= low;
  }
  for (; rest != 0; rest /= kGroupBase)
    groups[count++] = static_cast<int>(static_cast<std::uint32_t>(rest % kGroupBase));
  // The highest group is never zero; the lowest ones need not be sent.
  const int weight = static_cast<int>(count) - (scale + kGroupDigits - 1) / kGroupDigits - 1;
  std::size_t lowest = 0;
  while (lowest < count && groups[lowest] == 0) ++lowest;
  char* at = Write16(static_cast<int>(count - lowest), out);
  at = Write16(count == 0 ? 0 : weight, at);
  at = Write16(units < 0 ? 0x4000 : 0, at);
  at = Write16(scale, at);
  for (std::size_t group = count; group > lowest; --group) at = Write16(groups[group - 1], at);
  return static_cast<std::size_t>(at - out);
}

}  // namespace sluice::postgres
