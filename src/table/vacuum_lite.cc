#include "table/vacuum_lite.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "delta_log/commit_file.h"
#include "delta_log/log_listing.h"
#include "delta_log/log_name.h"
#include "delta_log/log_reader.h"
#include "storage/path.h"
#include "table/needed_files.h"

namespace sluice::table {
namespace {

constexpr const char* kVersionKey = "latestCommitVersionOutsideOfRetentionWindow";

std::string InfoPath(const std::string& root) {
  return storage::JoinPath(delta_log::LogFolder(root), "_last_vacuum_info");
}

core::Status Append(const delta::ActionSet& commit, const std::string& root, std::int64_t version,
                    std::vector<FormerFile>& former) {
  for (const delta::RemoveFile& removed : commit.removes) {
    former.push_back({PathBelow(removed.path, root), fmt::format("removed in version {}", version)});
    if (!removed.deletion_vector.has_value()) continue;
    SLUICE_ASSIGN_OR_RETURN(std::string path, VectorPathBelow(*removed.deletion_vector, root));
    if (path.empty()) continue;
    former.push_back({std::move(path), fmt::format("deletion vector removed in version {}", version)});
  }
  for (const delta::CdcFile& change : commit.cdcs) {
    former.push_back({PathBelow(change.path, root), fmt::format("change data of version {}", version)});
  }
  return core::Ok();
}

}  // namespace

core::Result<std::vector<delta_log::CommitFile>> AllCommits(const storage::Environment& environment,
                                                            const delta_log::Snapshot& snapshot) {
  if (!snapshot.log.commits.empty() && snapshot.log.commits.front().first == 0) return snapshot.log.commits;
  SLUICE_ASSIGN_OR_RETURN(delta_log::LogListing log, delta_log::ListLog(environment.files, snapshot.root));
  std::erase_if(log.commits, [&](const delta_log::CommitFile& commit) { return commit.first > snapshot.version; });
  return std::move(log.commits);
}

std::int64_t NewestCommitBefore(std::span<const delta_log::CommitFile> commits, std::int64_t time_ms) {
  std::int64_t newest = -1;
  std::int64_t ascending_ms = 0;
  for (const delta_log::CommitFile& commit : commits) {
    ascending_ms = std::max(commit.modification_time_ms, ascending_ms + 1);
    if (ascending_ms > time_ms) break;
    newest = commit.last;
  }
  return newest;
}

core::Result<std::optional<std::int64_t>> ReadVacuumedVersion(const storage::Environment& environment,
                                                              const std::string& root) {
  constexpr std::uint64_t kBytesMax = 64 * 1024;
  const std::string path = InfoPath(root);
  SLUICE_ASSIGN_OR_RETURN(const auto there, environment.files.StatIfExists(path));
  if (!there.has_value()) return std::optional<std::int64_t>();
  SLUICE_ASSIGN_OR_RETURN(const std::string text, environment.files.ReadAll(path, kBytesMax));
  const nlohmann::json info = nlohmann::json::parse(text, nullptr, false);
  if (!info.is_object() || !info.contains(kVersionKey) || !info.at(kVersionKey).is_number_integer()) {
    return std::optional<std::int64_t>();
  }
  return std::optional(info.at(kVersionKey).get<std::int64_t>());
}

core::Status WriteVacuumedVersion(const storage::Environment& environment, const std::string& root,
                                  std::int64_t version) {
  return delta_log::ReplaceLogFile(environment.files, environment.random, InfoPath(root),
                                   nlohmann::json{{kVersionKey, version}}.dump());
}

core::Result<std::vector<FormerFile>> FilesRemovedBy(const storage::Environment& environment, const std::string& root,
                                                     std::span<const delta_log::CommitFile> commits, std::int64_t first,
                                                     std::int64_t last) {
  std::vector<FormerFile> former;
  if (first > last) return former;
  const auto begin = std::ranges::lower_bound(commits, first, {}, &delta_log::CommitFile::first);
  const auto end = std::ranges::upper_bound(commits, last, {}, &delta_log::CommitFile::last);
  commits = {begin, std::max(begin, end)};
  const auto gone = [&] {
    return core::Unsupported(fmt::format("{}: a lite vacuum needs the commits {} to {}, and not all of them are there",
                                         root, first, last))
        .WithHint("run a full vacuum, without --lite");
  };
  if (static_cast<std::int64_t>(commits.size()) != last - first + 1) return gone();
  SLUICE_TRY(delta_log::ReadCommits(
      environment, commits, delta::ActionSelection::kAll,
      [&](const delta_log::CommitFile& file, core::Result<delta::ActionSet> commit) -> core::Status {
        if (!commit.has_value() && commit.error().kind() == core::ErrorKind::kNotFound) return gone();
        if (!commit.has_value()) return std::move(commit).error();
        return Append(*commit, root, file.last, former);
      }));
  return former;
}

}  // namespace sluice::table
