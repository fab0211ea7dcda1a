#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/result.h"
#include "delta_log/log_listing.h"
#include "storage/environment.h"

namespace sluice::delta_log {

struct VersionTime {
  std::int64_t version = 0;
  std::int64_t time_ms = 0;
};

/// When the commits of a listing were written, by their files: ascending, and each later than the one before, whatever
/// the clocks of the writers said.
std::vector<VersionTime> FileTimes(const LogListing& listing);

/// The newest version that the table at `root` had at `micros` since 1970 UTC: by the times that its commits carry
/// where they do (in-commit timestamps), else by those of their files. A version has its time itself.
///
/// NotFound, naming the oldest and newest time: before the oldest version that is there, or after the newest.
core::Result<std::int64_t> ResolveTimestamp(const storage::Environment& environment, const std::string& root,
                                            std::int64_t micros);

}  // namespace sluice::delta_log
