#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "core/result.h"

namespace sluice::core {

/// Read a duration as users write it: "30s", "10m", "7d", "250ms". InvalidInput when it is not one or is negative.
Result<std::chrono::milliseconds> ParseDuration(std::string_view text);

/// A duration as it can be read back: "30s", "10m", "250ms".
std::string FormatDuration(std::chrono::milliseconds duration);

}  // namespace sluice::core
