#pragma once

#include <optional>
#include <string>
#include <vector>

#include "columns/row_reader.h"
#include "core/result.h"
#include "schema/table_spec.h"

namespace sluice::parquet {

/// Where the values of one declared column come from.
struct MatchedColumn {
  schema::ColumnSpec spec;
  std::optional<std::size_t> input = {};  ///< the column of the file; empty: the constant, the default or NULL
  bool is_text_of_json = false;           ///< declared json, and text in the file: each value is looked at
};

struct ColumnMatch {
  std::vector<MatchedColumn> columns = {};
  std::vector<columns::ColumnFinding> findings = {};
};

/// Match the columns of a file with `spec`: by name in the file, then by the name a rename gives, in any order.
/// InvalidInput for columns that `spec` does not name (unless it ignores them), for missing ones that are neither
/// nullable nor have a default, and for types that do not go into the declared one without loss (naming both). A
/// `spec` without columns declares those of the file.
core::Result<ColumnMatch> MatchColumns(const schema::Schema& file, const schema::TableSpec& spec);

}  // namespace sluice::parquet
