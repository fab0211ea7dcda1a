#pragma once

#include <vector>

#include "core/result.h"
#include "delta_log/log_segment.h"
#include "delta_log/snapshot.h"
#include "storage/environment.h"

namespace sluice::table {

/// A checkpoint that nobody can read.
struct DamagedCheckpoint {
  delta_log::CheckpointFiles files;
  core::Error error;  ///< names the file
};

/// The complete checkpoints up to the version of `snapshot` that cannot be read, newest first, down to the first one
/// that can: what stands before that one serves no reader. Everything in them is read, statistics too. Checkpoints of
/// which parts are missing are ignored, as readers ignore them: somebody may be writing one.
core::Result<std::vector<DamagedCheckpoint>> FindDamagedCheckpoints(const storage::Environment& environment,
                                                                    const delta_log::Snapshot& snapshot);

/// Write a checkpoint of `snapshot`, so that no reader of it stands on `damaged`. The damaged ones stay for the cleanup
/// of the log, but for one of this very version, whose place is needed: the log that `snapshot` was read from says the
/// same. The error of a damaged one that `snapshot` itself was read from, or that may be sound behind a failing disk.
///
/// Crash: the version can be read from what it was read from at every moment.
core::Status ReplaceCheckpoints(const storage::Environment& environment, const delta_log::Snapshot& snapshot,
                                const std::vector<DamagedCheckpoint>& damaged);

}  // namespace sluice::table
