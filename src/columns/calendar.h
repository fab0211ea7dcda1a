#pragma once

#include <cstdint>

/// The proleptic Gregorian calendar, years 0 … 9999.
namespace sluice::columns {

inline constexpr std::int64_t kSecondsPerDay = 86'400;

constexpr bool IsLeapYear(std::uint32_t year) { return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0); }

constexpr std::uint32_t DaysInMonth(std::uint32_t year, std::uint32_t month) {
  constexpr std::uint8_t kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return kDays[month - 1] + (month == 2 && IsLeapYear(year) ? 1U : 0U);
}

constexpr bool IsDate(std::uint32_t year, std::uint32_t month, std::uint32_t day) {
  return month - 1 < 12 && day >= 1 && day <= DaysInMonth(year, month);
}

/// Days since 1970-01-01 of a valid date. Years are counted from March, so that a leap day is a year's last.
constexpr std::int32_t DaysFromDate(std::uint32_t year, std::uint32_t month, std::uint32_t day) {
  const std::uint32_t march_year = year + 400 - (month <= 2 ? 1 : 0);  // 400 years = 146,097 days keep it positive
  const std::uint32_t march_month = month + (month <= 2 ? 9 : 0) - (month <= 2 ? 0 : 3);
  const std::uint32_t day_of_year = (153 * march_month + 2) / 5 + day - 1;
  const std::uint32_t days = march_year * 365 + march_year / 4 - march_year / 100 + march_year / 400 + day_of_year;
  return static_cast<std::int32_t>(days) - 719'468 - 146'097;
}

static_assert(DaysFromDate(1970, 1, 1) == 0 && DaysFromDate(2000, 3, 1) == 11'017 && DaysFromDate(1, 1, 1) == -719'162);

}  // namespace sluice::columns
