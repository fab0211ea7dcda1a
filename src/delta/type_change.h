#pragma once

#include "core/result.h"
#include "delta/data_type.h"

namespace sluice::delta {

/// Whether every value of `from` can be read as `to` by type widening (with the lossless decimals of the
/// preview). Equal types are. Both are primitive; others are not.
bool CanWiden(const DataType& from, const DataType& to);

/// Check `delta.typeChanges` of the fields at every depth. Unsupported, naming the column and both types, for a change
/// that is not legal to read; Corruption for metadata that does not parse or a fieldPath that leads nowhere.
core::Status CheckTypeChanges(const TableSchema& schema);

}  // namespace sluice::delta
