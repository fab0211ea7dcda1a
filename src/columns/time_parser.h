#pragma once

#include <cstdint>
#include <string_view>

#include "columns/calendar.h"
#include "columns/scalar_builder.h"
#include "columns/swar.h"

// ISO 8601 dates and times at fixed places, years 0000 … 9999. Texts have kTextPadding readable bytes behind them.
namespace sluice::columns {

/// What a text says about a moment. Seconds are those of the clock the text shows; `offset_seconds` leads to UTC.
struct Moment {
  enum class Zone : std::uint8_t { kNone, kUtc, kOffset };
  std::int64_t seconds = 0;  ///< since 1970-01-01 00:00:00 on that clock; a time of day: since midnight
  std::uint32_t nanos = 0;
  std::uint8_t fraction_digits = 0;  ///< as written, at most 9
  bool finer_than_nanos = false;     ///< a digit other than 0 behind the ninth
  bool has_time = false;
  Zone zone = Zone::kNone;  ///< kUtc: Z, +00, +0000 or +00:00
  std::int32_t offset_seconds = 0;
};

namespace iso {

/// `pattern` has '0' where a digit is expected. On success, digit values at their places and 0 elsewhere.
template <std::uint64_t kPattern, std::uint64_t kDigits>
inline bool Match(std::uint64_t word, std::uint64_t* values) {
  // A byte above its maximum (9 at a digit, 0 elsewhere) raises the top bit of the sum or has it already.
  constexpr std::uint64_t kRoom = 0x7F7F7F7F7F7F7F7FU - kDigits * 9;
  *values = word ^ kPattern;
  return (((*values + kRoom) | *values) & 0x8080808080808080U) == 0;
}

inline constexpr std::uint64_t kDatePattern = 0x2D30302D30303030U;  // "0000-00-"
inline constexpr std::uint64_t kDateDigits = 0x0001010001010101U;
inline constexpr std::uint64_t kTimePattern = 0x30303A30303A3030U;  // "00:00:00"
inline constexpr std::uint64_t kTimeDigits = 0x0101000101000101U;

/// Ten bytes "YYYY-MM-DD".
inline bool ReadDate(const char* at, std::int32_t* days) {
  std::uint64_t values;
  if (!Match<kDatePattern, kDateDigits>(swar::Load(at), &values)) return false;
  const auto tens = static_cast<std::uint32_t>(static_cast<unsigned char>(at[8]) - '0');
  const auto ones = static_cast<std::uint32_t>(static_cast<unsigned char>(at[9]) - '0');
  if (tens > 9 || ones > 9) return false;
  const std::uint64_t pairs = values * 10 + (values >> 8);
  const auto year = static_cast<std::uint32_t>((pairs & 0xFF) * 100 + ((pairs >> 16) & 0xFF));
  const auto month = static_cast<std::uint32_t>((pairs >> 40) & 0xFF);
  const std::uint32_t day = tens * 10 + ones;
  if (!IsDate(year, month, day)) return false;
  *days = DaysFromDate(year, month, day);
  return true;
}

/// Eight bytes "HH:MM:SS", 00:00:00 … 23:59:59.
inline bool ReadClock(const char* at, std::int64_t* seconds) {
  std::uint64_t values;
  if (!Match<kTimePattern, kTimeDigits>(swar::Load(at), &values)) return false;
  const std::uint64_t pairs = values * 10 + (values >> 8);
  const std::uint64_t hour = pairs & 0xFF;
  const std::uint64_t minute = (pairs >> 24) & 0xFF;
  const std::uint64_t second = (pairs >> 48) & 0xFF;
  *seconds = static_cast<std::int64_t>(hour * 3600 + minute * 60 + second);
  return hour < 24 && minute < 60 && second < 60;
}

/// The digits behind the point of a second; `at` moves behind them.
bool ReadFraction(const char*& at, const char* end, Moment* moment);
/// "Z", "±HH", "±HHMM" or "±HH:MM" up to `end`.
bool ReadZone(const char* at, const char* end, Moment* moment);
/// "HH:MM" and what may follow it, up to `end`.
bool ReadClockAndZone(const char* at, const char* end, Moment* moment);

}  // namespace iso

/// "2025-10-28".
inline Fault ParseDate(std::string_view text, std::int32_t* days) {
  return text.size() == 10 && iso::ReadDate(text.data(), days) ? Fault::kNone : Fault::kNotAValue;
}

/// "2025-10-28", "2025-10-28 00:15", "2025-10-28T00:15:23.123456+05:00": a date, then 'T' or one space, a time, a zone.
class MomentParser {
 public:
  bool Parse(std::string_view text, Moment* moment) {
    if (text.size() < 10) return false;
    const char* const at = text.data();
    const char* const end = at + text.size();
    // Neighbouring rows often share their date.
    const std::uint64_t head = swar::Load(at);
    const std::uint64_t tail = static_cast<unsigned char>(at[8]) * 256U + static_cast<unsigned char>(at[9]);
    if (head != date_head_ || tail != date_tail_) {
      std::int32_t days = 0;
      if (!iso::ReadDate(at, &days)) return false;
      date_head_ = head;
      date_tail_ = tail;
      date_seconds_ = days * kSecondsPerDay;
    }
    if (text.size() == 10) {
      moment->seconds = date_seconds_;
      return true;
    }
    if (at[10] != 'T' && at[10] != ' ') return false;
    moment->has_time = true;
    std::int64_t clock = 0;
    if (text.size() >= 19 && iso::ReadClock(at + 11, &clock)) [[likely]] {
      moment->seconds = date_seconds_ + clock;
      const char* rest = at + 19;
      if (rest < end && *rest == '.' && !iso::ReadFraction(rest, end, moment)) return false;
      return rest == end || iso::ReadZone(rest, end, moment);
    }
    if (!iso::ReadClockAndZone(at + 11, end, moment)) return false;
    moment->seconds += date_seconds_;
    return true;
  }

 private:
  std::uint64_t date_head_ = 0;
  std::uint64_t date_tail_ = ~std::uint64_t{0};  ///< no two bytes: nothing was read yet
  std::int64_t date_seconds_ = 0;
};

/// "00:15", "00:15:23", "00:15:23.123456", without a zone.
bool ParseTimeOfDay(std::string_view text, Moment* moment);

}  // namespace sluice::columns
