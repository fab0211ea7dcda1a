#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// Dates and timestamps as SQL literals and casts write them, as Spark takes them.
namespace sluice::expression {

/// Days since 1970-01-01, proleptic Gregorian, of "2024-02-29", "2024-2", "2024", "-0044-03-15", "+12024-01-01"; what
/// follows a date behind a blank or 'T' is not looked at. nullopt for other text.
std::optional<std::int32_t> ParseDate(std::string_view text);

struct TimestampText {
  std::int64_t micros = 0;  ///< since 1970-01-01 00:00:00; UTC when the text has a zone, else of the clock it shows
  bool has_zone = false;
};

/// A date, or a date and " 12:00", "T12:00:30", " 1:2:3.123456", and then perhaps Z, UTC, +01, +01:00, +0100. Digits of
/// a second beyond the sixth are cut off.
std::optional<TimestampText> ParseTimestamp(std::string_view text);

/// "2024-02-29", years of at least four digits, "-0044-03-15", "+12024-01-01".
std::string FormatDate(std::int64_t days);

/// "2024-02-29 12:00:00.5": the date, the time, digits of the second as far as they are not 0.
std::string FormatTimestamp(std::int64_t micros);

}  // namespace sluice::expression
