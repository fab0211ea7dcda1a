#include "columns/time_parser.h"

namespace sluice::columns {
namespace iso {
namespace {

bool TwoDigits(const char* at, std::int32_t* value) {
  const int tens = at[0] - '0';
  const int ones = at[1] - '0';
  *value = tens * 10 + ones;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9;
}

}  // namespace

bool ReadFraction(const char*& at, const char* end, Moment* moment) {
  const char* const digits = ++at;
  std::uint64_t value = 0;
  const char* const nano_end = end - digits > 9 ? digits + 9 : end;
  at = swar::DigitRun(at, nano_end, value);
  const auto count = static_cast<std::size_t>(at - digits);
  if (count == 0) return false;
  moment->fraction_digits = static_cast<std::uint8_t>(count);
  moment->nanos = static_cast<std::uint32_t>(value * swar::kPowersOfTen[9 - count]);
  if (count == 9) {
    for (; at < end && *at >= '0' && *at <= '9'; ++at) moment->finer_than_nanos |= *at != '0';
  }
  return true;
}

bool ReadZone(const char* at, const char* end, Moment* moment) {
  const std::ptrdiff_t size = end - at;
  moment->zone = Moment::Zone::kUtc;
  if (size == 1) return *at == 'Z';
  if ((*at != '+' && *at != '-') || (size != 3 && size != 5 && size != 6)) return false;
  if (size == 6 && at[3] != ':') return false;
  std::int32_t hours = 0;
  std::int32_t minutes = 0;
  if (!TwoDigits(at + 1, &hours) || (size > 3 && !TwoDigits(end - 2, &minutes))) return false;
  if (hours > 23 || minutes > 59) return false;
  moment->offset_seconds = (hours * 60 + minutes) * 60;
  // "-00:00" says that the place is unknown (RFC 3339), which is more than UTC.
  if (moment->offset_seconds != 0 || *at == '-') moment->zone = Moment::Zone::kOffset;
  if (*at == '-') moment->offset_seconds = -moment->offset_seconds;
  return true;
}

bool ReadClockAndZone(const char* at, const char* end, Moment* moment) {
  std::int32_t hour = 0;
  std::int32_t minute = 0;
  std::int32_t second = 0;
  if (end - at < 5 || !TwoDigits(at, &hour) || at[2] != ':' || !TwoDigits(at + 3, &minute)) return false;
  at += 5;
  if (end - at >= 3 && *at == ':') {
    if (!TwoDigits(at + 1, &second)) return false;
    at += 3;
    if (at < end && *at == '.' && !ReadFraction(at, end, moment)) return false;
  }
  if (hour > 23 || minute > 59 || second > 59) return false;
  moment->has_time = true;
  moment->seconds = (hour * 60 + minute) * 60 + second;
  return at == end || ReadZone(at, end, moment);
}

}  // namespace iso

bool ParseTimeOfDay(std::string_view text, Moment* moment) {
  const char* const end = text.data() + text.size();
  return iso::ReadClockAndZone(text.data(), end, moment) && moment->zone == Moment::Zone::kNone;
}

}  // namespace sluice::columns
