#pragma once

#include <arrow/type_fwd.h>

#include <memory>
#include <string>
#include <vector>

#include "core/result.h"
#include "delta/data_type.h"

namespace sluice::table {

/// Brings rows of other columns into those of a table: by name whatever the case, in any order, missing ones as NULL,
/// values cast where nothing of them is lost.
///
/// Threads: one at a time.
class RowMatch {
 public:
  /// InvalidInput: a column that the table does not have, a missing one that takes no NULL, and types of which no value
  /// fits, each named with both types.
  static core::Result<RowMatch> Make(const arrow::Schema& rows, const delta::TableSchema& table,
                                     arrow::MemoryPool* pool);

  /// InvalidInput naming the column when a value does not fit: a number out of range, a fraction that would be cut.
  core::Result<std::shared_ptr<arrow::RecordBatch>> Convert(const arrow::RecordBatch& rows) const;
  /// The table's columns.
  const std::shared_ptr<arrow::Schema>& schema() const { return schema_; }

 private:
  RowMatch(std::shared_ptr<arrow::Schema> schema, std::vector<int> inputs, bool same, arrow::MemoryPool* pool);

  std::shared_ptr<arrow::Schema> schema_;
  std::vector<int> inputs_;  // of each column of the table; -1: NULL
  bool same_;                // rows have the table's columns already
  arrow::MemoryPool* pool_;
};

/// The columns of `rows` that `table` does not have, at the top and inside structs, added at the end of their struct as
/// nullable ones: the schema that takes all of `rows`. Equal to `table` when nothing is new. Unsupported for types
/// that Delta does not have.
core::Result<delta::TableSchema> AddMissingColumns(const delta::TableSchema& table, const arrow::Schema& rows);

}  // namespace sluice::table
