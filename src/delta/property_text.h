#pragma once

#include <chrono>
#include <cstdint>
#include <string_view>

#include "core/result.h"

namespace sluice::delta {

/// An interval as table properties spell it: "interval 7 days", "1 day 12 hours"; any case, units from nanoseconds to
/// weeks, cut to whole milliseconds. InvalidInput for anything else: negative numbers, months and years, overflow.
core::Result<std::chrono::milliseconds> ParseInterval(std::string_view text);

/// A size as table properties spell it: "104857600", "100mb", "1 g" (1 kb = 1024 bytes), any case. InvalidInput for
/// anything else.
core::Result<std::int64_t> ParsePropertySize(std::string_view text);

/// A whole number with nothing around it but blanks. InvalidInput for anything else.
core::Result<std::int64_t> ParsePropertyNumber(std::string_view text);

/// `text` without blanks around it.
std::string_view TrimBlanks(std::string_view text);

}  // namespace sluice::delta
