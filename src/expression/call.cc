#include "expression/call.h"

#include <arrow/compute/api_scalar.h>
#include <arrow/type.h>
#include <fmt/format.h>

#include <utility>

#include "expression/cast.h"
#include "expression/number_function.h"
#include "expression/text_function.h"
#include "expression/type_class.h"

namespace sluice::expression {
namespace {

using arrow::Datum;
using core::Result;
using TypePointer = std::shared_ptr<arrow::DataType>;

Result<Datum> TrimText(const std::string& kernel, const Datum& text, Evaluation& evaluation) {
  const arrow::compute::TrimOptions options(" ");
  return CallKernel(kernel, {text}, evaluation, &options);
}

Result<Datum> Concat(std::vector<Datum> texts, Evaluation& evaluation) {
  std::int64_t bytes = 0;
  for (const Datum& text : texts) {
    if (text.is_array()) {
      bytes += static_cast<const arrow::StringArray&>(*text.make_array()).total_values_length();
    } else if (text.scalar()->is_valid) {
      bytes += static_cast<const arrow::StringScalar&>(*text.scalar()).value->size() * evaluation.rows;
    }
  }
  if (bytes > kTextBytesMax) {
    return core::LimitExceeded(fmt::format("concat makes more than {} bytes of text", kTextBytesMax));
  }
  texts.emplace_back(std::make_shared<arrow::StringScalar>(""));  // what stands between them
  return CallKernel("binary_join_element_wise", texts, evaluation);
}

Result<Datum> DatePart(const std::string& kernel, const Datum& date, const TypePointer& type, Evaluation& evaluation) {
  SLUICE_ASSIGN_OR_RETURN(const Datum part, CallKernel(kernel, {date}, evaluation));
  return Cast(part, type, evaluation);
}

/// Whole units since 1970 as microseconds.
Result<Datum> TimestampOf(const Datum& count, std::int64_t micros, const TypePointer& type, Evaluation& evaluation) {
  const Datum factor{std::make_shared<arrow::Int64Scalar>(micros)};
  SLUICE_ASSIGN_OR_RETURN(const Datum scaled, CallKernel("multiply_checked", {count, factor}, evaluation));
  if (scaled.is_scalar()) {
    const auto& scalar = static_cast<const arrow::Int64Scalar&>(*scaled.scalar());
    if (!scalar.is_valid) return Datum(arrow::MakeNullScalar(type));
    return Datum(std::make_shared<arrow::TimestampScalar>(scalar.value, type));
  }
  const std::shared_ptr<arrow::ArrayData> data = scaled.array()->Copy();
  data->type = type;
  return Datum(data);
}

/// A map is a list of its entries; the kernel knows lists.
Result<Datum> SizeOf(const Datum& list, Evaluation& evaluation) {
  if (list.type()->id() != arrow::Type::MAP) return CallKernel("list_value_length", {list}, evaluation);
  const std::shared_ptr<arrow::ArrayData> entries = list.array()->Copy();
  entries->type = arrow::list(static_cast<const arrow::MapType&>(*list.type()).value_field());
  return CallKernel("list_value_length", {Datum(entries)}, evaluation);
}

}  // namespace

Result<Datum> Call(Function function, const std::vector<Datum>& arguments, const TypePointer& type,
                   Evaluation& evaluation) {
  const Datum& first = arguments.front();
  switch (function) {
    case Function::kAbs: return CallKernel("abs_checked", {first}, evaluation);
    case Function::kCoalesce: return CallKernel("coalesce", arguments, evaluation);
    case Function::kConcat: return Concat(arguments, evaluation);
    case Function::kLength:
      return CallKernel(first.type()->id() == arrow::Type::STRING ? "utf8_length" : "binary_length", {first},
                        evaluation);
    case Function::kLower: return CallKernel("utf8_lower", {first}, evaluation);
    case Function::kUpper: return CallKernel("utf8_upper", {first}, evaluation);
    case Function::kTrim: return TrimText("utf8_trim", first, evaluation);
    case Function::kLtrim: return TrimText("utf8_ltrim", first, evaluation);
    case Function::kRtrim: return TrimText("utf8_rtrim", first, evaluation);
    case Function::kSubstring: return Substring(arguments, evaluation);
    case Function::kRepeat: return RepeatText(arguments, evaluation);
    case Function::kContains:
    case Function::kStartsWith:
    case Function::kEndsWith: return FindText(function, arguments, evaluation);
    case Function::kYear: return DatePart("year", first, type, evaluation);
    case Function::kMonth: return DatePart("month", first, type, evaluation);
    case Function::kDay: return DatePart("day", first, type, evaluation);
    case Function::kFloor:
    case Function::kCeil: return RoundToWhole(function, first, type, evaluation);
    case Function::kRound: return RoundHalfUp(first, arguments[1], type, evaluation);
    case Function::kSize: return SizeOf(first, evaluation);
    case Function::kTimestampMicros: return TimestampOf(first, 1, type, evaluation);
    case Function::kTimestampMillis: return TimestampOf(first, 1'000, type, evaluation);
    case Function::kTimestampSeconds: return TimestampOf(first, 1'000'000, type, evaluation);
    case Function::kIsNan:
    case Function::kIsNull:
    case Function::kIsNotNull:
    case Function::kToDate: break;  // the binder has other nodes for them
  }
  return core::Internal("a function without an evaluation");
}

}  // namespace sluice::expression
