#include "expression/time_text.h"

#include <fmt/format.h>

#include <limits>

#include "expression/time_unit.h"
#include "expression/value_text.h"
#include "expression/word.h"

namespace sluice::expression {
namespace {

constexpr std::int64_t kMicrosPerSecond = 1'000'000;
constexpr std::int64_t kSecondsPerDay = 86'400;
constexpr std::int64_t kMicrosPerDay = kSecondsPerDay * kMicrosPerSecond;
constexpr std::int64_t kDaysPerEra = 146'097;   ///< 400 years
constexpr std::int64_t kDaysToEpoch = 719'468;  ///< from 0000-03-01

// Years are counted from March, so that a leap day is the last of its year, and in eras of 400 years
// (H. Hinnant, "chrono-Compatible Low-Level Date Algorithms").
std::int64_t DaysFromDate(std::int64_t year, std::int64_t month, std::int64_t day) {
  year -= month <= 2 ? 1 : 0;
  const std::int64_t era = (year >= 0 ? year : year - 399) / 400;
  const std::int64_t year_of_era = year - era * 400;
  const std::int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  return era * kDaysPerEra + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - kDaysToEpoch;
}

std::int64_t DaysInMonth(std::int64_t year, std::int64_t month) {
  return month == 12 ? 31 : DaysFromDate(year, month + 1, 1) - DaysFromDate(year, month, 1);
}

/// A reader of digits and marks.
class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  bool done() const { return rest_.empty(); }
  char next() const { return rest_.empty() ? '\0' : rest_.front(); }
  std::string_view rest() const { return rest_; }

  bool Take(char c) {
    if (next() != c || rest_.empty()) return false;
    rest_.remove_prefix(1);
    return true;
  }

  /// A number of `digits_min` … `digits_max` digits.
  bool Number(std::size_t digits_min, std::size_t digits_max, std::int64_t* value) {
    std::size_t digits = 0;
    *value = 0;
    while (digits < digits_max && IsAsciiDigit(next())) {
      *value = *value * 10 + (next() - '0');
      rest_.remove_prefix(1);
      ++digits;
    }
    digits_ = digits;
    return digits >= digits_min;
  }
  std::size_t digits() const { return digits_; }

 private:
  std::string_view rest_;
  std::size_t digits_ = 0;
};

bool ReadDate(Reader* reader, std::int64_t* days) {
  const bool negative = reader->Take('-');
  if (!negative) reader->Take('+');
  std::int64_t year = 0;
  std::int64_t month = 1;
  std::int64_t day = 1;
  if (!reader->Number(4, 7, &year)) return false;
  if (negative) year = -year;
  if (reader->Take('-')) {
    if (!reader->Number(1, 2, &month)) return false;
    if (reader->Take('-') && !reader->Number(1, 2, &day)) return false;
  }
  if (month < 1 || month > 12 || day < 1 || day > DaysInMonth(year, month)) return false;
  *days = DaysFromDate(year, month, day);
  return true;
}

bool ReadClock(Reader* reader, std::int64_t* micros) {
  std::int64_t hour = 0;
  std::int64_t minute = 0;
  std::int64_t second = 0;
  std::int64_t fraction = 0;
  if (!reader->Number(1, 2, &hour) || !reader->Take(':') || !reader->Number(1, 2, &minute)) return false;
  if (reader->Take(':')) {
    if (!reader->Number(1, 2, &second)) return false;
    if (reader->Take('.')) {
      reader->Number(0, 6, &fraction);
      for (std::size_t digits = reader->digits(); digits < 6; ++digits) fraction *= 10;
      std::int64_t cut_off = 0;
      reader->Number(0, 12, &cut_off);
    }
  }
  *micros = ((hour * 60 + minute) * 60 + second) * kMicrosPerSecond + fraction;
  return hour < 24 && minute < 60 && second < 60;
}

/// All that is left: Z, UTC, GMT or ±H[H][[:]MM].
bool ReadZone(Reader* reader, std::int64_t* offset_micros) {
  const std::string_view name = TrimBlanks(reader->rest());
  *offset_micros = 0;
  if (EqualWords(name, "Z") || EqualWords(name, "UTC") || EqualWords(name, "GMT")) return true;
  Reader offset(name);
  const bool west = offset.Take('-');
  if (!west && !offset.Take('+')) return false;
  std::int64_t hours = 0;
  std::int64_t minutes = 0;
  if (!offset.Number(1, 2, &hours)) return false;
  if (!offset.done()) {
    offset.Take(':');
    if (!offset.Number(2, 2, &minutes) || !offset.done()) return false;
  }
  if (hours > 18 || minutes > 59) return false;
  *offset_micros = (west ? -1 : 1) * (hours * 60 + minutes) * 60 * kMicrosPerSecond;
  return true;
}

}  // namespace

