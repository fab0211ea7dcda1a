#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::expression {

enum class Function : std::uint8_t {
  kAbs,
  kCeil,
  kCoalesce,
  kConcat,
  kContains,
  kDay,
  kEndsWith,
  kFloor,
  kIsNan,      ///< parsed to kIsNan
  kIsNotNull,  ///< parsed to kIsNotNull
  kIsNull,     ///< parsed to kIsNull
  kLength,
  kLower,
  kLtrim,
  kMonth,
  kRepeat,
  kRound,
  kRtrim,
  kSize,
  kStartsWith,
  kSubstring,
  kTimestampMicros,
  kTimestampMillis,
  kTimestampSeconds,
  kToDate,
  kTrim,
  kUpper,
  kYear,
};

/// One function: its name in an Expression, and how many arguments it takes.
struct FunctionName {
  std::string_view name;
  std::string_view canonical;  ///< the name that MakeCall takes; `name` itself or what it is another word for
  Function function;
  std::size_t arguments_min;
  std::size_t arguments_max;
};

/// Upper or lower case; nullptr for a function that is not known.
const FunctionName* FindFunction(std::string_view name);

/// All names, for suggestions.
std::vector<std::string> FunctionNames();

}  // namespace sluice::expression
