#include "recorder/folder_state.h"

#include <fmt/format.h>

#include <utility>

#include "core/run_id.h"
#include "recorder/recorder_marker.h"
#include "storage/lock_file.h"
#include "storage/path.h"
#include "storage/recovery.h"

namespace sluice::recorder {
namespace {

core::Result<storage::LockAttempt> TryLock(const storage::Environment& environment, const std::string& folder) {
  return storage::LockFile::TryAcquire(folder, {.run_id = core::NewRunId(environment.clock, environment.random),
                                                .command = "sluice recorder",
                                                .started = environment.clock.Now()});
}

core::Result<bool> IsRecordersFolder(const storage::Environment& environment, const std::string& folder) {
  SLUICE_ASSIGN_OR_RETURN(const auto manifest,
                          environment.files.StatIfExists(storage::JoinPath(folder, kManifestName)));
  if (manifest.has_value()) return true;
  SLUICE_ASSIGN_OR_RETURN(const auto markers, ReadMarkers(environment, folder));
  return !markers.empty();
}

core::Result<FolderState> Look(const storage::Environment& environment, const std::string& folder) {
  FolderState state{.folder = folder};
  SLUICE_ASSIGN_OR_RETURN(const auto markers, ReadMarkers(environment, folder));
  for (const RecorderMarker& marker : markers) state.recorders.push_back(marker.recorder);
  SLUICE_ASSIGN_OR_RETURN(state.manifest, ReadManifest(environment.files, folder));
  if (markers.empty()) return state;
  SLUICE_ASSIGN_OR_RETURN(const storage::LockAttempt attempt, TryLock(environment, folder));
  state.use = attempt.lock.has_value() ? FolderUse::kOrphan : FolderUse::kLive;
  state.holder = attempt.holder;
  return state;
}

}  // namespace

std::string_view NameOf(FolderUse use) {
  switch (use) {
    case FolderUse::kLive: return "live";
    case FolderUse::kOrphan: return "orphan";
    case FolderUse::kFinished: break;
  }
  return "finished";
}

std::uint64_t FolderState::rows() const {
  std::uint64_t rows = 0;
  for (const ManifestFile& file : manifest.files) rows += file.rows;
  return rows;
}

std::uint64_t FolderState::bytes() const {
  std::uint64_t bytes = 0;
  for (const ManifestFile& file : manifest.files) bytes += file.bytes;
  return bytes;
}

core::Result<std::vector<FolderState>> ListFolders(const storage::Environment& environment,
                                                   const std::string& directory) {
  SLUICE_TRY(environment.files.Stat(directory));
  std::vector<FolderState> found;
  SLUICE_ASSIGN_OR_RETURN(const bool itself, IsRecordersFolder(environment, directory));
  if (itself) {
    SLUICE_ASSIGN_OR_RETURN(FolderState state, Look(environment, directory));
    found.push_back(std::move(state));
    return found;
  }
  SLUICE_ASSIGN_OR_RETURN(const auto entries, environment.files.ListNames(directory));
  for (const storage::FolderEntry& entry : entries) {
    if (!entry.directory) continue;
    const std::string folder = storage::JoinPath(directory, entry.name);
    SLUICE_ASSIGN_OR_RETURN(const bool is_one, IsRecordersFolder(environment, folder));
    if (!is_one) continue;
    SLUICE_ASSIGN_OR_RETURN(FolderState state, Look(environment, folder));
    found.push_back(std::move(state));
  }
  return found;
}

core::Result<std::vector<RecoveredRecorder>> TakeOver(const storage::Environment& environment,
                                                      const std::string& folder) {
  SLUICE_ASSIGN_OR_RETURN(const storage::LockAttempt attempt, TryLock(environment, folder));
  if (!attempt.lock.has_value()) {
    return core::Conflict(fmt::format("{} is in use by {}", storage::QuotedPath(folder), attempt.holder));
  }
  SLUICE_TRY(storage::Recover(environment.files, {folder}, {.now = environment.clock.Now()}));
  SLUICE_ASSIGN_OR_RETURN(Manifest manifest, ReadManifest(environment.files, folder));
  return RecoverFolder(environment, folder, manifest);
}

}  // namespace sluice::recorder
