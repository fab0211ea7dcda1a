#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/result.h"
#include "delta/action.h"
#include "delta_log/checkpoint_file.h"
#include "delta_log/file_segment.h"

namespace sluice::delta_log {

/// Append the actions of one row group that are not about files to `actions`. Corruption for a second protocol,
/// metaData or checkpointMetadata, and for a required field that is absent. Throws as CheckpointFile does.
core::Status ReadStateActions(const CheckpointFile& file, int row_group, delta::ActionSet& actions);

/// Makes the source of the statistics of the files that are in these rows of the row group.
using MakeStatsSource = std::function<std::shared_ptr<const StatsSource>(std::vector<bool> rows)>;

/// The added files of one row group; null when it has none. `root` is the table's folder.
core::Result<std::shared_ptr<const FileSegment>> ReadAddedFiles(const CheckpointFile& file, int row_group,
                                                                const std::string& root,
                                                                const MakeStatsSource& make_stats);

/// The removed files of one row group.
core::Result<std::vector<delta::RemoveFile>> ReadRemovedFiles(const CheckpointFile& file, int row_group);

}  // namespace sluice::delta_log
