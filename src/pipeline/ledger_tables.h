#pragma once

#include "core/result.h"
#include "pipeline/ledger_sqlite.h"

namespace sluice::pipeline {

/// Bring the tables of the ledger to this version, one step after the other, in one transaction. Several processes may
/// do it at once. Unsupported when they are newer.
core::Status MigrateLedger(SqliteConnection& connection);

}  // namespace sluice::pipeline
