#include "storage/recovery.h"

#include <optional>
#include <set>
#include <utility>

#include "storage/path.h"
#include "storage/publish.h"
#include "storage/temporary_name.h"

namespace sluice::storage {
namespace {

bool OlderThan(const FileInfo& info, std::chrono::hours age_max, core::Timestamp now) {
  const core::Timestamp changed{std::chrono::microseconds(info.mtime_ns / 1000)};
  return now - changed > age_max;
}

bool IsAbandoned(const FileInfo& info, std::string_view owner, const RecoverOptions& options) {
  switch (options.owner_state(owner)) {
    case OwnerState::kAlive: return false;
    case OwnerState::kDead: return true;
    case OwnerState::kForeign: return OlderThan(info, options.foreign_age_max, options.now);
    case OwnerState::kDetached: return OlderThan(info, options.detached_age_max, options.now);
  }
  return false;
}

core::Result<std::vector<FileInfo>> ListIfExists(FileSystem& files, const std::string& directory) {
  core::Result<std::vector<FileInfo>> infos = files.List(directory);
  if (!infos.has_value() && infos.error().kind() == core::ErrorKind::kNotFound) return std::vector<FileInfo>();
  return infos;
}

core::Status ResumeAll(FileSystem& files, const std::string& directory, const RecoverOptions& options,
                       Recovered& recovered) {
  SLUICE_ASSIGN_OR_RETURN(const std::vector<FileInfo> infos, ListIfExists(files, directory));
  for (const FileInfo& info : infos) {
    const std::optional<ParsedName> name = ParseJournalName(FileName(info.path));
    if (info.directory || !name.has_value() || !IsAbandoned(info, name->owner, options)) continue;
    core::Result<ResumedCommit> resumed = ResumeCommit(files, info.path);
    if (!resumed.has_value()) {
      // Another process can have completed it meanwhile.
      if (resumed.error().kind() == core::ErrorKind::kNotFound) continue;
      return std::move(resumed).error().WithContext("completing the commit of " + QuotedPath(info.path));
    }
    (resumed->undone ? recovered.commits_undone : recovered.commits_completed).emplace_back(name->unique);
    for (std::string& lost : resumed->lost) recovered.targets_lost.push_back(std::move(lost));
  }
  return core::Ok();
}

struct Abandoned {
  std::vector<std::string> temporaries;
  bool has_journals = false;
};

core::Status FindAbandoned(FileSystem& files, const std::string& directory, const RecoverOptions& options,
                           Abandoned& abandoned) {
  SLUICE_ASSIGN_OR_RETURN(const std::vector<FileInfo> infos, ListIfExists(files, directory));
  for (const FileInfo& info : infos) {
    if (info.directory) continue;
    const std::string_view file_name = FileName(info.path);
    if (ParseJournalName(file_name).has_value()) abandoned.has_journals = true;
    const std::optional<ParsedName> name = ParseTemporaryName(file_name);
    if (name.has_value() && IsAbandoned(info, name->owner, options)) abandoned.temporaries.push_back(info.path);
  }
  return core::Ok();
}

core::Status RemoveAll(FileSystem& files, const std::vector<std::string>& paths, Recovered& recovered) {
  for (const std::string& path : paths) {
    core::Status removed = files.Remove(path);
    if (removed.has_value()) ++recovered.temporaries_removed;
    // A completed commit has taken it.
    if (!removed.has_value() && removed.error().kind() != core::ErrorKind::kNotFound) return removed;
  }
  return core::Ok();
}

}  // namespace

core::Result<Recovered> Recover(FileSystem& files, const std::vector<std::string>& directories,
                                const RecoverOptions& options) {
  Recovered recovered;
  std::set<std::string> distinct;
  for (const std::string& directory : directories) distinct.insert(NormalPath(directory));
  // First who is dead, then the journals, then the temporary files: an owner that decides a commit and dies between two
  // steps was alive in the first one, and its files stay.
  Abandoned abandoned;
  for (const std::string& directory : distinct) SLUICE_TRY(FindAbandoned(files, directory, options, abandoned));
  if (abandoned.has_journals || !abandoned.temporaries.empty()) {
    for (const std::string& directory : distinct) SLUICE_TRY(ResumeAll(files, directory, options, recovered));
  }
  SLUICE_TRY(RemoveAll(files, abandoned.temporaries, recovered));
  return recovered;
}

}  // namespace sluice::storage
