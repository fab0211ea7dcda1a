#include "delta/z85.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "delta/byte_order.h"

namespace sluice::delta {

namespace {

constexpr std::string_view kAlphabet =
    "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#";
constexpr std::size_t kGroupBytes = 4;
constexpr std::size_t kGroupLetters = 5;
constexpr std::uint8_t kNoDigit = 255;

constexpr std::array<std::uint8_t, 256> kDigits = [] {
  std::array<std::uint8_t, 256> digits{};
  digits.fill(kNoDigit);
  for (std::size_t i = 0; i < kAlphabet.size(); ++i) {
    digits[static_cast<unsigned char>(kAlphabet[i])] = static_cast<std::uint8_t>(i);
  }
  return digits;
}();

core::Error ErrorAt(std::size_t place, const char* what) {
  return core::Corruption("Z85 text, character " + std::to_string(place) + ": " + what);
}

}  // namespace

std::string EncodeZ85(std::string_view bytes) {
  std::string text;
  text.reserve((bytes.size() + kGroupBytes - 1) / kGroupBytes * kGroupLetters);
  for (std::size_t at = 0; at < bytes.size(); at += kGroupBytes) {
    std::string group(bytes.substr(at, kGroupBytes));
    group.resize(kGroupBytes, '\0');
    std::uint32_t value = LoadBig32(group);
    char letters[kGroupLetters];
    for (std::size_t i = kGroupLetters; i-- > 0; value /= 85) letters[i] = kAlphabet[value % 85];
    text.append(letters, kGroupLetters);
  }
  return text;
}

core::Result<std::string> DecodeZ85(std::string_view text) {
  if (text.size() % kGroupLetters != 0) return ErrorAt(text.size(), "the length is no multiple of five");
  std::string bytes;
  bytes.reserve(text.size() / kGroupLetters * kGroupBytes);
  for (std::size_t at = 0; at < text.size(); at += kGroupLetters) {
    const std::string_view group = text.substr(at, kGroupLetters);
    // Above 85^5 - 4 * 85^4: no four bytes begin with '#'.
    const std::size_t padding = std::min(group.find_first_not_of('#'), group.size());
    if (padding >= kGroupBytes || (padding > 0 && at + kGroupLetters != text.size())) {
      return ErrorAt(at, "a group above 2^32 - 1");
    }
    std::uint64_t value = 0;
    for (std::size_t i = padding; i < kGroupLetters; ++i) {
      const std::uint8_t digit = kDigits[static_cast<unsigned char>(group[i])];
      if (digit == kNoDigit) return ErrorAt(at + i, "not of the alphabet");
      value = value * 85 + digit;
    }
    const std::size_t count = kGroupBytes - padding;
    if (value >> (8 * count) != 0) return ErrorAt(at, "a group that does not fit into its bytes");
    for (std::size_t i = count; i-- > 0;) bytes += static_cast<char>(value >> (8 * i) & 0xFF);
  }
  return bytes;
}

}  // namespace sluice::delta
