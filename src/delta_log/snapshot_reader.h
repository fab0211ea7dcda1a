#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/result.h"
#include "delta_log/log_listing.h"
#include "delta_log/log_tail.h"
#include "delta_log/snapshot.h"
#include "storage/environment.h"

namespace sluice::delta_log {

struct ReadState {
  std::shared_ptr<Snapshot> snapshot = {};         ///< without files when the goal does not want them
  std::vector<delta::RemoveFile> tombstones = {};  ///< when the goal wants them
};

/// Read `version`, or the newest one, of the table at `root`, out of the best checkpoint that can be used and the
/// commits after it. What was listed and then vanished is listed again, a few times. Errors as OpenSnapshot.
core::Result<ReadState> ReadTable(const storage::Environment& environment, const std::string& root,
                                  std::optional<std::int64_t> version, ReplayGoal goal);

/// The same from one listing.
core::Result<ReadState> ReadListed(const storage::Environment& environment, const std::string& root,
                                   const LogListing& listing, std::int64_t version, ReplayGoal goal);

/// Milliseconds since 1970, of the environment's clock.
std::int64_t NowMs(const storage::Environment& environment);

/// The time that the newest commit of `snapshot` carries. `info` is what the commit says, when that is known.
core::Result<std::optional<std::int64_t>> ReadInCommitTimestamp(const storage::Environment& environment,
                                                                Snapshot& snapshot,
                                                                const std::optional<delta::CommitInfo>& info);

}  // namespace sluice::delta_log
