#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

/// Eight digits at once in a 64-bit register. Every load reads 8 bytes, which kTextPadding makes safe at a text's end.
namespace sluice::columns::swar {

static_assert(std::endian::native == std::endian::little, "texts are read as little-endian words");

inline constexpr std::uint64_t kZeros = 0x3030303030303030U;
inline constexpr std::uint64_t kHighNibbles = 0xF0F0F0F0F0F0F0F0U;

inline std::uint64_t Load(const char* at) {
  std::uint64_t word;
  std::memcpy(&word, at, sizeof word);
  return word;
}

/// A non-zero high nibble in every byte that is no digit.
inline std::uint64_t NonDigits(std::uint64_t word) {
  return ((word & kHighNibbles) ^ kZeros) | (((word + 0x0606060606060606U) & kHighNibbles) ^ kZeros);
}

inline bool AllDigits(std::uint64_t word) { return NonDigits(word) == 0; }

/// Digits at the front of `word`, 0 … 8. A byte that is no digit may spoil the bytes behind it, never those before.
inline std::size_t LeadingDigits(std::uint64_t word) {
  return static_cast<std::size_t>(std::countr_zero(NonDigits(word))) / 8;
}

/// The number that eight digits say.
inline std::uint32_t EightDigits(std::uint64_t word) {
  constexpr std::uint64_t kPairs = 0x000000FF000000FFU;
  constexpr std::uint64_t kWeightsHigh = 0x000F424000000064U;  // 1,000,000 and 100
  constexpr std::uint64_t kWeightsLow = 0x0000271000000001U;   // 10,000 and 1
  word -= kZeros;
  word = word * 10 + (word >> 8);
  return static_cast<std::uint32_t>(((word & kPairs) * kWeightsHigh + ((word >> 16) & kPairs) * kWeightsLow) >> 32);
}

/// The first `count` (1 … 8) bytes of `word` moved to its end, zeros written before them.
inline std::uint64_t RightAlign(std::uint64_t word, std::size_t count) {
  return (word << (8 * (8 - count))) | ((kZeros >> 8) >> (8 * (count - 1)));
}

inline constexpr std::uint64_t kPowersOfTen[] = {1U,
                                                 10U,
                                                 100U,
                                                 1'000U,
                                                 10'000U,
                                                 100'000U,
                                                 1'000'000U,
                                                 10'000'000U,
                                                 100'000'000U,
                                                 1'000'000'000U,
                                                 10'000'000'000U,
                                                 100'000'000'000U,
                                                 1'000'000'000'000U,
                                                 10'000'000'000'000U,
                                                 100'000'000'000'000U,
                                                 1'000'000'000'000'000U,
                                                 10'000'000'000'000'000U,
                                                 100'000'000'000'000'000U,
                                                 1'000'000'000'000'000'000U,
                                                 10'000'000'000'000'000'000U};

/// Add the run of digits at `at` to `mantissa` (which wraps beyond 19 digits: count them); returns the run's end.
inline const char* DigitRun(const char* at, const char* end, std::uint64_t& mantissa) {
  while (at < end) {
    const std::uint64_t word = Load(at);
    const auto left = static_cast<std::size_t>(end - at);
    std::size_t count = LeadingDigits(word);
    if (count > left) count = left;
    if (count == 0) return at;
    mantissa = mantissa * kPowersOfTen[count] + EightDigits(RightAlign(word, count));
    at += count;
    if (count < 8) return at;
  }
  return at;
}

}  // namespace sluice::columns::swar
