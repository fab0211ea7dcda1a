#include "columns/float_scaling.h"

#include <array>
#include <bit>

namespace sluice::columns {
namespace {

__extension__ using Uint128 = unsigned __int128;

constexpr int kExponentMax = 40;  // 5^40 < 2^93: every step below fits into 128 bits
constexpr double kExactPowers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                   1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

/// 5^q · 2^shift, cut (q ≥ 0: exact; q < 0: rounded up) to 128 bits of which the highest is set.
struct Power {
  Uint128 bits;
  int shift;
};

constexpr int BitWidth(Uint128 value) {
  int width = 0;
  for (; value != 0; value >>= 1) ++width;
  return width;
}

constexpr Power PositivePower(Uint128 five) {
  const int unused = 128 - BitWidth(five);
  return {five << unused, unused};
}

constexpr Power NegativePower(Uint128 five) {
  const int shift = 127 + BitWidth(five);
  Uint128 quotient = 0;
  Uint128 remainder = 1;
  for (int i = 0; i < shift; ++i) {
    remainder <<= 1;
    quotient <<= 1;
    if (remainder >= five) {
      remainder -= five;
      quotient |= 1;
    }
  }
  return {quotient + 1, shift};
}

constexpr std::array<Power, 2 * kExponentMax + 1> MakePowers() {
  std::array<Power, 2 * kExponentMax + 1> powers{};
  powers[kExponentMax] = PositivePower(1);
  Uint128 five = 1;
  for (int q = 1; q <= kExponentMax; ++q) {
    five *= 5;
    powers[static_cast<std::size_t>(kExponentMax) + static_cast<std::size_t>(q)] = PositivePower(five);
    powers[static_cast<std::size_t>(kExponentMax) - static_cast<std::size_t>(q)] = NegativePower(five);
  }
  return powers;
}

constexpr auto kPowers = MakePowers();

}  // namespace

bool ScaleToFloat64(std::uint64_t mantissa, std::int64_t exponent, double* value) {
  if (mantissa <= std::uint64_t{1} << 53 && exponent >= -22 && exponent <= 22) {
    const auto exact = static_cast<double>(mantissa);
    *value = exponent < 0 ? exact / kExactPowers[-exponent] : exact * kExactPowers[exponent];
    return true;
  }
  if (mantissa == 0 || exponent < -kExponentMax || exponent > kExponentMax) return false;
  const Power& power = kPowers[static_cast<std::size_t>(exponent + kExponentMax)];
  const int unused = std::countl_zero(mantissa);
  mantissa <<= unused;
  // The product's upper 128 bits; cutting and the power's own error move them by less than 2 units.
  const Uint128 low = Uint128{mantissa} * static_cast<std::uint64_t>(power.bits);
  const Uint128 product = Uint128{mantissa} * static_cast<std::uint64_t>(power.bits >> 64) + (low >> 64);
  const int dropped = 73 + static_cast<int>(product >> 127);  // leaves 53 bits and the one that rounds
  const Uint128 mask = (Uint128{1} << dropped) - 1;
  const Uint128 rest = product & mask;
  if (rest < 4 || rest > mask - 4) return false;
  std::uint64_t significand = (static_cast<std::uint64_t>(product >> dropped) + 1) >> 1;
  std::int64_t binary_exponent = dropped + 65 - power.shift + exponent - unused;
  if (significand == std::uint64_t{1} << 53) {
    significand >>= 1;
    ++binary_exponent;
  }
  const auto biased = static_cast<std::uint64_t>(binary_exponent + 52 + 1023);
  *value = std::bit_cast<double>(biased << 52 | (significand & ((std::uint64_t{1} << 52) - 1)));
  return true;
}

}  // namespace sluice::columns
