#include "columns/time_format.h"

#include <fmt/format.h>

#include <array>
#include <cctype>

namespace sluice::columns {
namespace {

constexpr std::string_view kNumberFields = "YymdejHIMSf";
constexpr std::string_view kOtherFields = "bBaApzZ";
constexpr std::array<std::string_view, 12> kMonths = {"january",   "february", "march",    "april",
                                                      "may",       "june",     "july",     "august",
                                                      "september", "october",  "november", "december"};
constexpr std::array<std::string_view, 7> kWeekdays = {"monday", "tuesday",  "wednesday", "thursday",
                                                       "friday", "saturday", "sunday"};
constexpr std::array<std::string_view, 2> kHalves = {"am", "pm"};
constexpr std::array<std::string_view, 3> kUtcNames = {"utc", "gmt", "z"};

/// The fields of a text as they are found.
struct Fields {
  std::uint32_t year = 0, month = 1, day = 1, year_day = 0;
  std::uint32_t hour = 0, minute = 0, second = 0;
  bool twelve_hours = false;
  bool afternoon = false;
};

bool StartsWith(std::string_view text, std::string_view lower) {
  if (text.size() < lower.size()) return false;
  for (std::size_t i = 0; i < lower.size(); ++i) {
    if (std::tolower(static_cast<unsigned char>(text[i])) != lower[i]) return false;
  }
  return true;
}

/// Take the first of `names` that `text` starts with (its first `letters` letters); -1 when none does.
template <std::size_t kCount>
int TakeName(std::string_view* text, const std::array<std::string_view, kCount>& names, std::size_t letters) {
  for (std::size_t i = 0; i < kCount; ++i) {
    const std::string_view name = names[i].substr(0, letters);
    if (!StartsWith(*text, name)) continue;
    text->remove_prefix(name.size());
    return static_cast<int>(i);
  }
  return -1;
}

std::size_t Width(char field) {
  if (field == 'Y') return 4;
  if (field == 'j') return 3;
  return field == 'f' ? 9 : 2;
}

/// Take up to `width` digits; exactly so many when `exact`. Returns how many, 0 for a failure.
std::size_t TakeNumber(std::string_view* text, std::size_t width, bool exact, std::uint32_t* value) {
  std::size_t count = 0;
  *value = 0;
  while (count < width && count < text->size() && std::isdigit(static_cast<unsigned char>((*text)[count]))) {
    *value = *value * 10 + static_cast<std::uint32_t>((*text)[count++] - '0');
  }
  if (exact && count != width) return 0;
  text->remove_prefix(count);
  return count;
}

bool TakeNumberField(char field, bool number_follows, std::string_view* text, Fields* fields, Moment* moment) {
  if (field == 'e' && !text->empty() && text->front() == ' ') text->remove_prefix(1);
  std::uint32_t value = 0;
  const std::size_t digits = TakeNumber(text, Width(field), field == 'Y' || number_follows, &value);
  if (digits == 0) return false;
  switch (field) {
    case 'Y': fields->year = value; return true;
    case 'y': fields->year = value + (value < 69 ? 2000 : 1900); return digits == 2;
    case 'm': fields->month = value; return true;
    case 'd':
    case 'e': fields->day = value; return true;
    case 'j': fields->year_day = value; return value != 0;
    case 'H': fields->hour = value; return value < 24;
    case 'I':
      fields->hour = value % 12;
      fields->twelve_hours = true;
      return value >= 1 && value <= 12;
    case 'M': fields->minute = value; return value < 60;
    case 'S': fields->second = value; return value < 60;
    default:
      moment->fraction_digits = static_cast<std::uint8_t>(digits);
      moment->nanos = static_cast<std::uint32_t>(value * swar::kPowersOfTen[9 - digits]);
      return true;
  }
}

bool TakeZone(std::string_view* text, Moment* moment) {
  std::size_t size = 1;
  if (!text->empty() && text->front() != 'Z') {
    while (size < text->size() && size < 6 &&
           (std::isdigit(static_cast<unsigned char>((*text)[size])) || (*text)[size] == ':'))
      ++size;
  }
  if (text->empty() || !iso::ReadZone(text->data(), text->data() + size, moment)) return false;
  text->remove_prefix(size);
  return true;
}

bool TakeOtherField(char field, std::string_view* text, Fields* fields, Moment* moment) {
  switch (field) {
    case 'b':
    case 'B': {
      const int month = TakeName(text, kMonths, field == 'b' ? 3 : std::string_view::npos);
      fields->month = static_cast<std::uint32_t>(month + 1);
      return month >= 0;
    }
    case 'a': return TakeName(text, kWeekdays, 3) >= 0;
    case 'A': return TakeName(text, kWeekdays, std::string_view::npos) >= 0;
    case 'p': {
      const int half = TakeName(text, kHalves, 2);
      fields->afternoon = half == 1;
      return half >= 0;
    }
    case 'z': return TakeZone(text, moment);
    default: moment->zone = Moment::Zone::kUtc; return TakeName(text, kUtcNames, std::string_view::npos) >= 0;
  }
}

bool Join(const Fields& fields, Moment* moment) {
  std::int64_t days = 0;
  if (fields.year_day != 0) {
    if (fields.year_day > (IsLeapYear(fields.year) ? 366U : 365U)) return false;
    days = DaysFromDate(fields.year, 1, 1) + static_cast<std::int32_t>(fields.year_day) - 1;
  } else {
    if (!IsDate(fields.year, fields.month, fields.day)) return false;
    days = DaysFromDate(fields.year, fields.month, fields.day);
  }
  const std::uint32_t hour = fields.hour + (fields.twelve_hours && fields.afternoon ? 12U : 0U);
  moment->seconds =
      days * kSecondsPerDay + std::int64_t{hour} * 3600 + std::int64_t{fields.minute} * 60 + fields.second;
  return true;
}

std::string_view Expansion(char field) {
  switch (field) {
    case 'F': return "%Y-%m-%d";
    case 'T': return "%H:%M:%S";
    case 'R': return "%H:%M";
    case 'D': return "%m/%d/%y";
    default: return {};
  }
}

}  // namespace

core::Status TimeFormat::AddField(char field) {
  const bool number = kNumberFields.find(field) != std::string_view::npos;
  if (!number && kOtherFields.find(field) == std::string_view::npos) {
    return core::InvalidInput(fmt::format("'%{}' is not a field of a time format", field))
        .WithHint("use %Y %y %m %d %e %j %b %B %a %A %H %I %M %S %f %p %z %Z %F %T %R %D %%");
  }
  if (number && !steps_.empty() && steps_.back().field != '\0') steps_.back().number_follows = true;
  steps_.push_back({field, '\0', false});
  return core::Ok();
}

core::Result<TimeFormat> TimeFormat::Compile(std::string_view format, bool needs_date) {
  std::string expanded;
  for (std::size_t i = 0; i < format.size(); ++i) {
    const bool escape = format[i] == '%' && i + 1 < format.size();
    const std::string_view expansion = escape ? Expansion(format[i + 1]) : std::string_view();
    expanded += expansion.empty() ? format.substr(i, escape ? 2 : 1) : expansion;
    i += escape ? 1 : 0;
  }
  TimeFormat compiled;
  std::string seen;
  for (std::size_t i = 0; i < expanded.size(); ++i) {
    if (expanded[i] != '%' || (i + 1 < expanded.size() && expanded[i + 1] == '%')) {
      i += expanded[i] == '%' ? 1 : 0;
      compiled.steps_.push_back({'\0', expanded[i], false});
      continue;
    }
    if (i + 1 == expanded.size()) return core::InvalidInput(fmt::format("time format '{}' ends in '%'", format));
    seen += expanded[++i];
    SLUICE_TRY(compiled.AddField(expanded[i]));
  }
  const auto has = [&seen](std::string_view any) { return seen.find_first_of(any) != std::string::npos; };
  if (needs_date && !(has("Yy") && (has("j") || (has("mbB") && has("de"))))) {
    return core::InvalidInput(fmt::format("time format '{}' does not say year, month and day", format));
  }
  if (!needs_date && has("YymdejbBaAzZ")) {
    return core::InvalidInput(fmt::format("time format '{}' says more than a time of day", format));
  }
  if (has("I") != has("p")) return core::InvalidInput(fmt::format("time format '{}': %I and %p go together", format));
  return compiled;
}

bool TimeFormat::Parse(std::string_view text, Moment* moment) const {
  Fields fields{.year = 1970};
  for (const Step& step : steps_) {
    if (step.field == '\0') {
      if (text.empty() || text.front() != step.literal) return false;
      text.remove_prefix(1);
    } else if (kNumberFields.find(step.field) != std::string_view::npos) {
      if (!TakeNumberField(step.field, step.number_follows, &text, &fields, moment)) return false;
    } else if (!TakeOtherField(step.field, &text, &fields, moment)) {
      return false;
    }
  }
  moment->has_time = true;
  return text.empty() && Join(fields, moment);
}

}  // namespace sluice::columns
