#pragma once

#include <cstdint>
#include <memory>

#include "core/result.h"
#include "delta_log/snapshot.h"
#include "delta_log/transaction.h"
#include "storage/environment.h"
#include "table/table_change.h"

namespace sluice::table {

/// Make the table what it was at `version`, by a new commit: files that were live then and are not now come back, the
/// others go; schema and properties of then; the protocol is never lowered. NotFound, naming it, when a file that would
/// come back is gone.
core::Result<TableChange> RestoreTable(const storage::Environment& environment,
                                       std::shared_ptr<const delta_log::Snapshot> newest, std::int64_t version,
                                       const delta_log::TransactionOptions& options);

}  // namespace sluice::table
