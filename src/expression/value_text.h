#pragma once

#include <optional>
#include <string_view>

/// Values as text has them; dates and times are in time_text.h. Blanks around a value are not part of it.
namespace sluice::expression {

std::string_view TrimBlanks(std::string_view text);
/// true, t, yes, y, 1 and false, f, no, n, 0; upper or lower case.
std::optional<bool> ParseTruth(std::string_view text);
/// "-1.5e3", NaN, Infinity, -inf.
std::optional<double> ParseDouble(std::string_view text);

}  // namespace sluice::expression
