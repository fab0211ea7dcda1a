#pragma once

#include <memory>
#include <vector>

#include "delta_log/checkpoint_file.h"
#include "delta_log/file_segment.h"
#include "storage/environment.h"

namespace sluice::delta_log {

/// The statistics of the files that a row group of a checkpoint adds: `add.stats`, and where that is NULL
/// `add.stats_parsed` as JSON.
///
/// `rows` says which rows of the row group are files of the segment. With `keep_open` the file is kept, so that a
/// checkpoint that was cleaned up meanwhile can still be read; else it is opened at each Load. The environment's file
/// system and pool are borrowed.
std::shared_ptr<const StatsSource> CheckpointStats(const storage::Environment& environment,
                                                   std::shared_ptr<const CheckpointFile> file, int row_group,
                                                   std::vector<bool> rows, bool keep_open);

}  // namespace sluice::delta_log
