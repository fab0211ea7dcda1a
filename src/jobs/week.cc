#include "jobs/week.h"

namespace sluice::jobs {
namespace {

using std::chrono::days;
using std::chrono::January;
using std::chrono::sys_days;
using std::chrono::year;
using std::chrono::year_month_day;

sys_days NewYear(int of) { return year(of) / January / 1; }

sys_days MondayOnOrBefore(sys_days date) { return date - (std::chrono::weekday(date) - std::chrono::Monday); }

sys_days FirstOnOrAfterNewYear(int of, std::chrono::weekday first) {
  const sys_days new_year = NewYear(of);
  return new_year + (first - std::chrono::weekday(new_year));
}

}  // namespace

IsoWeek IsoWeekOf(sys_days date) {
  const sys_days thursday = MondayOnOrBefore(date) + days(3);
  const int of = static_cast<int>(year_month_day(thursday).year());
  return {of, static_cast<int>((thursday - NewYear(of)).count() / 7 + 1)};
}

sys_days MondayOf(IsoWeek week) {
  // 4 January is in week 1, whatever its weekday.
  return MondayOnOrBefore(NewYear(week.year) + days(3)) + days(7 * (week.week - 1));
}

int WeekOfYear(sys_days date, std::chrono::weekday first) {
  const sys_days week_one = FirstOnOrAfterNewYear(static_cast<int>(year_month_day(date).year()), first);
  return date < week_one ? 0 : static_cast<int>((date - week_one).count() / 7 + 1);
}

sys_days FirstDayOf(int of, int week, std::chrono::weekday first) {
  return week == 0 ? NewYear(of) : FirstOnOrAfterNewYear(of, first) + days(7 * (week - 1));
}

}  // namespace sluice::jobs
