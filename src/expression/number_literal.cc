#include "expression/number_literal.h"

#include <arrow/scalar.h>
#include <arrow/type.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <string>

#include "expression/word.h"

namespace sluice::expression {
namespace {

using core::InvalidInput;
using core::Result;
using ScalarPointer = std::shared_ptr<arrow::Scalar>;

template <typename ScalarType>
Result<ScalarPointer> Whole(std::string_view text) {
  typename ScalarType::ValueType value{};
  if (text.starts_with('+')) text.remove_prefix(1);
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) {
    return InvalidInput(fmt::format("{} is no {}", text, ScalarType::TypeClass::type_name()));
  }
  return ScalarPointer(std::make_shared<ScalarType>(value));
}

template <typename ScalarType>
Result<ScalarPointer> Floating(std::string_view text) {
  typename ScalarType::ValueType value{};
  if (text.starts_with('+')) text.remove_prefix(1);
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc::result_out_of_range) {
    return InvalidInput(fmt::format("{} is too large or too small for {}", text, ScalarType::TypeClass::type_name()));
  }
  if (error != std::errc() || end != text.data() + text.size()) {
    return InvalidInput(fmt::format("'{}' is no number", text));
  }
  return ScalarPointer(std::make_shared<ScalarType>(value));
}

Result<ScalarPointer> Decimal(std::string_view text) {
  const auto value = ParseDecimal(text);
  if (!value) return InvalidInput(fmt::format("{} has more than {} digits", text, kDecimal128DigitsMax));
  return MakeDecimalScalar(*value);
}

bool TakeSuffix(std::string_view* text, std::string_view suffix) {
  if (text->size() <= suffix.size() || !EqualWords(text->substr(text->size() - suffix.size()), suffix)) return false;
  text->remove_suffix(suffix.size());
  return true;
}

}  // namespace

Result<ScalarPointer> ParseNumber(std::string_view text) {
  if (TakeSuffix(&text, "bd")) return Decimal(text);
  if (TakeSuffix(&text, "l")) return Whole<arrow::Int64Scalar>(text);
  if (TakeSuffix(&text, "s")) return Whole<arrow::Int16Scalar>(text);
  if (TakeSuffix(&text, "y")) return Whole<arrow::Int8Scalar>(text);
  if (TakeSuffix(&text, "d")) return Floating<arrow::DoubleScalar>(text);
  if (TakeSuffix(&text, "f")) return Floating<arrow::FloatScalar>(text);
  const bool plain =
      std::all_of(text.begin(), text.end(), [](char c) { return IsAsciiDigit(c) || c == '.' || c == '-' || c == '+'; });
  if (!plain) return Floating<arrow::DoubleScalar>(text);
  if (text.find('.') != std::string_view::npos) return Decimal(text);
  if (auto narrow = Whole<arrow::Int32Scalar>(text)) return narrow;
  if (auto wide = Whole<arrow::Int64Scalar>(text)) return wide;
  return Decimal(text);
}

Result<ScalarPointer> MakeDecimalScalar(const DecimalValue& value) {
  std::int32_t digits = 1;
  while (digits < kDecimalDigitsMax && !value.unscaled.FitsInPrecision(digits)) ++digits;
  const std::int32_t precision = std::max(digits, value.scale);
  if (precision > kDecimal128DigitsMax) {
    return InvalidInput(
        fmt::format("{} has more than {} digits", value.unscaled.ToString(value.scale), kDecimal128DigitsMax));
  }
  return MakeNumberScalar(arrow::decimal128(precision, value.scale), value.unscaled);
}

std::string_view FormatExponent(double value, char (&buffer)[32]) {
  // to_chars writes "1.5e+00"; SQL and people write "1.5E0".
  const auto [end, error] = std::to_chars(buffer, buffer + sizeof(buffer), value, std::chars_format::scientific);
  (void)error;  // the longest float64 takes 24 bytes
  char* const mark = std::find(buffer, end, 'e');
  if (mark == end) return {buffer, end};
  *mark = 'E';
  char* out = mark + 1;
  const char* in = mark + 2;
  if (mark[1] == '-') *out++ = '-';
  while (in + 1 < end && *in == '0') ++in;
  out = std::copy(in, static_cast<const char*>(end), out);
  return {buffer, out};
}

}  // namespace sluice::expression
