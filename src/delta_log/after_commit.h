#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/result.h"
#include "delta_log/snapshot.h"
#include "storage/environment.h"

namespace sluice::delta_log {

/// Write `<version>.crc` unless it is there. Nothing depends on it: it is not synced, and its failure is no failure of
/// the commit.
core::Status WriteVersionChecksum(const storage::Environment& environment, const Snapshot& snapshot,
                                  const std::optional<std::string>& txn_id);

/// True when readers of `snapshot` would have to read many commits: delta.checkpointInterval, 1,000 commits or 64 MiB.
bool CheckpointIsDue(const Snapshot& snapshot);

/// What is due after the commit that made `snapshot`: checksum, checkpoint, cleanup of the log. What fails becomes a
/// note. Returns the same state, resting on the newest checkpoint.
std::shared_ptr<const Snapshot> KeepUp(const storage::Environment& environment,
                                       std::shared_ptr<const Snapshot> snapshot,
                                       const std::optional<std::string>& txn_id, std::vector<std::string>& notes);

}  // namespace sluice::delta_log
