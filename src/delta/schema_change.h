#pragma once

#include "core/result.h"
#include "delta/data_type.h"

namespace sluice::delta {

/// Whether files written under `before` can stay as they are when the table's schema becomes `after`; both with column
/// mapping resolved. Allowed: columns and members that may be NULL behind the others of their struct, NOT NULL given
/// up, other comments, void that becomes another type.
///
/// Unsupported, naming the column, for what this version does not do yet: widening a type, and all that column mapping
/// would have to follow (dropping, renaming, switching it on). InvalidInput for the rest.
core::Status CheckSchemaChange(const TableSchema& before, const TableSchema& after);

}  // namespace sluice::delta
