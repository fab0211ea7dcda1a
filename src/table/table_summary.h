#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/result.h"
#include "delta_log/snapshot.h"

namespace sluice::table {

struct DescribedColumn {
  std::string name = {};
  std::string type = {};  ///< as Delta spells it: "long", "decimal(12,2)", "array<string>"
  bool nullable = true;
};

/// What can be said about a table without reading its files.
struct TableSummary {
  std::optional<std::int64_t> rows = {};  ///< nullopt when a file has no count
  std::vector<DescribedColumn> columns = {};
  std::vector<std::string> clustering_columns = {};  ///< logical names, with dots
};

core::Result<TableSummary> Summarize(const delta_log::Snapshot& snapshot);

}  // namespace sluice::table
