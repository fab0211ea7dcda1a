#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "warehouse/load_target.h"

namespace sluice::warehouse {

/// The target's column for a name: the one of that very name, else the only one that differs in the case of its
/// letters; nullptr when there is none.
const TargetColumn* FindColumn(std::span<const TargetColumn> columns, std::string_view name);

/// What keeps files of this schema out of the table, a line for each column; empty: nothing. Columns of the table that
/// the files lack are fine when they take NULL or have a default.
std::vector<std::string> ColumnDifferences(const schema::Schema& file, std::span<const TargetColumn> columns,
                                           const LoadTarget& target);

/// InvalidInput with every difference.
core::Status CompareColumns(const schema::Schema& file, std::span<const TargetColumn> columns,
                            const LoadTarget& target);

}  // namespace sluice::warehouse
