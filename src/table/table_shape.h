#pragma once

#include <arrow/type_fwd.h>

#include <memory>
#include <string>
#include <vector>

#include "core/result.h"
#include "delta/data_type.h"
#include "delta/statistics.h"
#include "delta/table_properties.h"
#include "delta_log/snapshot.h"

namespace sluice::table {

/// What the files of a table must look like: its columns, how it is partitioned, and its properties. Of a snapshot, or
/// of the metadata that a commit is about to write.
struct TableShape {
  std::string root = {};
  delta::TableSchema schema = {};  ///< with column mapping resolved
  delta::TableProperties properties = {};
  std::vector<std::string> partition_columns = {};  ///< as the schema spells them, in order
  /// Physical paths of the columns the table is clustered by; they always have statistics.
  std::vector<delta::ColumnPath> clustering_columns = {};
  bool deletion_vectors = false;     ///< files can have them
  bool mapped = false;               ///< column mapping is on: folders would leak physical names
  bool partitions_in_files = false;  ///< partition columns are written into the files as well
};

core::Result<TableShape> ShapeOf(const delta_log::Snapshot& snapshot);

/// Set the members that the protocol's features and the schema's ids decide.
void SetFeatures(const delta::Protocol& protocol, TableShape& shape);

/// The columns of a table as Arrow has them, under the names users see.
core::Result<std::shared_ptr<arrow::Schema>> RowSchema(const TableShape& shape);

/// The columns that go into a data file, under their physical names and with their ids; without partition columns
/// (unless they are written as well) and without void columns.
core::Result<std::shared_ptr<arrow::Schema>> FileSchema(const TableShape& shape);

/// `rows` with the columns and names of `file_schema`, which FileSchema made for the same shape.
core::Result<std::shared_ptr<arrow::RecordBatch>> ToFileRows(const TableShape& shape,
                                                             const std::shared_ptr<arrow::Schema>& file_schema,
                                                             const arrow::RecordBatch& rows);

}  // namespace sluice::table
