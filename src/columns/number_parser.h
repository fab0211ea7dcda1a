#pragma once

#include <concepts>
#include <cstdint>
#include <limits>
#include <string_view>

#include "columns/scalar_builder.h"
#include "columns/swar.h"

// Numbers in declared columns. Taken: an optional '-', digits, leading zeros too (the type is stated, so 007 is 7).
// Refused: '+', spaces, separators, hexadecimal. Texts have kTextPadding readable bytes behind them.
namespace sluice::columns {

/// Digits only, at least one. kOutOfRange beyond 64 bits.
Fault ParseLongMagnitude(std::string_view digits, std::uint64_t* value);

inline Fault ParseMagnitude(const char* at, std::size_t size, std::uint64_t* value) {
  if (size - 1 < 8) {
    const std::uint64_t word = swar::RightAlign(swar::Load(at), size);
    if (!swar::AllDigits(word)) return Fault::kNotAValue;
    *value = swar::EightDigits(word);
    return Fault::kNone;
  }
  if (size - 9 < 8) {
    const std::uint64_t high = swar::RightAlign(swar::Load(at), size - 8);
    const std::uint64_t low = swar::Load(at + size - 8);
    if ((swar::NonDigits(high) | swar::NonDigits(low)) != 0) return Fault::kNotAValue;
    *value = std::uint64_t{swar::EightDigits(high)} * 100'000'000U + swar::EightDigits(low);
    return Fault::kNone;
  }
  return ParseLongMagnitude({at, size}, value);
}

/// An integer of any width and sign.
template <std::integral Integer>
Fault ParseInteger(std::string_view text, Integer* value) {
  const bool negative = !text.empty() && text.front() == '-';
  std::uint64_t magnitude = 0;
  const Fault fault = ParseMagnitude(text.data() + negative, text.size() - negative, &magnitude);
  if (fault != Fault::kNone) return fault;
  if constexpr (std::signed_integral<Integer>) {
    const auto magnitude_max = static_cast<std::uint64_t>(std::numeric_limits<Integer>::max()) + (negative ? 1U : 0U);
    if (magnitude > magnitude_max) return Fault::kOutOfRange;
    *value = static_cast<Integer>(negative ? 0 - magnitude : magnitude);
  } else {
    if (magnitude > std::numeric_limits<Integer>::max() || (negative && magnitude != 0)) return Fault::kOutOfRange;
    *value = static_cast<Integer>(magnitude);
  }
  return Fault::kNone;
}

/// A decimal or exponent notation, ".5" and "5." too, rounded to the nearest; nan, inf and infinity in any case.
/// kOutOfRange where the nearest would be infinite, or zero for a number that is not.
Fault ParseFloat64(std::string_view text, double* value);
Fault ParseFloat32(std::string_view text, float* value);

}  // namespace sluice::columns
