#include "core/duration.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <utility>

namespace sluice::core {
namespace {

constexpr std::array<std::pair<std::string_view, std::int64_t>, 5> kUnits{
    {{"d", 86'400'000}, {"h", 3'600'000}, {"m", 60'000}, {"s", 1000}, {"ms", 1}}};

}  // namespace

Result<std::chrono::milliseconds> ParseDuration(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const std::string_view unit(end, static_cast<std::size_t>(text.data() + text.size() - end));
  if (error == std::errc() && number >= 0) {
    for (const auto& [name, factor] : kUnits) {
      std::int64_t total = 0;
      if (unit == name && !__builtin_mul_overflow(number, factor, &total)) return std::chrono::milliseconds(total);
    }
  }
  return InvalidInput(fmt::format("'{}' is not a duration", text)).WithHint("write it like 250ms, 30s, 10m, 12h or 7d");
}

std::string FormatDuration(std::chrono::milliseconds duration) {
  for (const auto& [name, factor] : kUnits) {
    if (duration.count() != 0 && duration.count() % factor == 0)
      return fmt::format("{}{}", duration.count() / factor, name);
  }
  return "0s";
}

}  // namespace sluice::core
