#include "expression/function.h"

#include <limits>

#include "expression/word.h"

namespace sluice::expression {
namespace {

constexpr std::size_t kAny = std::numeric_limits<std::size_t>::max();

constexpr FunctionName kFunctions[] = {
    {"abs", "abs", Function::kAbs, 1, 1},
    {"array_size", "size", Function::kSize, 1, 1},
    {"cardinality", "size", Function::kSize, 1, 1},
    {"ceil", "ceil", Function::kCeil, 1, 1},
    {"ceiling", "ceil", Function::kCeil, 1, 1},
    {"char_length", "length", Function::kLength, 1, 1},
    {"character_length", "length", Function::kLength, 1, 1},
    {"coalesce", "coalesce", Function::kCoalesce, 1, kAny},
    {"concat", "concat", Function::kConcat, 1, kAny},
    {"contains", "contains", Function::kContains, 2, 2},
    {"date", "to_date", Function::kToDate, 1, 1},
    {"day", "day", Function::kDay, 1, 1},
    {"dayofmonth", "day", Function::kDay, 1, 1},
    {"ends_with", "endswith", Function::kEndsWith, 2, 2},
    {"endswith", "endswith", Function::kEndsWith, 2, 2},
    {"floor", "floor", Function::kFloor, 1, 1},
    {"ifnull", "coalesce", Function::kCoalesce, 2, 2},
    {"isnan", "isnan", Function::kIsNan, 1, 1},
    {"isnotnull", "isnotnull", Function::kIsNotNull, 1, 1},
    {"isnull", "isnull", Function::kIsNull, 1, 1},
    {"lcase", "lower", Function::kLower, 1, 1},
    {"len", "length", Function::kLength, 1, 1},
    {"length", "length", Function::kLength, 1, 1},
    {"lower", "lower", Function::kLower, 1, 1},
    {"ltrim", "ltrim", Function::kLtrim, 1, 1},
    {"month", "month", Function::kMonth, 1, 1},
    {"nvl", "coalesce", Function::kCoalesce, 2, 2},
    {"repeat", "repeat", Function::kRepeat, 2, 2},
    {"round", "round", Function::kRound, 1, 2},
    {"rtrim", "rtrim", Function::kRtrim, 1, 1},
    {"size", "size", Function::kSize, 1, 1},
    {"starts_with", "startswith", Function::kStartsWith, 2, 2},
    {"startswith", "startswith", Function::kStartsWith, 2, 2},
    {"substr", "substring", Function::kSubstring, 2, 3},
    {"substring", "substring", Function::kSubstring, 2, 3},
    {"timestamp_micros", "timestamp_micros", Function::kTimestampMicros, 1, 1},
    {"timestamp_millis", "timestamp_millis", Function::kTimestampMillis, 1, 1},
    {"timestamp_seconds", "timestamp_seconds", Function::kTimestampSeconds, 1, 1},
    {"to_date", "to_date", Function::kToDate, 1, 1},
    {"trim", "trim", Function::kTrim, 1, 1},
    {"ucase", "upper", Function::kUpper, 1, 1},
    {"upper", "upper", Function::kUpper, 1, 1},
    {"year", "year", Function::kYear, 1, 1},
};

}  // namespace

const FunctionName* FindFunction(std::string_view name) {
  for (const FunctionName& function : kFunctions) {
    if (EqualWords(function.name, name)) return &function;
  }
  return nullptr;
}

std::vector<std::string> FunctionNames() {
  std::vector<std::string> names;
  for (const FunctionName& function : kFunctions) names.emplace_back(function.name);
  return names;
}

}  // namespace sluice::expression
