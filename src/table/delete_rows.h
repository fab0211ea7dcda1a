#pragma once

#include <memory>
#include <optional>
#include <string>

#include "core/result.h"
#include "delta_log/snapshot.h"
#include "delta_log/transaction.h"
#include "storage/environment.h"
#include "table/table_change.h"
#include "table/table_write.h"

namespace sluice::table {

struct DeleteRequest {
  std::string condition = {};  ///< SQL; rows for which it is true go
  std::optional<ApplicationVersion> application = {};
  std::optional<std::string> user_metadata = {};
  delta_log::TransactionOptions transaction = {};
};

/// Delete the rows that satisfy a condition, in one commit; none when there are no such rows. `rows` of the change is
/// how many went.
core::Result<TableChange> DeleteRows(const storage::Environment& environment,
                                     std::shared_ptr<const delta_log::Snapshot> snapshot, const DeleteRequest& request);

}  // namespace sluice::table
