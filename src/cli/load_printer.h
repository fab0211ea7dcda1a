#pragma once

#include "cli/console.h"
#include "warehouse/load_report.h"

namespace sluice::cli {

/// Say what became of each file, and of all. With `new_only` files that earlier loads brought in have no line.
void SayLoad(const warehouse::LoadReport& report, bool new_only, Console& console);

}  // namespace sluice::cli
