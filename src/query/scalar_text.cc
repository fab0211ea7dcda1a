#include "query/scalar_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdlib>
#include <iterator>
#include <limits>

namespace sluice::query {
namespace {

constexpr std::int64_t kSecondsPerDay = 86'400;

template <typename Number>
void AppendFloating(Number value, std::string& out) {
  if (std::isnan(value)) {
    out += "nan";
    return;
  }
  if (std::isinf(value)) {
    out += value < 0 ? "-inf" : "inf";
    return;
  }
  const std::size_t begin = out.size();
  fmt::format_to(std::back_inserter(out), "{}", value);
  if (out.find_first_of(".e", begin) == std::string::npos) out += ".0";
}

std::int64_t FloorDivide(std::int64_t value, std::int64_t divisor) {
  return value / divisor - (value % divisor < 0 ? 1 : 0);
}

// Days since 1970-01-01 to year, month and day of the proleptic Gregorian calendar. Source: Howard Hinnant,
// "chrono-Compatible Low-Level Date Algorithms", civil_from_days.
void AppendCivil(std::int64_t days, std::string_view time, std::string& out) {
  days += 719'468;
  const std::int64_t era = FloorDivide(days, 146'097);
  const std::int64_t day_of_era = days - era * 146'097;
  const std::int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36'524 - day_of_era / 146'096) / 365;
  const std::int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const std::int64_t shifted_month = (5 * day_of_year + 2) / 153;
  const std::int64_t day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
  const std::int64_t month = shifted_month < 10 ? shifted_month + 3 : shifted_month - 9;
  const std::int64_t year = year_of_era + era * 400 + (month <= 2 ? 1 : 0);
  const bool before_christ = year <= 0;
  fmt::format_to(std::back_inserter(out), "{:04}-{:02}-{:02}{}{}", before_christ ? 1 - year : year, month, day, time,
                 before_christ ? " (BC)" : "");
}

void AppendCount(std::int64_t count, std::string_view unit, std::string& out) {
  if (count == 0) return;
  const bool one = count == 1 || count == -1;
  fmt::format_to(std::back_inserter(out), "{}{} {}{}", out.empty() ? "" : " ", count, unit, one ? "" : "s");
}

}  // namespace

void AppendUnsigned(UnsignedInt128 value, std::string& out) {
  const std::size_t begin = out.size();
  do {
    out += static_cast<char>('0' + static_cast<int>(value % 10));
    value /= 10;
  } while (value != 0);
  std::reverse(out.begin() + static_cast<std::ptrdiff_t>(begin), out.end());
}

void AppendInteger(Int128 value, std::string& out) {
  if (value < 0) out += '-';
  const auto magnitude = static_cast<UnsignedInt128>(value);
  AppendUnsigned(value < 0 ? 0 - magnitude : magnitude, out);
}

void AppendDouble(double value, std::string& out) { AppendFloating(value, out); }

void AppendFloat(float value, std::string& out) { AppendFloating(value, out); }

void AppendDecimal(Int128 value, int scale, std::string& out) {
  if (value < 0) out += '-';
  const auto magnitude = static_cast<UnsignedInt128>(value);
  std::string digits;
  AppendUnsigned(value < 0 ? 0 - magnitude : magnitude, digits);
  const auto places = static_cast<std::size_t>(scale);
  if (digits.size() <= places) digits.insert(0, places + 1 - digits.size(), '0');
  if (places > 0) digits.insert(digits.size() - places, ".");
  out += digits;
}

void AppendDate(std::int32_t days, std::string& out) {
  constexpr std::int32_t kInfinity = std::numeric_limits<std::int32_t>::max();
  if (days == kInfinity || days == -kInfinity) {
    out += days < 0 ? "-infinity" : "infinity";
    return;
  }
  AppendCivil(days, "", out);
}

void AppendTime(std::int64_t units, std::int64_t units_per_second, std::string& out) {
  const std::int64_t seconds = units / units_per_second;
  std::int64_t fraction = units % units_per_second;
  fmt::format_to(std::back_inserter(out), "{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
  if (fraction == 0) return;
  out += '.';
  for (std::int64_t place = units_per_second / 10; fraction != 0; place /= 10) {
    out += static_cast<char>('0' + fraction / place);
    fraction %= place;
  }
}

void AppendTimestamp(std::int64_t units, std::int64_t units_per_second, std::string& out) {
  constexpr std::int64_t kInfinity = std::numeric_limits<std::int64_t>::max();
  if (units == kInfinity || units == -kInfinity) {
    out += units < 0 ? "-infinity" : "infinity";
    return;
  }
  const std::int64_t units_per_day = kSecondsPerDay * units_per_second;
  const std::int64_t days = FloorDivide(units, units_per_day);
  std::string time = " ";
  AppendTime(units - days * units_per_day, units_per_second, time);
  AppendCivil(days, time, out);
}

void AppendZoneOffset(std::int32_t seconds, std::string& out) {
  const std::int32_t magnitude = std::abs(seconds);
  fmt::format_to(std::back_inserter(out), "{}{:02}", seconds < 0 ? '-' : '+', magnitude / 3600);
  if (magnitude % 3600 != 0) fmt::format_to(std::back_inserter(out), ":{:02}", magnitude / 60 % 60);
  if (magnitude % 60 != 0) fmt::format_to(std::back_inserter(out), ":{:02}", magnitude % 60);
}

void AppendInterval(std::int32_t months, std::int32_t days, std::int64_t micros, std::string& out) {
  std::string text;
  AppendCount(months / 12, "year", text);
  AppendCount(months % 12, "month", text);
  AppendCount(days, "day", text);
  if (micros != 0 || text.empty()) {
    if (!text.empty()) text += ' ';
    if (micros < 0) text += '-';
    // The smallest number has no counterpart above zero; unsigned arithmetic gives its magnitude.
    const auto magnitude = micros < 0 ? 0 - static_cast<std::uint64_t>(micros) : static_cast<std::uint64_t>(micros);
    AppendTime(static_cast<std::int64_t>(std::min<std::uint64_t>(magnitude, std::numeric_limits<std::int64_t>::max())),
               1'000'000, text);
  }
  out += text;
}

void AppendUuid(std::int64_t upper, std::uint64_t lower, std::string& out) {
  const std::uint64_t high = static_cast<std::uint64_t>(upper) ^ (std::uint64_t{1} << 63);
  fmt::format_to(std::back_inserter(out), "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}", high >> 32, high >> 16 & 0xffff,
                 high & 0xffff, lower >> 48, lower & 0xffff'ffff'ffff);
}

void AppendBlob(std::string_view bytes, std::string& out) {
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = byte >= 0x20 && byte < 0x7f && c != '\\' && c != '\'' && c != '"';
    if (plain) {
      out += c;
    } else {
      fmt::format_to(std::back_inserter(out), "\\x{:02X}", byte);
    }
  }
}

void AppendBits(std::string_view stored, std::string& out) {
  if (stored.empty()) return;
  const auto unused = static_cast<std::size_t>(static_cast<unsigned char>(stored[0]));
  for (std::size_t bit = unused; bit < (stored.size() - 1) * 8; ++bit) {
    const auto byte = static_cast<unsigned char>(stored[1 + bit / 8]);
    out += (byte >> (7 - bit % 8) & 1) != 0 ? '1' : '0';
  }
}

void AppendJsonText(std::string_view text, std::string& out) {
  out += '"';
  for (const char c : text) {
    switch (c) {
      case '"': out += "\\\""; break;
      case '\\': out += "\\\\"; break;
      case '\n': out += "\\n"; break;
      case '\r': out += "\\r"; break;
      case '\t': out += "\\t"; break;
      default:
        if (static_cast<unsigned char>(c) < 0x20) {
          fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<unsigned char>(c));
        } else {
          out += c;
        }
    }
  }
  out += '"';
}

}  // namespace sluice::query
