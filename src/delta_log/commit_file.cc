#include "delta_log/commit_file.h"

#include <memory>
#include <optional>
#include <utility>

#include "core/uuid.h"
#include "delta_log/log_name.h"
#include "storage/path.h"

namespace sluice::delta_log {
namespace {

enum class LinkState : std::uint8_t { kOurs, kForeign, kAbsent, kUnknown };

core::Status WriteFile(storage::FileSystem& files, const std::string& path, std::string_view bytes, bool sync) {
  SLUICE_ASSIGN_OR_RETURN(const std::unique_ptr<storage::WritableFile> file, files.CreateNew(path));
  SLUICE_TRY(file->Append(bytes));
  if (sync) SLUICE_TRY(file->Sync());
  return file->Close();
}

// Whose file stands at `target` after a link that did not succeed: the reply may have been lost on its way.
LinkState Inspect(storage::FileSystem& files, const std::string& temporary, const std::string& target,
                  std::string_view bytes) {
  const core::Result<std::optional<storage::FileInfo>> there = files.StatIfExists(target);
  if (!there.has_value()) return LinkState::kUnknown;
  if (!there->has_value()) return LinkState::kAbsent;
  const core::Result<storage::FileInfo> ours = files.Stat(temporary);
  if (ours.has_value()) return ours->identity == (*there)->identity ? LinkState::kOurs : LinkState::kForeign;
  const core::Result<std::string> content = files.ReadAll(target, (*there)->bytes);
  if (!content.has_value()) return LinkState::kUnknown;
  return *content == bytes ? LinkState::kOurs : LinkState::kForeign;
}

// The commit has its name; it is committed once the name is on disk.
CommitOutcome SyncName(storage::FileSystem& files, const std::string& root, std::int64_t version) {
  const std::string folder = LogFolder(root);
  core::Status synced = files.SyncDirectory(folder);
  if (!synced.has_value()) synced = files.SyncDirectory(folder);
  if (synced.has_value()) return Committed{version};
  return Unknown{version, "version " + std::to_string(version) +
                              " is in the log and may not outlive a power cut: " + synced.error().message()};
}

}  // namespace

std::string LogTemporaryPath(std::string_view path, core::Random& random) {
  std::string name = ".";
  name.append(storage::FileName(path)).append(".").append(core::FormatUuid(core::NewUuid(random))).append(".tmp");
  return storage::JoinPath(storage::ParentPath(path), name);
}

core::Result<CommitOutcome> PutCommit(storage::FileSystem& files, core::Random& random, const std::string& root,
                                      std::int64_t version, std::string_view bytes) {
  const std::string target = CommitPath(root, version);
  // A look is cheap beside the fsync that a lost race would cost.
  SLUICE_ASSIGN_OR_RETURN(const std::optional<storage::FileInfo> there, files.StatIfExists(target));
  if (there.has_value()) return Conflict{version};
  const std::string temporary = LogTemporaryPath(target, random);
  core::Status written = WriteFile(files, temporary, bytes, true);
  if (!written.has_value()) {
    (void)files.Remove(temporary);
    return std::move(written).error();
  }
  core::Status linked = files.Link(temporary, target);
  // A file system without hard links may know a rename that replaces nothing.
  if (!linked.has_value() && linked.error().kind() == core::ErrorKind::kUnsupported) {
    linked = files.RenameNew(temporary, target);
  }
  const LinkState state = linked.has_value() ? LinkState::kOurs : Inspect(files, temporary, target, bytes);
  (void)files.Remove(temporary);
  switch (state) {
    case LinkState::kOurs: return SyncName(files, root, version);
    case LinkState::kForeign: return Conflict{version};
    case LinkState::kAbsent: break;
    case LinkState::kUnknown:
      return Unknown{version, "the reply for version " + std::to_string(version) +
                                  " was lost and the log cannot be read: " + linked.error().message()};
  }
  if (linked.error().kind() == core::ErrorKind::kUnsupported) {
    return std::move(linked).error().WithHint(
        "commits need hard links or renameat2; keep the table on another file system");
  }
  return std::move(linked).error();
}

core::Result<bool> PutUnlessThere(storage::FileSystem& files, core::Random& random, const std::string& path,
                                  std::string_view bytes) {
  const std::string temporary = LogTemporaryPath(path, random);
  core::Status put = WriteFile(files, temporary, bytes, false);
  if (put.has_value()) put = files.Link(temporary, path);
  (void)files.Remove(temporary);
  if (put.has_value()) return true;
  if (put.error().kind() == core::ErrorKind::kAlreadyExists) return false;
  return std::move(put).error();
}

core::Status ReplaceLogFile(storage::FileSystem& files, core::Random& random, const std::string& path,
                            std::string_view bytes) {
  const std::string temporary = LogTemporaryPath(path, random);
  core::Status put = WriteFile(files, temporary, bytes, true);
  if (put.has_value()) put = files.Rename(temporary, path);
  if (!put.has_value()) (void)files.Remove(temporary);
  return put;
}

}  // namespace sluice::delta_log
