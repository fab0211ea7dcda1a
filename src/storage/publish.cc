#include "storage/publish.h"

#include <optional>
#include <set>
#include <utility>

#include "storage/path.h"
#include "storage/publish_journal.h"

namespace sluice::storage {
namespace {

using core::ErrorKind;

enum class FileState {
  kPending,  ///< Only the temporary name is there.
  kLinked,   ///< Both names are there (create).
  kDone,     ///< Only the final name is there.
};

core::Error Unfinished(const core::Error& error, const std::string& what) {
  return core::OutcomeUnknown(what + ": " + error.message())
      .WithHint("run the same command again: it completes what was decided");
}

core::Result<bool> HoldsTheSame(FileSystem& files, const FinishedFile& file, const FileInfo& target) {
  if (target.directory || target.bytes != file.bytes) return false;
  SLUICE_ASSIGN_OR_RETURN(const std::string checksum, ChecksumOfFile(files, file.final_path));
  return checksum == file.checksum;
}

core::Result<FileState> Examine(FileSystem& files, const FinishedFile& file, PublishMode mode) {
  SLUICE_ASSIGN_OR_RETURN(const std::optional<FileInfo> temp, files.StatIfExists(file.temp_path));
  SLUICE_ASSIGN_OR_RETURN(const std::optional<FileInfo> target, files.StatIfExists(file.final_path));
  if (!temp.has_value()) {
    if (target.has_value()) {
      SLUICE_ASSIGN_OR_RETURN(const bool done, HoldsTheSame(files, file, *target));
      if (done) return FileState::kDone;
    }
    return core::NotFound("the finished file for " + QuotedPath(file.final_path) +
                          " is gone: " + QuotedPath(file.temp_path))
        .WithHint("run its task again");
  }
  if (temp->bytes != file.bytes) {
    return core::Corruption(QuotedPath(file.temp_path) + " holds " + std::to_string(temp->bytes) + " bytes and " +
                            std::to_string(file.bytes) + " were written")
        .WithHint("run its task again");
  }
  if (!target.has_value()) return FileState::kPending;
  if (target->directory) return core::InvalidInput(QuotedPath(file.final_path) + " is a folder, not a file");
  if (mode == PublishMode::kReplace) return FileState::kPending;
  if (target->identity == temp->identity) return FileState::kLinked;
  return core::AlreadyExists(QuotedPath(file.final_path) + " already exists")
      .WithHint("choose another target, or say --mode overwrite");
}

// File systems without hard links cannot refuse an existing name in one step; looking first is the best they offer.
core::Status RenameWhenAbsent(FileSystem& files, const FinishedFile& file) {
  SLUICE_ASSIGN_OR_RETURN(const FileState state, Examine(files, file, PublishMode::kCreate));
  return state == FileState::kPending ? files.Rename(file.temp_path, file.final_path) : core::Ok();
}

// Give one pending file its name.
core::Status GiveName(FileSystem& files, const FinishedFile& file, PublishMode mode) {
  core::Status given = mode == PublishMode::kReplace ? files.Rename(file.temp_path, file.final_path)
                                                     : files.Link(file.temp_path, file.final_path);
  if (!given.has_value() && given.error().kind() == ErrorKind::kUnsupported) given = RenameWhenAbsent(files, file);
  if (given.has_value()) return given;
  // The reply can be lost, and another process can complete the same commit: what is there decides.
  const core::Result<FileState> state = Examine(files, file, mode);
  if (state.has_value()) return *state == FileState::kPending ? std::move(given) : core::Ok();
  const bool foreign = state.error().kind() == ErrorKind::kAlreadyExists;
  return foreign ? core::Status(state.error()) : std::move(given);
}

core::Status SyncFolders(FileSystem& files, const std::vector<FinishedFile>& list) {
  std::set<std::string> folders;
  for (const FinishedFile& file : list) folders.insert(ParentPath(file.final_path));
  for (const std::string& folder : folders) SLUICE_TRY(files.SyncDirectory(folder));
  return core::Ok();
}

core::Status RemoveIfThere(FileSystem& files, const std::string& path) {
  core::Status removed = files.Remove(path);
  if (!removed.has_value() && removed.error().kind() == ErrorKind::kNotFound) return core::Ok();
  return removed;
}

// Take back the names that a commit with kCreate has given; its temporary files keep the bytes.
core::Status Undo(FileSystem& files, const PublishRequest& request) {
  for (const FinishedFile& file : request.files) {
    const core::Result<FileState> state = Examine(files, file, PublishMode::kCreate);
    if (state.has_value() && *state == FileState::kLinked) SLUICE_TRY(RemoveIfThere(files, file.final_path));
  }
  return SyncFolders(files, request.files);
}

// Names for all, folders synced, second names removed. Everything was examined and, if need be, decided before.
core::Status Complete(FileSystem& files, const PublishRequest& request) {
  for (const FinishedFile& file : request.files) {
    SLUICE_ASSIGN_OR_RETURN(const FileState state, Examine(files, file, request.mode));
    if (state == FileState::kPending) SLUICE_TRY(GiveName(files, file, request.mode));
  }
  SLUICE_TRY(SyncFolders(files, request.files));
  if (request.mode == PublishMode::kReplace) return core::Ok();
  for (const FinishedFile& file : request.files) SLUICE_TRY(RemoveIfThere(files, file.temp_path));
  return core::Ok();
}

// AlreadyExists undoes a decided commit; any other error leaves it to be completed.
core::Status CompleteOrUndo(FileSystem& files, const PublishRequest& request, const std::string& journal_path) {
  core::Status completed = Complete(files, request);
  if (completed.has_value()) {
    core::Status removed = RemoveIfThere(files, journal_path);
    if (removed.has_value()) return removed;
    return Unfinished(removed.error(), "everything is published, but its journal remains");
  }
  if (completed.error().kind() != ErrorKind::kAlreadyExists) {
    return Unfinished(completed.error(), "commit " + request.id + " is decided and not completed");
  }
  core::Status undone = Undo(files, request);
  if (undone.has_value()) undone = RemoveIfThere(files, journal_path);
  if (undone.has_value()) return completed;
  return Unfinished(undone.error(), "commit " + request.id + " could not be undone");
}

}  // namespace

core::Status Publish(FileSystem& files, const FinishedFile& file, PublishMode mode) {
  SLUICE_ASSIGN_OR_RETURN(const FileState state, Examine(files, file, mode));
  if (state == FileState::kPending) SLUICE_TRY(GiveName(files, file, mode));
  core::Status synced = files.SyncDirectory(ParentPath(file.final_path));
  if (synced.has_value() && mode == PublishMode::kCreate) synced = RemoveIfThere(files, file.temp_path);
  if (synced.has_value()) return synced;
  return Unfinished(synced.error(), QuotedPath(file.final_path) + " is published and may not be on disk");
}

core::Status PublishAll(FileSystem& files, const PublishRequest& request) {
  if (request.files.empty()) return core::Ok();
  if (request.files.size() == 1) return Publish(files, request.files.front(), request.mode);
  for (const FinishedFile& file : request.files) SLUICE_TRY(Examine(files, file, request.mode));
  // Once the decision is on disk, what it names must be there as well.
  SLUICE_TRY(SyncFolders(files, request.files));
  SLUICE_ASSIGN_OR_RETURN(const std::string journal_path, WriteJournal(files, request));
  return CompleteOrUndo(files, request, journal_path);
}

core::Result<ResumedCommit> ResumeCommit(FileSystem& files, const std::string& journal_path) {
  SLUICE_ASSIGN_OR_RETURN(PublishRequest request, ReadJournal(files, journal_path));
  ResumedCommit resumed;
  std::vector<FinishedFile> left;
  for (const FinishedFile& file : request.files) {
    const core::Result<FileState> state = Examine(files, file, request.mode);
    const bool gone = !state.has_value() &&
                      (state.error().kind() == ErrorKind::kNotFound || state.error().kind() == ErrorKind::kCorruption);
    if (gone) {
      resumed.lost.push_back(file.final_path);
    } else {
      left.push_back(file);
    }
  }
  request.files = std::move(left);
  core::Status completed = CompleteOrUndo(files, request, journal_path);
  if (completed.has_value()) return resumed;
  if (completed.error().kind() != ErrorKind::kAlreadyExists) return std::move(completed).error();
  resumed.undone = true;
  return resumed;
}

}  // namespace sluice::storage
