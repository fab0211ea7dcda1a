#pragma once

#include <memory>
#include <string>

#include "core/result.h"
#include "delta/action.h"
#include "delta_log/snapshot.h"
#include "storage/environment.h"

namespace sluice::table {

/// Read every row of the table and see that each of `constraints` (name → SQL as Spark reads it) is true for it; NULL
/// breaks a constraint. Nothing is skipped by statistics.
///
/// InvalidInput: SQL that cannot be parsed or bound to the columns, or a row that breaks a constraint, named by its
/// file, its place there and its values.
core::Status CheckConstraints(const storage::Environment& environment,
                              const std::shared_ptr<const delta_log::Snapshot>& snapshot,
                              const delta::StringMap& constraints);

}  // namespace sluice::table
