#pragma once

#include <cstdint>
#include <vector>

#include "table/rewrite_file.h"

namespace sluice::table {

/// Which files of a partition become one file each: those below three quarters of the target, those with more than 5 %
/// of their rows deleted, and those whose statistics do not tell how many rows their deletion vector leaves. Neighbours
/// stay together, so that bounds stay narrow: bins are filled one after the other, in the order of the files, up to the
/// target. A single file is only rewritten to be rid of deleted rows.
std::vector<RewriteUnit> PackBins(RewritePartition partition, std::uint64_t target_bytes);

}  // namespace sluice::table
