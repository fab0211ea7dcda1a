#pragma once

#include <cstdint>
#include <string_view>

namespace sluice::columns {

/// True when the text of a number (JSON's grammar) comes back from the nearest double: its shortest form has the same
/// digits, up to trailing zeros, and the same exponent and sign. Same padding as ScalarBuilder.
bool SurvivesDouble(std::string_view text);

/// The same for mantissa · 10^exponent, without printing. `kUnknown`: ask SurvivesDouble.
enum class Survival : std::uint8_t { kNo, kYes, kUnknown };
Survival SurvivesDouble(std::uint64_t mantissa, std::int64_t exponent);

}  // namespace sluice::columns
