#include "columns/type_guess.h"

#include <algorithm>

#include "columns/double_survival.h"
#include "columns/swar.h"

namespace sluice::columns {
namespace {

enum Kind : std::uint32_t {
  kBool = 1U << 0,
  kInt64 = 1U << 1,
  kBigInteger = 1U << 2,  ///< beyond int64
  kFraction = 1U << 3,
  kOnlyDouble = 1U << 4,  ///< an exponent, or a negative zero: no decimal holds it
  kDate = 1U << 5,
  kNaive = 1U << 6,
  kZoned = 1U << 7,
  kTimeOfDay = 1U << 8,
  kNanos = 1U << 9,         ///< microseconds do not hold it
  kBeyondNanos = 1U << 10,  ///< 64 bits of nanoseconds do not hold it
  kText = 1U << 11,
};
constexpr std::uint32_t kNumbers = kInt64 | kBigInteger | kFraction | kOnlyDouble;
constexpr std::uint32_t kMoments = kDate | kNaive | kZoned;
constexpr std::int32_t kDecimalDigitsMax = 38;
constexpr std::int64_t kNanosSecondsMax = 9'223'372'035;
constexpr std::size_t kDoubleDigits = 15;  // any 15 digits come back from a double

bool IsBoolWord(std::string_view text) {
  return text == "true" || text == "false" || text == "True" || text == "False" || text == "TRUE" || text == "FALSE";
}

std::string_view Between(const char* begin, const char* end) { return {begin, static_cast<std::size_t>(end - begin)}; }

/// A count of digits; more than enough of them are as good as any number.
std::int32_t Digits(std::size_t count) { return static_cast<std::int32_t>(std::min<std::size_t>(count, 1000)); }

/// "e" and digits, a sign between them perhaps, up to `end`.
bool IsExponent(const char* at, const char* end) {
  if (at == end || (*at | 0x20) != 'e') return false;
  ++at;
  if (at < end && (*at == '-' || *at == '+')) ++at;
  return at < end && std::all_of(at, end, [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

bool TypeGuess::settled() const { return (kinds_ & kText) != 0; }

void TypeGuess::Observe(std::string_view text) {
  if (text.data() == nullptr) {
    ++nulls_;
  } else {
    ObserveText(text);
  }
}

void TypeGuess::Observe(std::span<const std::string_view> texts) {
  for (const std::string_view text : texts) Observe(text);
}

void TypeGuess::ObserveNull() { ++nulls_; }
void TypeGuess::ObserveJsonBool() { kinds_ |= kBool; }
void TypeGuess::ObserveJsonNumber(std::string_view token) { ObserveNumber(token); }

void TypeGuess::ObserveJsonString(std::string_view text) {
  if (text.size() >= 10 && text[4] == '-') {
    ObserveMoment(text);
  } else if (text.size() >= 8 && text[2] == ':') {
    ObserveTimeOfDay(text);
  } else {
    kinds_ |= kText;
  }
}

void TypeGuess::ObserveJsonStrings(std::span<const std::string_view> texts) {
  for (const std::string_view text : texts) {
    if (settled()) return;
    if (text.data() != nullptr) ObserveJsonString(text);
  }
}

void TypeGuess::ObserveJsonNumbers(std::span<const std::string_view> tokens) {
  for (const std::string_view token : tokens) {
    if (settled()) return;
    if (token.data() != nullptr && !ObserveShortNumber(token)) ObserveNumber(token);
  }
}

/// The numbers that most columns hold: up to 7 digits, a point and up to 7 digits more, not -0 nor -0.5. Every one
/// survives a double, so that their digits need only be counted. False, and nothing observed, for all others.
inline bool TypeGuess::ObserveShortNumber(std::string_view token) {
  const char* const end = token.data() + token.size();
  const bool negative = token.starts_with('-');
  const char* const integer = token.data() + (negative ? 1 : 0);
  const std::size_t count = swar::LeadingDigits(swar::Load(integer));
  const char* const point = integer + count;
  if (count == 0 || count > 7 || point > end || (*integer == '0' && (count > 1 || negative))) return false;
  const std::int32_t digits = *integer == '0' ? 0 : static_cast<std::int32_t>(count);
  if (point == end) {
    kinds_ |= kInt64;
    integer_digits_max_ = std::max({integer_digits_max_, digits, 1});
    return true;
  }
  const std::size_t scale = swar::LeadingDigits(swar::Load(point + 1));
  if (*point != '.' || scale == 0 || scale > 7 || point + 1 + scale != end) return false;
  kinds_ |= kFraction;
  integer_digits_max_ = std::max(integer_digits_max_, digits);
  scale_max_ = std::max(scale_max_, static_cast<std::int32_t>(scale));
  return true;
}

void TypeGuess::ObserveText(std::string_view text) {
  if ((kinds_ & kText) != 0) return;
  if (text.empty()) {
    kinds_ |= kText;
    return;
  }
  const char first = text.front();
  if (first != '-' && static_cast<unsigned char>(first - '0') > 9) {
    kinds_ |= IsBoolWord(text) ? kBool : kText;
  } else if (text.size() >= 10 && text[4] == '-') {
    ObserveMoment(text);
  } else if (text.size() >= 8 && text[2] == ':') {
    ObserveTimeOfDay(text);
  } else if (!ObserveShortNumber(text)) {
    ObserveNumber(text);
  }
}

void TypeGuess::ObserveNumber(std::string_view text) {
  const char* at = text.data();
  const char* const end = at + text.size();
  if (text.starts_with('-')) ++at;
  const char* const integer = at;
  std::uint64_t digits = 0;
  at = swar::DigitRun(at, end, digits);
  const std::string_view integer_digits = Between(integer, at);
  if (integer_digits.empty() || (integer_digits.front() == '0' && integer_digits.size() > 1)) {
    kinds_ |= kText;
    return;
  }
  if (at == end) return ObserveInteger(text, integer_digits, digits);
  std::string_view fraction_digits;
  if (*at == '.') {
    const char* const fraction = ++at;
    at = swar::DigitRun(at, end, digits);
    fraction_digits = Between(fraction, at);
    if (at == fraction) {
      kinds_ |= kText;
      return;
    }
    if (at == end) return ObserveFraction(text, integer_digits, fraction_digits, digits);
  }
  if (!IsExponent(at, end)) {
    kinds_ |= kText;
    return;
  }
  kinds_ |= kOnlyDouble;
  if (survives_double_) survives_double_ = SurvivesDouble(text);
}

void TypeGuess::ObserveInteger(std::string_view text, std::string_view digits, std::uint64_t value) {
  const std::int32_t count = Digits(digits.size());
  const bool negative = digits.data() != text.data();
  integer_digits_max_ = std::max(integer_digits_max_, count);
  if (negative && count == 1 && value == 0) {
    kinds_ |= kOnlyDouble;
    return;
  }
  const std::uint64_t magnitude_max = (std::uint64_t{1} << 63) - (negative ? 0U : 1U);
  kinds_ |= count < 19 || (count == 19 && value <= magnitude_max) ? kInt64 : kBigInteger;
  if (digits.size() > kDoubleDigits && survives_double_) survives_double_ = SurvivesDouble(text);
}

void TypeGuess::ObserveFraction(std::string_view text, std::string_view integer, std::string_view fraction,
                                std::uint64_t digits) {
  const std::size_t integer_count = integer == "0" ? 0 : integer.size();
  const std::size_t count = integer_count + fraction.size();
  kinds_ |= kFraction;
  integer_digits_max_ = std::max(integer_digits_max_, Digits(integer_count));
  scale_max_ = std::max(scale_max_, Digits(fraction.size()));
  const bool negative = integer.data() != text.data();
  if (count <= kDoubleDigits) {
    if (negative && digits == 0) kinds_ |= kOnlyDouble;
    return;
  }
  if (negative && text.find_first_of("123456789") == std::string_view::npos) kinds_ |= kOnlyDouble;
  if (!survives_double_) return;
  const Survival quick =
      count <= 19 ? SurvivesDouble(digits, -static_cast<std::int64_t>(fraction.size())) : Survival::kUnknown;
  survives_double_ = quick == Survival::kUnknown ? SurvivesDouble(text) : quick == Survival::kYes;
}

void TypeGuess::ObserveMoment(std::string_view text) {
  Moment moment;
  if (!moment_parser_.Parse(text, &moment) || moment.finer_than_nanos || moment.zone == Moment::Zone::kOffset) {
    kinds_ |= kText;
    return;
  }
  const bool zoned = moment.zone == Moment::Zone::kUtc;
  kinds_ |= zoned ? kZoned : (moment.has_time ? kNaive : kDate);
  if (moment.nanos % 1000 != 0) kinds_ |= kNanos;
  if (moment.seconds > kNanosSecondsMax || moment.seconds < -kNanosSecondsMax) kinds_ |= kBeyondNanos;
}

void TypeGuess::ObserveTimeOfDay(std::string_view text) {
  Moment moment;
  if (!ParseTimeOfDay(text, &moment) || moment.finer_than_nanos) {
    kinds_ |= kText;
    return;
  }
  kinds_ |= kTimeOfDay;
  if (moment.nanos % 1000 != 0) kinds_ |= kNanos;
}

void TypeGuess::Merge(const TypeGuess& other) {
  kinds_ |= other.kinds_;
  nulls_ += other.nulls_;
  integer_digits_max_ = std::max(integer_digits_max_, other.integer_digits_max_);
  scale_max_ = std::max(scale_max_, other.scale_max_);
  survives_double_ = survives_double_ && other.survives_double_;
}

std::optional<schema::Type> TypeGuess::ResolveNumber() const {
  if ((kinds_ & (kFraction | kOnlyDouble)) == 0) {
    if ((kinds_ & kBigInteger) == 0) return schema::Simple(schema::TypeKind::kInt64);
    if (integer_digits_max_ <= kDecimalDigitsMax) return schema::Decimal(kDecimalDigitsMax, 0);
    return schema::Simple(schema::TypeKind::kString);
  }
  if (survives_double_) return schema::Simple(schema::TypeKind::kFloat64);
  const std::int32_t precision = integer_digits_max_ + scale_max_;
  if ((kinds_ & kOnlyDouble) == 0 && precision <= kDecimalDigitsMax) return schema::Decimal(precision, scale_max_);
  return schema::Simple(schema::TypeKind::kString);
}

std::optional<schema::Type> TypeGuess::ResolveMoment() const {
  const bool nanos = (kinds_ & kNanos) != 0;
  const schema::TimeUnit unit = nanos ? schema::TimeUnit::kNano : schema::TimeUnit::kMicro;
  const bool zoned = (kinds_ & kZoned) != 0;
  if ((zoned && (kinds_ & (kDate | kNaive)) != 0) || (nanos && (kinds_ & kBeyondNanos) != 0)) {
    return schema::Simple(schema::TypeKind::kString);
  }
  if (zoned) return schema::TimestampType(unit, "UTC");
  if ((kinds_ & kNaive) != 0) return schema::TimestampType(unit, "");
  return schema::Simple(schema::TypeKind::kDate);
}

std::optional<schema::Type> TypeGuess::Resolve() const {
  const std::uint32_t kinds = kinds_ & ~(kNanos | kBeyondNanos);
  if (kinds == 0) return std::nullopt;
  if (kinds == kBool) return schema::Simple(schema::TypeKind::kBool);
  if ((kinds & ~kNumbers) == 0) return ResolveNumber();
  if ((kinds & ~kMoments) == 0) return ResolveMoment();
  if (kinds == kTimeOfDay) {
    return schema::TimeType((kinds_ & kNanos) != 0 ? schema::TimeUnit::kNano : schema::TimeUnit::kMicro);
  }
  return schema::Simple(schema::TypeKind::kString);
}

}  // namespace sluice::columns
