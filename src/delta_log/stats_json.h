#pragma once

#include <arrow/type_fwd.h>

#include <cstdint>
#include <string>

namespace sluice::delta_log {

/// Append row `row` of a checkpoint's `stats_parsed` as the JSON of `stats`: every digit of integers and decimals,
/// shortest numbers that read back for floats, timestamps in microseconds. NULLs and values of types that have no
/// statistics are left out. Nothing for a row that is NULL.
void AppendStatsJson(const arrow::StructArray& stats, std::int64_t row, std::string& out);

}  // namespace sluice::delta_log
