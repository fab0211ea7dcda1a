#pragma once

#include <string>

namespace sluice::delta {

/// The number as Java's toString writes it (JDK 19 and later): the shortest digits that lead back to it; "100.0" from
/// 1e-3 up to below 1e7, else "1.0E10"; "NaN", "Infinity", "-Infinity", "-0.0".
std::string JavaText(double number);
std::string JavaText(float number);

}  // namespace sluice::delta
