#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "columns/row_reader.h"
#include "core/result.h"
#include "schema/table_spec.h"

namespace sluice::csv {

/// One column to build, and where its texts come from.
struct PlannedColumn {
  schema::ColumnSpec spec;
  std::optional<std::size_t> input = {};     ///< the place in a record …
  std::optional<std::string> constant = {};  ///< … or the same text for every row; neither: NULL (or the default)
};

/// How the columns of one input meet a declared schema.
struct ColumnPlan {
  std::vector<PlannedColumn> columns = {};
  std::size_t input_columns = 0;
  std::vector<columns::ColumnFinding> findings = {};
};

/// True when `name` in a header stands for a column of `spec`.
bool NamesColumn(const schema::TableSpec& spec, std::string_view name);

/// Match a header with `spec`: by `from` or name, after the renames, in any order. InvalidInput for names that are
/// empty or there twice, for columns that `spec` does not name (unless it ignores them), and for missing ones that are
/// neither nullable nor have a default.
core::Result<ColumnPlan> PlanByName(const std::vector<std::string>& header, const schema::TableSpec& spec);

/// Match by position, where there is no header: the numbers must agree.
core::Result<ColumnPlan> PlanByPosition(std::size_t input_columns, const schema::TableSpec& spec);

/// InvalidInput naming the positions of empty, repeated or malformed names.
core::Status CheckHeader(const std::vector<std::string>& header);

}  // namespace sluice::csv
