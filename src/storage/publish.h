#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/result.h"
#include "storage/file_system.h"
#include "storage/published_file.h"

namespace sluice::storage {

enum class PublishMode : std::uint8_t {
  kCreate,   ///< A target that is there already is AlreadyExists and stays as it is.
  kReplace,  ///< A target that is there already is replaced, in one step per file.
};

/// Several files to be published as one commit.
struct PublishRequest {
  std::string id;         ///< Names the commit in its journal; letters, digits, '-' and '_'.
  std::string owner;      ///< The process that commits: ThisProcessOwner().
  std::string directory;  ///< Where the journal lies, and where Recover must look for it; made when absent.
  PublishMode mode = PublishMode::kCreate;
  std::vector<FinishedFile> files;
};

/// Publish one finished file: give it its name and sync the folder. Done again after success or a crash, it succeeds
/// again.
///
/// Errors: AlreadyExists (create), NotFound or Corruption when the temporary file is gone or of another size, and Io
/// and its like leave things as they were. OutcomeUnknown: the file has its name and may not keep it after a power cut,
/// or the target exists in part; the same call completes it. Do not Discard after OutcomeUnknown.
core::Status Publish(FileSystem& files, const FinishedFile& file, PublishMode mode);

/// Publish all files, or none. Every file is checked first; when there are several, the commit is decided by a journal
/// in `directory` (synced, and removed at the end) before the first one gets its name, so that whoever comes after a
/// crash can complete it: this function with the same request, or Recover.
///
/// Errors: as Publish. OutcomeUnknown: the commit is decided and not completed. Readers that list while it runs can see
/// some files without the others; no reader sees part of a file. A foreign file that appears under one of the names
/// during a commit with kCreate undoes it: AlreadyExists.
core::Status PublishAll(FileSystem& files, const PublishRequest& request);

/// The commit behind a journal that its owner did not complete.
struct ResumedCommit {
  /// Targets that could not be published: their temporary file is gone and they hold something else.
  std::vector<std::string> lost;
  /// A foreign file stood in the way of a commit with kCreate: it was undone.
  bool undone = false;
};
/// Complete a decided commit as far as it can be, and remove its journal.
core::Result<ResumedCommit> ResumeCommit(FileSystem& files, const std::string& journal_path);

}  // namespace sluice::storage