std::optional<std::int32_t> ParseDate(std::string_view text) {
  Reader reader(TrimBlanks(text));
  std::int64_t days = 0;
  if (!ReadDate(&reader, &days)) return std::nullopt;
  if (!reader.done() && reader.next() != ' ' && reader.next() != 'T') return std::nullopt;
  if (days < std::numeric_limits<std::int32_t>::min() || days > std::numeric_limits<std::int32_t>::max()) {
    return std::nullopt;
  }
  return static_cast<std::int32_t>(days);
}

std::optional<TimestampText> ParseTimestamp(std::string_view text) {
  Reader reader(TrimBlanks(text));
  std::int64_t days = 0;
  std::int64_t clock = 0;
  std::int64_t offset = 0;
  TimestampText timestamp;
  if (!ReadDate(&reader, &days)) return std::nullopt;
  if (reader.Take(' ') || reader.Take('T')) {
    if (!ReadClock(&reader, &clock)) return std::nullopt;
    timestamp.has_zone = !reader.done();
    if (timestamp.has_zone && !ReadZone(&reader, &offset)) return std::nullopt;
  } else if (!reader.done()) {
    return std::nullopt;
  }
  // The clock is added in the same direction as the day's sign last, so that the very first instant is reached.
  std::int64_t midnight = 0;
  const bool before = days < 0;
  if (__builtin_mul_overflow(before ? days + 1 : days, kMicrosPerDay, &midnight)) return std::nullopt;
  const std::int64_t rest = clock - offset - (before ? kMicrosPerDay : 0);
  if (__builtin_add_overflow(midnight, rest, &timestamp.micros)) return std::nullopt;
  return timestamp;
}

std::string FormatDate(std::int64_t days) {
  days += kDaysToEpoch;
  const std::int64_t era = FloorDivide(days, kDaysPerEra);
  const std::int64_t day_of_era = days - era * kDaysPerEra;
  const std::int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36'524 - day_of_era / 146'096) / 365;
  const std::int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const std::int64_t march_month = (5 * day_of_year + 2) / 153;
  const std::int64_t day = day_of_year - (153 * march_month + 2) / 5 + 1;
  const std::int64_t month = march_month + (march_month < 10 ? 3 : -9);
  const std::int64_t year = year_of_era + era * 400 + (month <= 2 ? 1 : 0);
  const std::string_view sign = year < 0 ? "-" : year > 9999 ? "+" : "";
  return fmt::format("{}{:04}-{:02}-{:02}", sign, year < 0 ? -year : year, month, day);
}

std::string FormatTimestamp(std::int64_t micros) {
  const std::int64_t days = FloorDivide(micros, kMicrosPerDay);
  const std::int64_t clock = (micros % kMicrosPerDay + kMicrosPerDay) % kMicrosPerDay;
  const std::int64_t seconds = clock / kMicrosPerSecond;
  std::string text =
      fmt::format("{} {:02}:{:02}:{:02}", FormatDate(days), seconds / 3600, seconds / 60 % 60, seconds % 60);
  if (const std::int64_t fraction = clock % kMicrosPerSecond; fraction != 0) {
    text += fmt::format(".{:06}", fraction);
    while (text.back() == '0') text.pop_back();
  }
  return text;
}

}  // namespace sluice::expression
