#pragma once

#include <string_view>

namespace sluice::columns {

/// True when the text of a number (JSON's grammar) comes back from the nearest double: its shortest form has the same
/// digits, up to trailing zeros, and the same exponent and sign. Same padding as ScalarBuilder.
bool SurvivesDouble(std::string_view text);

}  // namespace sluice::columns
