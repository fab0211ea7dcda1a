#include "delta_log/history.h"

#include <algorithm>
#include <utility>

#include "delta_log/log_listing.h"
#include "delta_log/log_reader.h"
#include "delta_log/snapshot_reader.h"
#include "delta_log/snapshot_state.h"
#include "delta_log/time_travel.h"

namespace sluice::delta_log {

core::Result<std::vector<HistoryEntry>> ReadHistory(const storage::Environment& environment, const std::string& root,
                                                    std::size_t limit) {
  SLUICE_ASSIGN_OR_RETURN(const ReadState newest,
                          ReadTable(environment, root, std::nullopt, ReplayGoal::kProtocolAndMetadata));
  SLUICE_ASSIGN_OR_RETURN(const LogListing listing, ListLog(environment.files, root));
  const bool carried = HasInCommitTimestamps(*newest.snapshot);
  const std::int64_t carried_from = newest.snapshot->properties.in_commit_timestamp_enablement_version.value_or(0);
  const std::vector<VersionTime> times = FileTimes(listing);
  std::vector<HistoryEntry> history;
  for (std::size_t i = times.size(); i > 0 && history.size() < limit; --i) {
    SLUICE_TRY(environment.cancellation.Check());
    HistoryEntry entry{.version = times[i - 1].version, .timestamp_ms = times[i - 1].time_ms};
    SLUICE_ASSIGN_OR_RETURN(entry.info, ReadCommitInfo(environment, listing.commits[i - 1]));
    if (carried && entry.version >= carried_from && entry.info.has_value()) {
      entry.timestamp_ms = entry.info->in_commit_timestamp_ms.value_or(entry.timestamp_ms);
    }
    history.push_back(std::move(entry));
  }
  return history;
}

}  // namespace sluice::delta_log
