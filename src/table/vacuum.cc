#include "table/vacuum.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "core/clock.h"
#include "core/duration.h"
#include "delta/protocol_gate.h"
#include "storage/owner.h"
#include "storage/path.h"
#include "storage/temporary_name.h"
#include "table/needed_files.h"
#include "table/table_listing.h"
#include "table/vacuum_lite.h"

namespace sluice::table {
namespace {

using std::chrono::milliseconds;

// Clocks of writers, store and this machine differ by less.
constexpr milliseconds kClockSkew = std::chrono::minutes(5);
constexpr milliseconds kTemporaryAge = std::chrono::hours(24);

std::string TimeText(std::int64_t time_ms) {
  return core::FormatTimestamp(core::Timestamp(std::chrono::duration_cast<std::chrono::microseconds>(
      milliseconds(std::clamp<std::int64_t>(time_ms, 0, 253'402'300'799'000)))));
}

bool OwnerMayLive(std::string_view path) {
  const auto name = storage::ParseTemporaryName(storage::FileName(path));
  if (!name.has_value()) return true;
  const storage::OwnerState state = storage::StateOfOwner(name->owner);
  return state == storage::OwnerState::kAlive || state == storage::OwnerState::kDetached;
}

/// One vacuum.
class VacuumRun {
 public:
  VacuumRun(const storage::Environment& environment, std::shared_ptr<const delta_log::Snapshot> newest,
            const VacuumRequest& request)
      : environment_(environment), snapshot_(std::move(newest)), request_(request) {}

  core::Result<VacuumReport> Run();

 private:
  core::Status SetThreshold();
  core::Status CheckTable() const;
  core::Status FindAll();
  core::Status FindRemoved();
  core::Result<bool> IsBehindLink(const std::string& path);
  core::Result<std::optional<storage::FileInfo>> StatIfExists(const std::string& path) const {
    return environment_.files.StatIfExists(storage::JoinPath(snapshot_->root, path));
  }
  core::Status Consider(const ListedFile& file);
  core::Status ConsiderAge(const ListedFile& file);
  core::Status DropNeeded();
  core::Status Delete();
  void DeleteFolders();
  core::Status Remember();

