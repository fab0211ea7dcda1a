#include "delta_log/log_listing.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "delta_log/log_name.h"
#include "storage/path.h"

namespace sluice::delta_log {
namespace {

constexpr std::int64_t kNsPerMs = 1'000'000;

/// A checkpoint while it is put together. Ordered as candidates are tried, worst first.
struct Candidate {
  std::int64_t version = 0;
  int rank = 0;             // classic 0, parts 1, UUID 2
  std::uint32_t parts = 0;  // of a multi-part checkpoint
  std::string name = {};    // of a single file

  auto operator<=>(const Candidate& other) const = default;
};

using Candidates = std::map<Candidate, std::map<std::uint32_t, storage::FileInfo>>;

CommitFile ToCommitFile(const LogName& name, storage::FileInfo info) {
  return {.first = name.version,
          .last = name.last_version,
          .path = std::move(info.path),
          .size_bytes = info.bytes,
          .modification_time_ms = info.mtime_ns / kNsPerMs};
}

void AddCandidate(const LogName& name, storage::FileInfo info, Candidates& candidates) {
  if (info.bytes == 0) return;  // a torn write
  Candidate candidate{.version = name.version};
  if (name.kind == LogNameKind::kCheckpointPart) {
    candidate.rank = 1;
    candidate.parts = name.parts;
  } else {
    candidate.rank = name.kind == LogNameKind::kClassicCheckpoint ? 0 : 2;
    candidate.name = storage::FileName(info.path);
  }
  candidates[candidate].emplace(name.part, std::move(info));
}

void SortOut(const Candidates& candidates, LogListing& listing) {
  for (auto candidate = candidates.rbegin(); candidate != candidates.rend(); ++candidate) {
    const auto& [key, parts] = *candidate;
    if (key.parts != 0 && parts.size() != key.parts) {
      listing.incomplete[key.version] =
          fmt::format("checkpoint {} has {} of its {} parts", key.version, parts.size(), key.parts);
      continue;
    }
    CheckpointFiles checkpoint{.version = key.version};
    for (const auto& [number, info] : parts) {
      checkpoint.paths.push_back(info.path);
      checkpoint.size_bytes += info.bytes;
    }
    listing.checkpoints.push_back(std::move(checkpoint));
  }
}

std::string RangeText(const LogListing& listing) {
  const auto available = listing.AvailableVersions();
  if (!available.has_value()) return "no version can be read";
  return fmt::format("versions {} to {} are there", available->first, available->second);
}

/// The first version from `first` to `last` without a commit.
std::optional<std::int64_t> FirstMissing(const std::vector<CommitFile>& commits, std::int64_t first,
                                         std::int64_t last) {
  auto commit = std::ranges::lower_bound(commits, first, {}, &CommitFile::first);
  for (std::int64_t version = first; version <= last; ++version, ++commit) {
    if (commit == commits.end() || commit->first != version) return version;
  }
  return std::nullopt;
}

core::Error MissingCommit(const LogListing& listing, std::int64_t version, std::int64_t base, std::int64_t missing) {
  const auto available = listing.AvailableVersions();
  const std::int64_t first_commit = listing.commits.empty() ? version + 1 : listing.commits.front().first;
  if (base < 0 && missing < first_commit) {
    if (available.has_value() && version < available->first) {
      return core::NotFound(
          fmt::format("{}: version {} was cleaned up: {}", listing.folder, version, RangeText(listing)));
    }
    return core::Corruption(fmt::format("{}: the log begins at commit {}: history was cleaned up and no usable "
                                        "checkpoint remains",
                                        listing.folder, first_commit))
        .WithHint("restore the missing commits or checkpoint from a copy of the table");
  }
  return core::Corruption(fmt::format("{}: commit {} is missing ({}), though later ones are there", listing.folder,
                                      missing, storage::FileName(CommitPath("", missing))))
      .WithHint("restore the file from a copy of the table");
}

/// Compactions in the place of commits, each time the one that reaches farthest.
std::vector<CommitFile> WithCompactions(const LogListing& listing, const std::vector<CommitFile>& commits) {
  std::vector<CommitFile> replay;
  for (std::size_t i = 0; i < commits.size();) {
    const CommitFile* best = &commits[i];
    auto compaction = std::ranges::lower_bound(listing.compactions, commits[i].first, {}, &CommitFile::first);
    for (; compaction != listing.compactions.end() && compaction->first == commits[i].first; ++compaction) {
      if (compaction->last <= commits.back().last && compaction->last > best->last) best = &*compaction;
    }
    replay.push_back(*best);
    i += static_cast<std::size_t>(best->last - best->first + 1);
  }
  return replay;
}

}  // namespace

const CommitFile* LogListing::FindCommit(std::int64_t version) const {
  const auto found = std::ranges::lower_bound(commits, version, {}, &CommitFile::first);
  return found != commits.end() && found->first == version ? &*found : nullptr;
}

std::optional<std::pair<std::int64_t, std::int64_t>> LogListing::AvailableVersions() const {
  if (commits.empty()) return std::nullopt;
  const std::int64_t newest = commits.back().first;
  std::int64_t oldest_commit = newest;
  for (std::size_t i = commits.size() - 1; i > 0 && commits[i - 1].first == oldest_commit - 1; --i) --oldest_commit;
  if (oldest_commit == 0) return std::pair(std::int64_t{0}, newest);
  std::optional<std::pair<std::int64_t, std::int64_t>> range;
  for (const CheckpointFiles& checkpoint : checkpoints) {  // newest first: the last that fits is the oldest
    if (checkpoint.version >= oldest_commit - 1 && checkpoint.version <= newest) range = {checkpoint.version, newest};
  }
  return range;
}

core::Result<LogListing> ListLog(storage::FileSystem& files, const std::string& root) {
  LogListing listing{.folder = LogFolder(root)};
  const auto no_table = [&root] {
    return core::NotFound(root + " is not a Delta table: it has no log in _delta_log")
        .WithHint("name the folder that holds _delta_log");
  };
  auto infos = files.List(listing.folder);
  if (!infos.has_value()) {
    if (infos.error().kind() == core::ErrorKind::kNotFound) return no_table();
    const auto place = files.StatIfExists(root);
    if (!place.has_value() || !place->has_value() || (*place)->directory) return std::move(infos).error();
    return core::InvalidInput(root + " is a file, and a Delta table is a folder")
        .WithHint("name the folder that holds _delta_log");
  }
  Candidates candidates;
  for (storage::FileInfo& info : *infos) {
    if (info.directory) continue;
    const std::optional<LogName> name = ParseLogName(storage::FileName(info.path));
    if (!name.has_value()) continue;
    switch (name->kind) {
      case LogNameKind::kCommit: listing.commits.push_back(ToCommitFile(*name, std::move(info))); break;
      case LogNameKind::kCompaction: listing.compactions.push_back(ToCommitFile(*name, std::move(info))); break;
      case LogNameKind::kChecksum: listing.checksums.emplace(name->version, std::move(info.path)); break;
      default: AddCandidate(*name, std::move(info), candidates); break;
    }
  }
  SortOut(candidates, listing);
  if (listing.commits.empty() && candidates.empty()) return no_table();
  return listing;
}

core::Result<std::int64_t> ChooseVersion(const LogListing& listing, std::optional<std::int64_t> wanted) {
  const std::int64_t newest_checkpoint = listing.checkpoints.empty() ? -1 : listing.checkpoints.front().version;
  const std::int64_t newest = listing.commits.empty() ? -1 : listing.commits.back().first;
  if (!wanted.has_value() || (*wanted > newest && *wanted <= newest_checkpoint)) {
    if (newest < 0 || newest < newest_checkpoint) {
      return core::Corruption(fmt::format("{}: no commit at or above {} is there: nothing shows which version is the "
                                          "newest",
                                          listing.folder,
                                          newest_checkpoint < 0 ? std::string("the checkpoint's parts")
                                                                : fmt::format("checkpoint {}", newest_checkpoint)))
          .WithHint("restore the commits from a copy of the table");
    }
    return newest;
  }
  if (*wanted < 0 || *wanted > newest) {
    return core::NotFound(fmt::format("{}: there is no version {}: {}", listing.folder, *wanted, RangeText(listing)));
  }
  return *wanted;
}

core::Result<LogSegment> MakeSegment(const LogListing& listing, std::int64_t version,
                                     const CheckpointFiles* checkpoint) {
  LogSegment segment{.version = version};
  const std::int64_t base = checkpoint == nullptr ? -1 : checkpoint->version;
  if (checkpoint != nullptr) segment.checkpoint = *checkpoint;
  if (const auto missing = FirstMissing(listing.commits, base + 1, version); missing.has_value()) {
    return MissingCommit(listing, version, base, *missing);
  }
  const auto first = std::ranges::lower_bound(listing.commits, base + 1, {}, &CommitFile::first);
  segment.commits.assign(first, first + (version - base));
  segment.replay = WithCompactions(listing, segment.commits);
  if (const CommitFile* commit = listing.FindCommit(version)) segment.newest_commit = *commit;
  if (const auto checksum = listing.checksums.find(version); checksum != listing.checksums.end()) {
    segment.checksum_path = checksum->second;
  }
  return segment;
}

}  // namespace sluice::delta_log
