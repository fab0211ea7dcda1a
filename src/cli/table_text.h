#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "delta/action.h"
#include "delta/data_type.h"

namespace sluice::cli {

// What is kept of a table as JSON, for people: without what is empty, zero or long.

/// "mode=Append numFiles=1 numOutputRows=2": what a commit was asked for and what it did.
std::string CommitText(const delta::CommitInfo& info);

/// "day=2026-01-05, shop=north"; NULL is shown as NULL.
std::string PartitionText(const nlohmann::ordered_json& partition);

/// "id 1..3, shop 'north'..'south'": the bounds of a file.
std::string BoundsText(const nlohmann::ordered_json& statistics);

/// Statistics of a file with the names that users see in place of the physical ones of column mapping.
nlohmann::ordered_json WithUserNames(const nlohmann::ordered_json& statistics, const delta::TableSchema& schema);

}  // namespace sluice::cli
