#include <algorithm>
#include <charconv>
#include <cstring>
#include <limits>

#include "columns/time_parser.h"
#include "delta/statistic_text.h"

namespace sluice::delta {
namespace {

constexpr std::int64_t kMicrosPerSecond = 1'000'000;
constexpr std::int32_t kDecimalDigitsMax = 38;

enum class Rounding : std::uint8_t { kExact, kDown, kUp };

/// A number as its text says it: digits · 10^exponent.
struct DecimalText {
  bool negative = false;
  std::string digits = {};  // without leading zeros
  std::int64_t exponent = 0;
};

// An optional sign, digits with at most one point among them, an optional exponent.
std::optional<DecimalText> Split(std::string_view text) {
  constexpr std::int64_t kExponentMax = 10'000;
  DecimalText number;
  std::size_t at = 0;
  if (at < text.size() && (text[at] == '-' || text[at] == '+')) number.negative = text[at++] == '-';
  bool any = false;
  bool point = false;
  for (; at < text.size(); ++at) {
    const char c = text[at];
    if (c == '.' && !point) {
      point = true;
    } else if (c >= '0' && c <= '9') {
      any = true;
      if (point) --number.exponent;
      if (c != '0' || !number.digits.empty()) number.digits += c;
    } else {
      break;
    }
  }
  if (!any || text.size() > 4096) return std::nullopt;
  if (at == text.size()) return number;
  if (text[at] != 'e' && text[at] != 'E') return std::nullopt;
  ++at;
  if (at < text.size() && text[at] == '+') ++at;
  std::int64_t exponent = 0;
  const auto [end, error] = std::from_chars(text.data() + at, text.data() + text.size(), exponent);
  if (error != std::errc() || end != text.data() + text.size() || at == text.size()) return std::nullopt;
  if (exponent > kExponentMax || exponent < -kExponentMax) return std::nullopt;
  number.exponent += exponent;
  return number;
}

// The number · 10^scale as a whole number of at most 38 digits.
std::optional<Int128> Scale(const DecimalText& number, std::int32_t scale, Rounding rounding) {
  if (number.digits.empty()) return Int128{0};
  const auto digits = static_cast<std::int64_t>(number.digits.size());
  const std::int64_t kept = digits + number.exponent + scale;
  if (kept > kDecimalDigitsMax) return std::nullopt;
  Int128 value = 0;
  for (std::int64_t i = 0; i < kept; ++i) {
    value = value * 10 + (i < digits ? number.digits[static_cast<std::size_t>(i)] - '0' : 0);
  }
  const auto rest = static_cast<std::size_t>(std::max<std::int64_t>(kept, 0));
  const bool exact = number.digits.find_first_not_of('0', rest) == std::string::npos;
  if (!exact && rounding == Rounding::kExact) return std::nullopt;
  if (!exact && number.negative == (rounding == Rounding::kDown)) ++value;
  return number.negative ? -value : value;
}

std::optional<Int128> ParseWhole(std::string_view text, Int128 min, Int128 max) {
  std::int64_t word = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), word);
  std::optional<Int128> value;
  if (error == std::errc() && end == text.data() + text.size()) {
    value = word;
  } else if (const auto number = Split(text)) {
    value = Scale(*number, 0, Rounding::kExact);
  }
  return value && min <= *value && *value <= max ? value : std::nullopt;
}

template <typename T>
std::optional<StatisticValue> ParseOf(std::string_view text) {
  const auto value = ParseWhole(text, std::numeric_limits<T>::min(), std::numeric_limits<T>::max());
  if (!value) return std::nullopt;
  return StatisticValue(*value);
}

std::optional<StatisticValue> ParseDecimal(std::string_view text, const DataType& type, Side side) {
  const auto number = Split(text);
  if (!number) return std::nullopt;
  const auto value = Scale(*number, type.scale, side == Side::kMin ? Rounding::kDown : Rounding::kUp);
  if (!value) return std::nullopt;
  return StatisticValue(*value);
}

// float columns: to the nearest float at once, not over a double.
template <typename T>
std::optional<StatisticValue> ParseFloat(std::string_view text) {
  constexpr T kInfinity = std::numeric_limits<T>::infinity();
  if (text == "Infinity") return StatisticValue(static_cast<double>(kInfinity));
  if (text == "-Infinity") return StatisticValue(static_cast<double>(-kInfinity));
  if (text.empty() || text.find_first_not_of("+-.0123456789eE") != std::string_view::npos) return std::nullopt;
  T value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return StatisticValue(static_cast<double>(value));
}

std::optional<columns::Moment> ParseMoment(std::string_view text) {
  char padded[64] = {};  // the parser loads eight bytes at a time
  if (text.size() > sizeof(padded) - 2 * sizeof(std::uint64_t)) return std::nullopt;
  std::memcpy(padded, text.data(), text.size());
  columns::Moment moment;
  columns::MomentParser parser;
  if (!parser.Parse({padded, text.size()}, &moment)) return std::nullopt;
  return moment;
}

std::optional<StatisticValue> ParseDate(std::string_view text) {
  const auto moment = ParseMoment(text);
  if (!moment || moment->zone == columns::Moment::Zone::kOffset) return std::nullopt;
  if (moment->seconds % columns::kSecondsPerDay != 0 || moment->nanos != 0 || moment->finer_than_nanos) {
    return std::nullopt;
  }
  return StatisticValue(Int128{moment->seconds / columns::kSecondsPerDay});
}

std::optional<StatisticValue> ParseTimestamp(std::string_view text, TypeKind kind, Side side) {
  const auto moment = ParseMoment(text);
  if (!moment) return std::nullopt;
  if (kind == TypeKind::kTimestampNtz && moment->zone == columns::Moment::Zone::kOffset) return std::nullopt;
  Int128 micros = Int128{moment->seconds - moment->offset_seconds} * kMicrosPerSecond + moment->nanos / 1000;
  if (side == Side::kMax && (moment->nanos % 1000 != 0 || moment->finer_than_nanos)) ++micros;
  return StatisticValue(micros);
}

std::optional<StatisticValue> ParseBoolean(std::string_view text) {
  if (text == "true") return StatisticValue(Int128{1});
  if (text == "false") return StatisticValue(Int128{0});
  return std::nullopt;
}

}  // namespace

std::optional<StatisticValue> ParseStatistic(std::string_view text, const DataType& type, Side side) {
  switch (type.kind) {
    case TypeKind::kString: return StatisticValue(std::string(text));
    case TypeKind::kLong: return ParseOf<std::int64_t>(text);
    case TypeKind::kInteger: return ParseOf<std::int32_t>(text);
    case TypeKind::kShort: return ParseOf<std::int16_t>(text);
    case TypeKind::kByte: return ParseOf<std::int8_t>(text);
    case TypeKind::kFloat: return ParseFloat<float>(text);
    case TypeKind::kDouble: return ParseFloat<double>(text);
    case TypeKind::kDecimal: return ParseDecimal(text, type, side);
    case TypeKind::kBoolean: return ParseBoolean(text);
    case TypeKind::kDate: return ParseDate(text);
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampNtz: return ParseTimestamp(text, type.kind, side);
    default: return std::nullopt;
  }
}

std::optional<std::int64_t> ParseCount(std::string_view text) {
  const auto value = ParseWhole(text, 0, std::numeric_limits<std::int64_t>::max());
  if (!value) return std::nullopt;
  return static_cast<std::int64_t>(*value);
}

}  // namespace sluice::delta
