#pragma once

#include <memory>
#include <string>

#include "core/result.h"
#include "delta_log/conflict.h"
#include "delta_log/snapshot.h"
#include "expression/expression.h"

namespace sluice::table {

/// A condition of users, bound to the columns of the table. Errors: those of Parse and Bind.
core::Result<expression::Expression> BindCondition(const delta_log::Snapshot& snapshot, const std::string& sql);

/// Says of a file whether it may hold rows that satisfy the bound `condition`: for what a transaction read.
core::Result<delta_log::FilePredicate> MayMatch(const delta_log::Snapshot& snapshot,
                                                const expression::Expression& condition);

/// Whether the condition looks at nothing but partition columns: it takes whole files.
bool NamesPartitionsOnly(const delta_log::Snapshot& snapshot, const expression::Expression& condition);

}  // namespace sluice::table
