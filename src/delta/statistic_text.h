#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "delta/data_type.h"
#include "delta/statistic_value.h"

namespace sluice::delta {

/// Which of two bounds.
enum class Side : std::uint8_t { kMin, kMax };

/// The JSON value that stands for a bound in statistics; nullopt when there is none: for NaN and infinities, years
/// outside 1 … 9999, texts that are not UTF-8, and a largest text that only U+10FFFF would follow. Timestamps are cut
/// to milliseconds, texts to `prefix_length` code points.
std::optional<std::string> FormatStatistic(const StatisticValue& value, const DataType& type, Side side,
                                           std::int64_t prefix_length);

/// A short text that is not below `text`: its first `length` code points and behind them, unless that is all, U+007F or
/// U+10FFFF. Where a U+10FFFF would be cut off the text is longer; nullopt beyond twice the length. `text` is UTF-8.
std::optional<std::string> CutLargestText(std::string_view text, std::int64_t length);

/// As people read it: 12.50, 2024-05-01, 2024-05-01 12:00:00.5, 'text' (cut after 40 bytes).
std::string ToText(const StatisticValue& value, const DataType& type);

/// A value of `type` that statistics give, as the content of a JSON string or as a JSON number or word; nullopt when it
/// is none. Decimals with more digits than the type, and timestamps finer than microseconds, are rounded outwards.
std::optional<StatisticValue> ParseStatistic(std::string_view text, const DataType& type, Side side);

/// A whole number that statistics give: 12, 12.0, 1.2E1; not below 0.
std::optional<std::int64_t> ParseCount(std::string_view text);

}  // namespace sluice::delta
