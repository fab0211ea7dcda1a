#include "jobs/date.h"

#include <date/tz.h>
#include <fmt/format.h>

#include <charconv>
#include <exception>
#include <vector>

#include "core/suggestion.h"

namespace sluice::jobs {
namespace {

bool ReadDigits(std::string_view text, int& number) {
  const char* end = text.data() + text.size();
  for (const char c : text) {
    if (c < '0' || c > '9') return false;
  }
  return std::from_chars(text.data(), end, number).ptr == end;
}

core::Error UnknownZone(const std::string& zone) {
  auto error = core::InvalidInput(fmt::format("'{}' is not a time zone", zone));
  try {
    std::vector<std::string> names;
    for (const auto& known : date::get_tzdb().zones) names.push_back(known.name());
    const std::string nearest = core::NearestName(zone, names);
    if (!nearest.empty()) return std::move(error).WithHint(fmt::format("did you mean '{}'?", nearest));
  } catch (const std::exception& failure) {
    return std::move(error).WithContext(fmt::format("time zone database: {}", failure.what()));
  }
  return std::move(error).WithHint("write an IANA name such as Asia/Bangkok or UTC");
}

const date::time_zone* FindZone(const std::string& zone) {
  try {
    return date::locate_zone(zone);
  } catch (const std::exception&) {
    return nullptr;
  }
}

}  // namespace

core::Result<Date> ParseDate(std::string_view text) {
  int year = 0;
  int month = 0;
  int day = 0;
  const bool shaped = text.size() == 10 && text[4] == '-' && text[7] == '-' && ReadDigits(text.substr(0, 4), year) &&
                      ReadDigits(text.substr(5, 2), month) && ReadDigits(text.substr(8, 2), day);
  const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!shaped || !date.ok() || year < 1) {
    return core::InvalidInput(fmt::format("'{}' is not a date", text)).WithHint("write it like 2025-10-28");
  }
  return Date(date);
}

std::string FormatDate(Date date) {
  const std::chrono::year_month_day ymd(date);
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(ymd.year()), static_cast<unsigned>(ymd.month()),
                     static_cast<unsigned>(ymd.day()));
}

core::Result<Date> DateIn(const std::string& zone, core::Timestamp time) {
  if (zone == "UTC") return std::chrono::floor<std::chrono::days>(time);
  const date::time_zone* found = FindZone(zone);
  if (found == nullptr) return UnknownZone(zone);
  try {
    const auto local = found->to_local(std::chrono::floor<std::chrono::seconds>(time));
    return Date(std::chrono::floor<std::chrono::days>(local.time_since_epoch()));
  } catch (const std::exception& failure) {
    return core::InvalidInput(fmt::format("time zone '{}': {}", zone, failure.what()));
  }
}

core::Status CheckZone(const std::string& zone) {
  if (zone == "UTC" || FindZone(zone) != nullptr) return core::Ok();
  return UnknownZone(zone);
}

}  // namespace sluice::jobs
