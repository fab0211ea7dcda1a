#include "delta/property_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <string>
#include <utility>

#include "delta/name_folding.h"

namespace sluice::delta {
namespace {

constexpr std::int64_t kNsPerMs = 1'000'000;

constexpr std::array<std::pair<std::string_view, std::int64_t>, 8> kIntervalUnitsNs{{
    {"nanosecond", 1},
    {"microsecond", 1'000},
    {"millisecond", 1'000'000},
    {"second", 1'000'000'000},
    {"minute", 60'000'000'000},
    {"hour", 3'600'000'000'000},
    {"day", 86'400'000'000'000},
    {"week", 604'800'000'000'000},
}};

constexpr std::array<std::pair<std::string_view, std::int64_t>, 10> kSizeUnits{{
    {"", 1},
    {"b", 1},
    {"k", std::int64_t{1} << 10},
    {"kb", std::int64_t{1} << 10},
    {"m", std::int64_t{1} << 20},
    {"mb", std::int64_t{1} << 20},
    {"g", std::int64_t{1} << 30},
    {"gb", std::int64_t{1} << 30},
    {"t", std::int64_t{1} << 40},
    {"tb", std::int64_t{1} << 40},
}};

std::string_view TakeWord(std::string_view& text) {
  text = TrimBlanks(text);
  const std::string_view word = text.substr(0, text.find(' '));
  text.remove_prefix(word.size());
  return word;
}

std::int64_t IntervalUnitNs(std::string_view word) {
  if (word.ends_with('s')) word.remove_suffix(1);
  const auto at = std::ranges::find(kIntervalUnitsNs, word, &std::pair<std::string_view, std::int64_t>::first);
  return at == kIntervalUnitsNs.end() ? 0 : at->second;
}

}  // namespace

std::string_view TrimBlanks(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

core::Result<std::int64_t> ParsePropertyNumber(std::string_view text) {
  const std::string_view trimmed = TrimBlanks(text);
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(trimmed.data(), trimmed.data() + trimmed.size(), number);
  if (error == std::errc() && end == trimmed.data() + trimmed.size()) return number;
  return core::InvalidInput(fmt::format("'{}' is not a whole number", text));
}

core::Result<std::chrono::milliseconds> ParseInterval(std::string_view text) {
  const auto fail = [&] {
    return core::InvalidInput(fmt::format("'{}' is not an interval", text))
        .WithHint("write it like 'interval 7 days' or '1 day 12 hours'; weeks are the longest unit");
  };
  const std::string folded = FoldName(text);
  std::string_view rest = TrimBlanks(folded);
  if (rest.starts_with("interval ")) rest.remove_prefix(8);
  std::int64_t total_ms = 0;
  std::int64_t below_ms_ns = 0;
  do {
    const auto number = ParsePropertyNumber(TakeWord(rest));
    const std::int64_t unit_ns = IntervalUnitNs(TakeWord(rest));
    if (!number || *number < 0 || unit_ns == 0) return fail();
    std::int64_t part_ms = *number;
    if (unit_ns < kNsPerMs) {
      below_ms_ns += *number % (kNsPerMs / unit_ns) * unit_ns;
      part_ms = *number / (kNsPerMs / unit_ns) + below_ms_ns / kNsPerMs;
      below_ms_ns %= kNsPerMs;
    } else if (__builtin_mul_overflow(*number, unit_ns / kNsPerMs, &part_ms)) {
      return fail();
    }
    if (__builtin_add_overflow(total_ms, part_ms, &total_ms)) return fail();
  } while (!TrimBlanks(rest).empty());
  return std::chrono::milliseconds(total_ms);
}

core::Result<std::int64_t> ParsePropertySize(std::string_view text) {
  const std::string folded = FoldName(TrimBlanks(text));
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(folded.data(), folded.data() + folded.size(), number);
  if (error == std::errc() && number >= 0) {
    const std::string_view unit =
        TrimBlanks(std::string_view(end, static_cast<std::size_t>(folded.data() + folded.size() - end)));
    const auto at = std::ranges::find(kSizeUnits, unit, &std::pair<std::string_view, std::int64_t>::first);
    std::int64_t bytes = 0;
    if (at != kSizeUnits.end() && !__builtin_mul_overflow(number, at->second, &bytes)) return bytes;
  }
  return core::InvalidInput(fmt::format("'{}' is not a size", text)).WithHint("write it like 104857600 or 100mb");
}

}  // namespace sluice::delta
