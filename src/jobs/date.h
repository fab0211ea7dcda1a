#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "core/clock.h"
#include "core/result.h"

namespace sluice::jobs {

/// A calendar date, proleptic Gregorian, years 1 to 9999.
using Date = std::chrono::sys_days;

/// Read "2025-10-28". InvalidInput when it is not a date of the calendar.
core::Result<Date> ParseDate(std::string_view text);
std::string FormatDate(Date date);

/// The date that calendars show in `zone` (IANA name, "UTC" too) at `time`. InvalidInput for an unknown zone.
core::Result<Date> DateIn(const std::string& zone, core::Timestamp time);

/// Ok when the time zone database knows `zone`; InvalidInput with the nearest name otherwise.
core::Status CheckZone(const std::string& zone);

}  // namespace sluice::jobs
