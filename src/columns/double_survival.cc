#include "columns/double_survival.h"

#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstdint>

#include "columns/float_scaling.h"
#include "columns/number_parser.h"

namespace sluice::columns {
namespace {

constexpr std::size_t kDigitsMax = 17;  // no shortest form has more

__extension__ using Uint128 = unsigned __int128;

constexpr std::array<std::uint64_t, 28> MakePowersOfFive() {
  std::array<std::uint64_t, 28> powers{1};
  for (std::size_t i = 1; i < powers.size(); ++i) powers[i] = powers[i - 1] * 5;
  return powers;
}
constexpr auto kPowersOfFive = MakePowersOfFive();

/// A number as 0.DIGITS · 10^exponent without zeros at either end.
struct Normal {
  std::array<char, kDigitsMax> digits{};
  std::size_t count = 0;
  std::int64_t exponent = 0;
};

/// False when there are more significant digits than a double's shortest form has.
bool Normalize(std::string_view text, Normal* normal) {
  if (text.starts_with('-')) text.remove_prefix(1);
  const std::size_t mark = text.find_first_of("eE");
  if (mark != std::string_view::npos) {
    std::string_view power = text.substr(mark + 1);
    if (power.starts_with('+')) power.remove_prefix(1);
    const auto [at, error] = std::from_chars(power.data(), power.data() + power.size(), normal->exponent);
    if (error != std::errc()) return false;
    text = text.substr(0, mark);
  }
  bool in_fraction = false;
  std::size_t zeros = 0;  // seen since the last other digit
  for (const char c : text) {
    if (c == '.') {
      in_fraction = true;
      continue;
    }
    if (normal->count == 0 && c == '0') {
      normal->exponent -= in_fraction ? 1 : 0;
      continue;
    }
    normal->exponent += in_fraction ? 0 : 1;
    if (c == '0') {
      ++zeros;
      continue;
    }
    if (normal->count + zeros >= kDigitsMax) return false;
    for (; zeros > 0; --zeros) normal->digits[normal->count++] = '0';
    normal->digits[normal->count++] = c;
  }
  return true;
}

/// v = `significand` · 2^`binary_exponent`, the double nearest to w = `mantissa` · 10^`exponent`: is w what the
/// shortest form of v says? Yes, when no decimal with a digit less lies within half a unit of v, and none with as many
/// digits is nearer. All is compared in multiples of 10^exponent / 2^shift, which are integers.
Survival IsShortest(std::uint64_t mantissa, std::int64_t exponent, std::uint64_t significand,
                    std::int64_t binary_exponent) {
  const std::int64_t shift = 1 - (binary_exponent - exponent);
  if (shift <= 0 || shift >= 68) return Survival::kUnknown;
  const Uint128 half_unit = kPowersOfFive[static_cast<std::size_t>(-exponent)];
  const Uint128 value = 2 * Uint128{significand} * half_unit;
  const auto scaled = [shift](std::uint64_t decimal) { return Uint128{decimal} << shift; };
  const Uint128 written = scaled(mantissa);
  const Uint128 distance = value > written ? value - written : written - value;
  const Uint128 half_digit = Uint128{1} << (shift - 1);
  const std::uint64_t below = mantissa - mantissa % 10;
  const Uint128 to_below = value - scaled(below);
  const Uint128 to_above = scaled(below + 10) - value;
  // Outside of them v is more than a digit away.
  if (scaled(below) > value || scaled(below + 10) < value) return Survival::kNo;
  if (distance == half_digit || to_below == half_unit || to_above == half_unit) return Survival::kUnknown;
  return distance < half_digit && to_below > half_unit && to_above > half_unit ? Survival::kYes : Survival::kNo;
}

}  // namespace

Survival SurvivesDouble(std::uint64_t mantissa, std::int64_t exponent) {
  constexpr std::uint64_t kAlwaysBelow = 1'000'000'000'000'000U;  // 15 digits always come back …
  constexpr std::uint64_t kNeverFrom = 100'000'000'000'000'000U;  // … and no shortest form has more than 17
  while (mantissa >= kAlwaysBelow && mantissa % 10 == 0) {
    mantissa /= 10;
    ++exponent;
  }
  if (exponent >= 0 || exponent < -27) return Survival::kUnknown;
  if (mantissa < kAlwaysBelow) return Survival::kYes;
  if (mantissa >= kNeverFrom) return Survival::kNo;
  double value = 0;
  if (!ScaleToFloat64(mantissa, exponent, &value)) return Survival::kUnknown;
  constexpr std::uint64_t kFraction = (std::uint64_t{1} << 52) - 1;
  const auto bits = std::bit_cast<std::uint64_t>(value);
  if ((bits & kFraction) == 0) return Survival::kUnknown;  // a power of two: the double below is nearer
  return IsShortest(mantissa, exponent, (bits & kFraction) | (kFraction + 1),
                    static_cast<std::int64_t>(bits >> 52) - 1075);
}

bool SurvivesDouble(std::string_view text) {
  double value = 0;
  if (ParseFloat64(text, &value) != Fault::kNone || !std::isfinite(value)) return false;
  Normal written;
  if (!Normalize(text, &written)) return false;
  if (written.count == 0) return true;  // some zero; the double keeps its sign
  std::array<char, 32> shortest;
  const auto printed =
      std::to_chars(shortest.data(), shortest.data() + shortest.size(), value, std::chars_format::scientific);
  Normal kept;
  if (!Normalize({shortest.data(), static_cast<std::size_t>(printed.ptr - shortest.data())}, &kept)) return false;
  return written.exponent == kept.exponent && written.count == kept.count && written.digits == kept.digits;
}

}  // namespace sluice::columns