  const storage::Environment& environment_;
  std::shared_ptr<const delta_log::Snapshot> snapshot_;
  const VacuumRequest& request_;
  std::int64_t now_ms_ = 0;
  std::int64_t threshold_ms_ = 0;  // what was removed at this time or before may go
  std::optional<NeededFiles> needed_;
  std::vector<ListedFolder> folders_;           // parents first
  std::map<std::string, bool> in_place_;        // folders by whether they are what their path says
  std::vector<delta_log::CommitFile> commits_;  // where they are needed
  std::int64_t newest_old_commit_ = -1;
  VacuumReport report_;
};

core::Status VacuumRun::SetThreshold() {
  const milliseconds floor = snapshot_->properties.deleted_file_retention;
  const milliseconds retain = request_.retain.value_or(floor);
  if (retain.count() < 0) return core::InvalidInput(fmt::format("a retention of {} ms is negative", retain.count()));
  if (retain < floor && !request_.unsafe_retention) {
    return core::InvalidInput(fmt::format("a retention of {} is below the table's own of {}",
                                          core::FormatDuration(retain), core::FormatDuration(floor)))
        .WithHint("readers and writers can lose files that they need; if nobody uses the table, --unsafe-retention")
        .WithContext("table property delta.deletedFileRetentionDuration");
  }
  now_ms_ = std::chrono::floor<milliseconds>(environment_.clock.Now()).time_since_epoch().count();
  threshold_ms_ = now_ms_ - std::min(retain.count(), now_ms_);
  return core::Ok();
}

core::Status VacuumRun::CheckTable() const {
  return delta::CheckCanWrite(snapshot_->protocol, snapshot_->metadata, snapshot_->schema, delta::Operation::kMaintain);
}

core::Result<VacuumReport> VacuumRun::Run() {
  SLUICE_TRY(CheckTable());
  SLUICE_TRY(SetThreshold());
  SLUICE_ASSIGN_OR_RETURN(needed_, NeededFiles::Collect(environment_, *snapshot_, threshold_ms_));
  if (request_.lite || !request_.dry_run) {
    SLUICE_ASSIGN_OR_RETURN(commits_, AllCommits(environment_, *snapshot_));
    newest_old_commit_ = NewestCommitBefore(commits_, threshold_ms_);
  }
  SLUICE_TRY(request_.lite ? FindRemoved() : FindAll());
  std::ranges::sort(report_.files, {}, &VacuumedFile::path);
  if (!request_.dry_run) {
    SLUICE_TRY(DropNeeded());
    SLUICE_TRY(Delete());
    DeleteFolders();
    const core::Status remembered = Remember();
    if (!remembered.has_value()) {
      report_.notes.push_back("the next lite vacuum will start where this one did: " + remembered.error().message());
    }
  }
  for (const VacuumedFile& file : report_.files) report_.bytes += file.bytes;
  return std::move(report_);
}

core::Status VacuumRun::FindAll() {
  SLUICE_ASSIGN_OR_RETURN(ListedFolders listed, ListTable(environment_, *snapshot_,
                                                          [this](const ListedFile& file) { return Consider(file); }));
  folders_ = std::move(listed.folders);
  for (std::string& note : listed.notes) report_.notes.push_back(std::move(note));
  return core::Ok();
}

core::Status VacuumRun::Consider(const ListedFile& file) {
  SLUICE_ASSIGN_OR_RETURN(const bool needed, needed_->Contain(file.path));
  if (needed) return core::Ok();
  const NeededFiles::Removal* removal = file.temporary ? nullptr : needed_->FindRemoval(file.path);
  if (removal == nullptr) return ConsiderAge(file);
  std::uint64_t bytes = removal->bytes.value_or(0);
  if (!removal->bytes.has_value()) {
    SLUICE_ASSIGN_OR_RETURN(const auto there, StatIfExists(file.path));
    if (!there.has_value()) return core::Ok();  // gone since
    bytes = there->bytes;
  }
  report_.files.push_back(
      {file.path, bytes, removal->time_ms == 0 ? "removed" : "removed " + TimeText(removal->time_ms)});
  return core::Ok();
}

// A file that the log does not know.
core::Status VacuumRun::ConsiderAge(const ListedFile& file) {
  SLUICE_ASSIGN_OR_RETURN(const auto there, StatIfExists(file.path));
  if (!there.has_value()) return core::Ok();  // gone since
  constexpr std::int64_t kNanosPerMilli = 1'000'000;
  const std::int64_t modified_ms = there->mtime_ns / kNanosPerMilli;
  if (file.temporary) {
    const bool old = modified_ms < now_ms_ - kTemporaryAge.count();
    if (old && !OwnerMayLive(file.path)) {
      report_.files.push_back({file.path, there->bytes, "left by a writer that died"});
    }
  } else if (modified_ms < threshold_ms_ - kClockSkew.count()) {
    // It may be of a transaction that is about to commit: age is all that protects it.
    report_.files.push_back({file.path, there->bytes, "no version names it"});
  }
  return core::Ok();
}

core::Status VacuumRun::FindRemoved() {
  SLUICE_ASSIGN_OR_RETURN(const auto vacuumed, ReadVacuumedVersion(environment_, snapshot_->root));
  const bool valid = vacuumed.has_value() && *vacuumed >= 0 && *vacuumed <= snapshot_->version;
  SLUICE_ASSIGN_OR_RETURN(const auto former, FilesRemovedBy(environment_, snapshot_->root, commits_,
                                                            valid ? *vacuumed + 1 : 0, newest_old_commit_));
  const TableNames names(*snapshot_);
  for (const FormerFile& file : former) {
    SLUICE_TRY(environment_.cancellation.Check());
    if (!names.MayBeDataPath(file.path)) continue;
    SLUICE_ASSIGN_OR_RETURN(const bool needed, needed_->Contain(file.path));
    if (needed) continue;
    SLUICE_ASSIGN_OR_RETURN(const auto there, StatIfExists(file.path));
    if (!there.has_value() || there->directory) continue;
    SLUICE_ASSIGN_OR_RETURN(const bool behind_link, IsBehindLink(file.path));
    if (!behind_link) report_.files.push_back({file.path, there->bytes, file.reason});
  }
  return core::Ok();
}

// Whether a folder on the way to `path` is a symbolic link.
core::Result<bool> VacuumRun::IsBehindLink(const std::string& path) {
  for (std::size_t slash = path.find('/'); slash != std::string::npos; slash = path.find('/', slash + 1)) {
    const std::string folder = path.substr(0, slash);
    auto known = in_place_.find(folder);
    if (known == in_place_.end()) {
      SLUICE_ASSIGN_OR_RETURN(const bool in_place,
                              IsInPlace(environment_.files, storage::JoinPath(snapshot_->root, folder)));
      known = in_place_.emplace(folder, in_place).first;
      if (!in_place) report_.notes.push_back(storage::QuotedPath(folder) + " is a symbolic link and was left alone");
    }
    if (!known->second) return true;
  }
  return false;
}

// A restore or a late commit may have come since the listing.
core::Status VacuumRun::DropNeeded() {
  if (report_.files.empty()) return core::Ok();
  SLUICE_ASSIGN_OR_RETURN(auto newest, delta_log::RefreshSnapshot(environment_, snapshot_));
  if (newest == snapshot_ || newest->version == snapshot_->version) return core::Ok();
  if (newest->metadata.id != snapshot_->metadata.id) {
    return core::Conflict(snapshot_->root + ": the table was replaced by another one while it was listed");
  }
  snapshot_ = std::move(newest);
  SLUICE_TRY(CheckTable());
  SLUICE_ASSIGN_OR_RETURN(needed_, NeededFiles::Collect(environment_, *snapshot_, threshold_ms_));
  std::vector<VacuumedFile> unneeded;
  for (VacuumedFile& file : report_.files) {
    SLUICE_ASSIGN_OR_RETURN(const bool needed, needed_->Contain(file.path));
    if (!needed) unneeded.push_back(std::move(file));
  }
  report_.files = std::move(unneeded);
  return core::Ok();
}

core::Status VacuumRun::Delete() {
  std::size_t deleted = 0;
  for (const VacuumedFile& file : report_.files) {
    core::Status removed = environment_.cancellation.Check();
    if (removed.has_value()) removed = environment_.files.Remove(storage::JoinPath(snapshot_->root, file.path));
    // Somebody else may vacuum at the same time.
    if (!removed.has_value() && removed.error().kind() != core::ErrorKind::kNotFound) {
      return std::move(removed).error().WithContext(
          fmt::format("{} of {} files were deleted before", deleted, report_.files.size()));
    }
    ++deleted;
  }
  return core::Ok();
}

// From the innermost. A folder in which something is, or came meanwhile, refuses.
void VacuumRun::DeleteFolders() {
  for (auto folder = folders_.rbegin(); folder != folders_.rend(); ++folder) {
    if (folder->modified_ms >= threshold_ms_ - kClockSkew.count()) continue;
    if (environment_.files.Remove(storage::JoinPath(snapshot_->root, folder->path)).has_value()) ++report_.folders;
  }
}

core::Status VacuumRun::Remember() {
  if (newest_old_commit_ < 0) return core::Ok();
  SLUICE_ASSIGN_OR_RETURN(const auto before, ReadVacuumedVersion(environment_, snapshot_->root));
  if (before.has_value() && *before >= newest_old_commit_ && *before <= snapshot_->version) return core::Ok();
  return WriteVacuumedVersion(environment_, snapshot_->root, newest_old_commit_);
}

}  // namespace

core::Result<VacuumReport> Vacuum(const storage::Environment& environment,
                                  std::shared_ptr<const delta_log::Snapshot> newest, const VacuumRequest& request) {
  return VacuumRun(environment, std::move(newest), request).Run();
}

}  // namespace sluice::table
