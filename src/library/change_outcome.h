#pragma once

#include "core/result.h"
#include "sluice/change.h"
#include "table/table_change.h"

namespace sluice::library {

Committed ToCommitted(table::TableChange change);

/// What became of a change; a lost race and an unknown outcome are values.
core::Result<CommitOutcome> ToOutcome(core::Result<table::TableChange> change);

}  // namespace sluice::library
