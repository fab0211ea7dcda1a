#pragma once

#include <chrono>

namespace sluice::jobs {

/// A week of ISO 8601: it belongs to the year that holds its Thursday.
struct IsoWeek {
  int year;
  int week;  ///< 1 to 53
};
IsoWeek IsoWeekOf(std::chrono::sys_days date);
/// Its Monday. A week beyond the year's last is one of the next year.
std::chrono::sys_days MondayOf(IsoWeek week);

/// strftime's %W (first = Monday) and %U (first = Sunday): week 1 begins with the year's first such day, week 0 is
/// before.
int WeekOfYear(std::chrono::sys_days date, std::chrono::weekday first);
/// The first day of that week; 1 January for week 0.
std::chrono::sys_days FirstDayOf(int year, int week, std::chrono::weekday first);

}  // namespace sluice::jobs
