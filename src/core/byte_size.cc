#include "core/byte_size.h"

#include <fmt/format.h>

#include <array>
#include <cctype>
#include <charconv>
#include <cmath>
#include <utility>

namespace sluice::core {
namespace {

constexpr std::array<std::pair<std::string_view, double>, 15> kUnits{{
    {"", 1},
    {"b", 1},
    {"k", 1024},
    {"kb", 1e3},
    {"kib", 1024},
    {"m", 1048576},
    {"mb", 1e6},
    {"mib", 1048576},
    {"g", 1073741824},
    {"gb", 1e9},
    {"gib", 1073741824},
    {"t", 1099511627776},
    {"tb", 1e12},
    {"tib", 1099511627776},
    {"bytes", 1},
}};

}  // namespace

Result<std::uint64_t> ParseByteSize(std::string_view text) {
  const auto fail = [&] {
    return InvalidInput(fmt::format("'{}' is not a size", text)).WithHint("write it like 4096, 64MiB or 1.5GiB");
  };
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed);
  if (error != std::errc() || !(number >= 0)) return fail();
  std::string unit;
  for (const char c : text.substr(static_cast<std::size_t>(end - text.data()))) {
    if (c != ' ') unit.push_back(static_cast<char>(std::tolower(static_cast<unsigned char>(c))));
  }
  for (const auto& [name, factor] : kUnits) {
    if (unit != name) continue;
    const double bytes = number * factor;
    if (bytes >= 9.2e18 || bytes != std::floor(bytes)) return fail();
    return static_cast<std::uint64_t>(bytes);
  }
  return fail();
}

std::string FormatByteSize(std::uint64_t bytes) {
  if (bytes != 0 && bytes % kGiB == 0) return fmt::format("{}GiB", bytes / kGiB);
  if (bytes != 0 && bytes % kMiB == 0) return fmt::format("{}MiB", bytes / kMiB);
  if (bytes != 0 && bytes % kKiB == 0) return fmt::format("{}KiB", bytes / kKiB);
  return fmt::format("{}", bytes);
}

std::string FormatByteSizeRounded(std::uint64_t bytes) {
  constexpr std::array<std::string_view, 5> kNames{"bytes", "KB", "MB", "GB", "TB"};
  double number = static_cast<double>(bytes);
  std::size_t unit = 0;
  while (number >= 1023.5 && unit + 1 < kNames.size()) {
    number /= 1024;
    ++unit;
  }
  const bool with_decimal = unit >= 2 && number < 99.95;
  return with_decimal ? fmt::format("{:.1f} {}", number, kNames[unit]) : fmt::format("{:.0f} {}", number, kNames[unit]);
}

std::string FormatCount(std::uint64_t count) {
  std::string digits = fmt::format("{}", count);
  for (std::size_t at = digits.size(); at > 3; at -= 3) digits.insert(at - 3, 1, ',');
  return digits;
}

}  // namespace sluice::core
