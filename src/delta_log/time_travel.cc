#include "delta_log/time_travel.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <optional>
#include <utility>

#include "delta_log/iso_time.h"
#include "delta_log/log_reader.h"
#include "delta_log/snapshot_reader.h"
#include "delta_log/snapshot_state.h"

namespace sluice::delta_log {
namespace {

constexpr std::int64_t kMicrosPerMs = 1000;

std::string TimeText(std::int64_t micros) { return IsoTimestamp(micros).value_or(fmt::format("{} µs", micros)) + "Z"; }

/// The greatest millisecond that is not after `micros`.
std::int64_t FloorToMs(std::int64_t micros) { return micros / kMicrosPerMs - (micros % kMicrosPerMs < 0 ? 1 : 0); }

core::Result<std::int64_t> CarriedTime(const storage::Environment& environment, const CommitFile& commit) {
  SLUICE_ASSIGN_OR_RETURN(const auto info, ReadCommitInfo(environment, commit));
  if (!info.has_value() || !info->in_commit_timestamp_ms.has_value()) {
    return core::Corruption(
        fmt::format("{}: no inCommitTimestamp, though the table has delta.enableInCommitTimestamps", commit.path));
  }
  return *info->in_commit_timestamp_ms;
}

/// The last of `commits`, whose carried times ascend, that is not after `time_ms`; nullptr when all are. Reads about
/// log2(n) of them.
core::Result<const CommitFile*> LastCarriedUntil(const storage::Environment& environment,
                                                 const std::vector<CommitFile>& commits, std::int64_t time_ms) {
  std::size_t low = 0;
  std::size_t high = commits.size();
  while (low < high) {
    const std::size_t middle = low + (high - low) / 2;
    SLUICE_ASSIGN_OR_RETURN(const std::int64_t time, CarriedTime(environment, commits[middle]));
    if (time <= time_ms) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low == 0 ? nullptr : &commits[low - 1];
}

core::Error OutOfRange(const std::string& root, std::int64_t micros, const char* where, VersionTime end) {
  return core::NotFound(fmt::format("{}: {} is {} version that is there: version {} of {}", root, TimeText(micros),
                                    where, end.version, TimeText(end.time_ms * kMicrosPerMs)));
}

/// The time from which on commits carry theirs, and the first version that does.
struct CarriedFrom {
  std::int64_t version = std::numeric_limits<std::int64_t>::max();
  std::int64_t time_ms = std::numeric_limits<std::int64_t>::max();
};

CarriedFrom FindCarriedFrom(const Snapshot& newest) {
  if (!HasInCommitTimestamps(newest)) return {};
  return {.version = newest.properties.in_commit_timestamp_enablement_version.value_or(0),
          .time_ms =
              newest.properties.in_commit_timestamp_enablement_ms.value_or(std::numeric_limits<std::int64_t>::min())};
}

core::Result<std::int64_t> ByCarriedTimes(const storage::Environment& environment, const std::string& root,
                                          const std::vector<CommitFile>& commits, std::int64_t micros) {
  const std::int64_t time_ms = FloorToMs(micros);
  SLUICE_ASSIGN_OR_RETURN(const CommitFile* found, LastCarriedUntil(environment, commits, time_ms));
  const CommitFile& end = found == nullptr ? commits.front() : commits.back();
  if (found != nullptr && found != &end) return found->first;
  SLUICE_ASSIGN_OR_RETURN(const std::int64_t end_ms, CarriedTime(environment, end));
  if (found != nullptr && end_ms * kMicrosPerMs >= micros) return found->first;
  return OutOfRange(root, micros, found == nullptr ? "before the oldest" : "after the newest", {end.first, end_ms});
}

}  // namespace

std::vector<VersionTime> FileTimes(const LogListing& listing) {
  std::vector<VersionTime> times;
  for (const CommitFile& commit : listing.commits) {
    std::int64_t time_ms = commit.modification_time_ms;
    if (!times.empty()) time_ms = std::max(time_ms, times.back().time_ms + 1);
    times.push_back({.version = commit.first, .time_ms = time_ms});
  }
  return times;
}

core::Result<std::int64_t> ResolveTimestamp(const storage::Environment& environment, const std::string& root,
                                            std::int64_t micros) {
  SLUICE_ASSIGN_OR_RETURN(const ReadState newest,
                          ReadTable(environment, root, std::nullopt, ReplayGoal::kProtocolAndMetadata));
  SLUICE_ASSIGN_OR_RETURN(const LogListing listing, ListLog(environment.files, root));
  const auto available = listing.AvailableVersions();
  if (!available.has_value()) return core::Corruption(listing.folder + ": no version can be read");
  const CarriedFrom carried = FindCarriedFrom(*newest.snapshot);
  std::vector<CommitFile> carrying;
  for (const CommitFile& commit : listing.commits) {
    if (commit.first >= std::max(carried.version, available->first)) carrying.push_back(commit);
  }
  std::vector<VersionTime> times = FileTimes(listing);
  std::erase_if(times, [&](const VersionTime& time) {
    return time.version < available->first || time.version >= carried.version;
  });
  const bool by_carried = !carrying.empty() && (times.empty() || FloorToMs(micros) >= carried.time_ms);
  if (by_carried) return ByCarriedTimes(environment, root, carrying, micros);
  const auto after =
      std::ranges::find_if(times, [&](const VersionTime& time) { return time.time_ms * kMicrosPerMs > micros; });
  if (after == times.begin()) return OutOfRange(root, micros, "before the oldest", times.front());
  if (after == times.end() && carrying.empty() && micros > times.back().time_ms * kMicrosPerMs) {
    return OutOfRange(root, micros, "after the newest", times.back());
  }
  return (after - 1)->version;
}

}  // namespace sluice::delta_log
