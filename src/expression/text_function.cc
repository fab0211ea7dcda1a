#include "expression/text_function.h"

#include <arrow/builder.h>
#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "expression/call.h"

namespace sluice::expression {
namespace {

using arrow::Datum;
using core::Result;

bool BeginsCharacter(char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }

std::int64_t CountCharacters(std::string_view text) { return std::count_if(text.begin(), text.end(), BeginsCharacter); }

/// The offset of character `index`, from 0; the size of the text when it has fewer.
std::size_t OffsetOf(std::string_view text, std::int64_t index) {
  std::size_t offset = 0;
  while (offset < text.size()) {
    if (BeginsCharacter(text[offset]) && index-- == 0) break;
    ++offset;
  }
  return offset;
}

/// As Spark: positions from 1, 0 is 1, negative ones from the end; what lies before the start is cut off.
std::string_view Substring(std::string_view text, std::int64_t position, std::int64_t length) {
  if (length <= 0) return {};
  std::int64_t start = position > 0 ? position - 1 : position;
  if (position < 0 && __builtin_add_overflow(CountCharacters(text), position, &start)) return {};
  std::int64_t end = 0;
  if (__builtin_add_overflow(start, length, &end)) end = std::numeric_limits<std::int64_t>::max();
  if (end <= 0) return {};
  start = std::max<std::int64_t>(start, 0);
  const std::string_view rest = text.substr(OffsetOf(text, start));
  return rest.substr(0, OffsetOf(rest, end - start));
}

bool Found(Function function, std::string_view text, std::string_view part) {
  switch (function) {
    case Function::kStartsWith: return text.starts_with(part);
    case Function::kEndsWith: return text.ends_with(part);
    default: return text.find(part) != std::string_view::npos;
  }
}

}  // namespace

Result<Datum> Substring(const std::vector<Datum>& arguments, Evaluation& evaluation) {
  SLUICE_ASSIGN_OR_RETURN(const auto texts, Rows<arrow::StringType>::Of(arguments[0], evaluation));
  SLUICE_ASSIGN_OR_RETURN(const auto positions, Rows<arrow::Int64Type>::Of(arguments[1], evaluation));
  const Datum no_end{std::make_shared<arrow::Int64Scalar>(std::numeric_limits<std::int64_t>::max())};
  SLUICE_ASSIGN_OR_RETURN(const auto lengths,
                          Rows<arrow::Int64Type>::Of(arguments.size() > 2 ? arguments[2] : no_end, evaluation));
  arrow::StringBuilder builder(evaluation.pool());
  for (std::int64_t row = 0; row < evaluation.rows; ++row) {
    if (texts.IsNull(row) || positions.IsNull(row) || lengths.IsNull(row)) {
      SLUICE_TRY(builder.AppendNull());
    } else {
      SLUICE_TRY(builder.Append(Substring(texts[row], positions[row], lengths[row])));
    }
  }
  return FinishRows(builder);
}

Result<Datum> RepeatText(const std::vector<Datum>& arguments, Evaluation& evaluation) {
  SLUICE_ASSIGN_OR_RETURN(const auto texts, Rows<arrow::StringType>::Of(arguments[0], evaluation));
  SLUICE_ASSIGN_OR_RETURN(const auto counts, Rows<arrow::Int64Type>::Of(arguments[1], evaluation));
  arrow::StringBuilder builder(evaluation.pool());
  std::string repeated;
  for (std::int64_t row = 0; row < evaluation.rows; ++row) {
    if (texts.IsNull(row) || counts.IsNull(row)) {
      SLUICE_TRY(builder.AppendNull());
      continue;
    }
    const std::string_view text = texts[row];
    const std::int64_t count = text.empty() ? 0 : std::max<std::int64_t>(counts[row], 0);
    const std::int64_t bytes_left = kTextBytesMax - builder.value_data_length();
    if (count > 0 && static_cast<std::int64_t>(text.size()) > bytes_left / count) {
      return core::LimitExceeded(fmt::format("repeat makes more than {} bytes of text", kTextBytesMax));
    }
    repeated.clear();
    for (std::int64_t i = 0; i < count; ++i) repeated += text;
    SLUICE_TRY(builder.Append(repeated));
  }
  return FinishRows(builder);
}

Result<Datum> FindText(Function function, const std::vector<Datum>& arguments, Evaluation& evaluation) {
  SLUICE_ASSIGN_OR_RETURN(const auto texts, Rows<arrow::StringType>::Of(arguments[0], evaluation));
  SLUICE_ASSIGN_OR_RETURN(const auto parts, Rows<arrow::StringType>::Of(arguments[1], evaluation));
  arrow::BooleanBuilder builder(evaluation.pool());
  SLUICE_TRY(builder.Reserve(evaluation.rows));
  for (std::int64_t row = 0; row < evaluation.rows; ++row) {
    if (texts.IsNull(row) || parts.IsNull(row)) {
      builder.UnsafeAppendNull();
    } else {
      builder.UnsafeAppend(Found(function, texts[row], parts[row]));
    }
  }
  return FinishRows(builder);
}

}  // namespace sluice::expression
