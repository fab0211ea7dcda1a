#include "delta/statistic_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>

#include "columns/utf8.h"
#include "delta/float_text.h"
#include "delta/json_writer.h"
#include "expression/time_text.h"

namespace sluice::delta {
namespace {

constexpr std::int64_t kMicrosPerDay = 86'400'000'000;
constexpr std::string_view kLastCodePoint = "\xF4\x8F\xBF\xBF";  // U+10FFFF

std::int64_t FloorDivide(std::int64_t value, std::int64_t by) { return value / by - (value % by < 0 ? 1 : 0); }

// Cut to milliseconds.
std::string MillisText(std::int64_t micros) {
  const std::int64_t days = FloorDivide(micros, kMicrosPerDay);
  const std::int64_t rest = micros - days * kMicrosPerDay;
  const std::int64_t seconds = rest / 1'000'000;
  return fmt::format("{}T{:02}:{:02}:{:02}.{:03}", expression::FormatDate(days), seconds / 3600, seconds / 60 % 60,
                     seconds % 60, rest / 1000 % 1000);
}

bool IsWrittenYear(std::int64_t days) {
  using std::chrono::sys_days;
  constexpr std::int64_t kFirst = sys_days{std::chrono::year{1} / 1 / 1}.time_since_epoch().count();
  constexpr std::int64_t kLast = sys_days{std::chrono::year{9999} / 12 / 31}.time_since_epoch().count();
  return kFirst <= days && days <= kLast;
}

std::string FloatText(double number, const DataType& type) {
  return type.kind == TypeKind::kFloat ? JavaText(static_cast<float>(number)) : JavaText(number);
}

std::string DecimalText(Int128 unscaled, std::int32_t scale) {
  // The least Int128 has no positive twin, but no decimal of 38 digits is so large.
  Int128 rest = unscaled < 0 ? -unscaled : unscaled;
  std::string text;
  for (std::int32_t digit = 0; rest != 0 || digit <= scale; ++digit) {
    if (digit == scale && scale > 0) text += '.';
    text += static_cast<char>('0' + static_cast<int>(rest % 10));
    rest /= 10;
  }
  if (unscaled < 0) text += '-';
  std::reverse(text.begin(), text.end());
  return text;
}

bool IsContinuation(char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U; }

// Where the code point behind the one at `at` begins.
std::size_t NextCodePoint(std::string_view text, std::size_t at) {
  ++at;
  while (at < text.size() && IsContinuation(text[at])) ++at;
  return at;
}

// The bytes of the first `count` code points.
std::size_t PrefixBytes(std::string_view text, std::int64_t count) {
  std::size_t at = 0;
  for (; count > 0 && at < text.size(); --count) at = NextCodePoint(text, at);
  return at;
}

std::optional<std::string> TextStatistic(std::string_view text, Side side, std::int64_t prefix_length) {
  if (!columns::IsUtf8(text)) return std::nullopt;
  const auto cut = side == Side::kMax ? CutLargestText(text, prefix_length)
                                      : std::optional<std::string>(text.substr(0, PrefixBytes(text, prefix_length)));
  if (!cut) return std::nullopt;
  std::string json;
  JsonWriter(json).Write(*cut);
  return json;
}

std::string Quoted(std::string_view text) {
  constexpr std::size_t kBytesMax = 40;
  std::size_t bytes = std::min(text.size(), kBytesMax);
  while (bytes > 0 && bytes < text.size() && IsContinuation(text[bytes])) --bytes;
  return fmt::format("'{}'{}", text.substr(0, bytes), bytes < text.size() ? "…" : "");
}

}  // namespace

std::optional<std::string> CutLargestText(std::string_view text, std::int64_t length) {
  const std::int64_t length_max = 2 * length;
  std::size_t at = PrefixBytes(text, length);
  while (text.substr(at).starts_with(kLastCodePoint)) {
    if (++length > length_max) return std::nullopt;
    at += kLastCodePoint.size();
  }
  if (at == text.size()) return std::string(text);
  const bool ascii = static_cast<unsigned char>(text[at]) < 0x7F;
  return std::string(text.substr(0, at)).append(ascii ? "\x7F" : kLastCodePoint);
}

std::optional<std::string> FormatStatistic(const StatisticValue& value, const DataType& type, Side side,
                                           std::int64_t prefix_length) {
  if (const auto* text = std::get_if<std::string>(&value)) return TextStatistic(*text, side, prefix_length);
  if (const auto* number = std::get_if<double>(&value)) {
    if (!std::isfinite(*number)) return std::nullopt;
    return FloatText(*number, type);
  }
  const Int128 number = std::get<Int128>(value);
  const auto word = static_cast<std::int64_t>(number);
  switch (type.kind) {
    case TypeKind::kDecimal: return DecimalText(number, type.scale);
    case TypeKind::kDate:
      if (!IsWrittenYear(word)) return std::nullopt;
      return '"' + expression::FormatDate(word) + '"';
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampNtz:
      if (!IsWrittenYear(FloorDivide(word, kMicrosPerDay))) return std::nullopt;
      return '"' + MillisText(word) + (type.kind == TypeKind::kTimestamp ? "Z\"" : "\"");
    default: return std::to_string(word);
  }
}

std::string ToText(const StatisticValue& value, const DataType& type) {
  if (const auto* text = std::get_if<std::string>(&value)) return Quoted(*text);
  if (const auto* number = std::get_if<double>(&value)) return FloatText(*number, type);
  const Int128 number = std::get<Int128>(value);
  const auto word = static_cast<std::int64_t>(number);
  switch (type.kind) {
    case TypeKind::kDecimal: return DecimalText(number, type.scale);
    case TypeKind::kBoolean: return word != 0 ? "true" : "false";
    case TypeKind::kDate: return expression::FormatDate(word);
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampNtz: return expression::FormatTimestamp(word);
    default: return std::to_string(word);
  }
}

}  // namespace sluice::delta
