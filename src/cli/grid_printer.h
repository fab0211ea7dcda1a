#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "cli/console.h"

namespace sluice::cli {

/// Some rows that the command itself made, in the format that was asked for: aligned text, a JSON array or lines, CSV,
/// Markdown. Each row has one value for each column; null is shown as nothing. Text leaves out columns without any
/// value, and is cut where the terminal ends.
void PrintGrid(Console& console, const std::vector<std::string>& columns,
               const std::vector<std::vector<nlohmann::ordered_json>>& rows);

}  // namespace sluice::cli
