#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "delta/statistics.h"

namespace sluice::delta {

/// The domain that holds a table's clustering columns.
inline constexpr std::string_view kClusteringDomain = "delta.clustering";

/// The columns in a configuration of that domain, as physical paths; a path of one name may stand as plain text.
/// Corruption: no such JSON.
core::Result<std::vector<ColumnPath>> ParseClusteringColumns(std::string_view configuration);
/// The configuration for `columns`, physical paths.
std::string FormatClusteringColumns(const std::vector<ColumnPath>& columns);

}  // namespace sluice::delta
