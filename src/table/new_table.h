#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "delta/action.h"
#include "delta/data_type.h"
#include "storage/environment.h"
#include "table/table_shape.h"

namespace sluice::table {

/// What a table is to be.
struct CreateRequest {
  delta::TableSchema schema = {};
  std::vector<std::string> partition_by = {};
  /// As users set them; checked, and stored in the spelling of the protocol.
  delta::StringMap properties = {};
  std::vector<std::string> cluster_by = {};  ///< names of columns, or paths with dots
  std::optional<std::string> name = {};
  std::optional<std::string> description = {};
};

/// A table that is decided and not there yet.
struct NewTable {
  delta::Protocol protocol = {};
  delta::Metadata metadata = {};
  std::optional<std::string> clustering = {};  ///< configuration of the clustering domain
  TableShape shape = {};
};

/// Decide the first version of a table at `root`. InvalidInput for names that Delta does not take, partition columns
/// that are not there or not of a primitive type, properties that do not parse; Unsupported for what this version could
/// not write to afterwards.
core::Result<NewTable> PlanTable(const storage::Environment& environment, std::string root, CreateRequest request);

/// The log lines that say what `table` is to be: a plan keeps them, so that all who carry it out make one table.
std::string FormatNewTable(const NewTable& table);
/// The table that such lines say. InvalidInput or Corruption for others.
core::Result<NewTable> ParseNewTable(std::string root, std::string_view lines);

/// The metadata of `shape`'s table with another schema, and the shape that goes with it: new columns get ids and
/// physical names where the table maps columns.
struct NewSchema {
  delta::Metadata metadata = {};
  std::optional<delta::Protocol> protocol = {};  ///< when the new columns need features that the table lacks
  TableShape shape = {};
};
core::Result<NewSchema> WithSchema(const storage::Environment& environment, const delta_log::Snapshot& snapshot,
                                   delta::TableSchema schema);

/// Column names as Delta takes them without column mapping: no blank, no ",;{}()\n\t=", unique whatever the case.
core::Status CheckColumnNames(const std::vector<delta::Field>& fields, bool mapped);

}  // namespace sluice::table
