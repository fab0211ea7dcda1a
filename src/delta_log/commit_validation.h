#pragma once

#include "core/result.h"
#include "delta/action.h"
#include "delta_log/commit_content.h"
#include "delta_log/snapshot.h"
#include "storage/environment.h"

namespace sluice::delta_log {

/// Everything that a commit must keep so that every reader of the table goes on: checked on top of `base` before a byte
/// of it is written (PROTOCOL.md, "Requirements for Writers"). InvalidInput: an action is wrong; Unsupported: the table
/// needs what this version cannot do; Conflict: a file is not there (any more) as the commit says.
core::Status ValidateCommit(const storage::Environment& environment, const Snapshot& base, const TableRules& rules,
                            const OperationInfo& operation, const delta::ActionSet& commit);

}  // namespace sluice::delta_log
