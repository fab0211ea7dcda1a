#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/result.h"
#include "delta/action.h"
#include "delta/data_type.h"
#include "delta_log/snapshot.h"
#include "delta_log/transaction.h"
#include "storage/environment.h"
#include "table/table_change.h"

namespace sluice::table {

/// Changes of a table's metadata, all in one commit. Its history calls several kinds in one ALTER TABLE.
struct AlterRequest {
  std::vector<delta::Field> add_columns = {};  ///< nullable; at the end of the schema
  delta::StringMap set_properties = {};        ///< as users set them
  std::vector<std::string> unset_properties = {};
  delta::StringMap add_constraints = {};  ///< name → SQL; every row of the table is checked
  std::vector<std::string> drop_constraints = {};
  delta::StringMap set_domains = {};  ///< domain → configuration; not those of the system
  std::vector<std::string> remove_domains = {};
  std::optional<std::string> user_metadata = {};
  delta_log::TransactionOptions transaction = {};
};

/// Change a table. Features that a property or a column needs are added to the protocol. InvalidInput, before a byte is
/// written: a column that is there, a property that does not parse, a constraint that a row breaks (named).
/// Unsupported: what this version could not write to afterwards.
core::Result<TableChange> AlterTable(const storage::Environment& environment,
                                     std::shared_ptr<const delta_log::Snapshot> snapshot, const AlterRequest& request);

}  // namespace sluice::table
