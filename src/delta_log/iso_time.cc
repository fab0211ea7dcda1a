#include "delta_log/iso_time.h"

#include <fmt/format.h>

#include <chrono>

namespace sluice::delta_log {

std::optional<std::string> IsoDate(std::int64_t days) {
  constexpr std::int64_t kFirst = -719'162;  // 0001-01-01
  constexpr std::int64_t kLast = 2'932'896;  // 9999-12-31
  if (days < kFirst || days > kLast) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::sys_days(std::chrono::days(days))};
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                     static_cast<unsigned>(date.day()));
}

std::optional<std::string> IsoTimestamp(std::int64_t micros) {
  const std::chrono::microseconds moment(micros);
  const auto day = std::chrono::floor<std::chrono::days>(moment);
  std::optional<std::string> text = IsoDate(day.count());
  if (!text.has_value()) return std::nullopt;
  const std::chrono::hh_mm_ss clock(moment - day);
  return fmt::format("{}T{:02}:{:02}:{:02}.{:06}", *text, clock.hours().count(), clock.minutes().count(),
                     clock.seconds().count(), clock.subseconds().count());
}

}  // namespace sluice::delta_log
