#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/result.h"
#include "storage/checksum.h"
#include "storage/file_system.h"

namespace sluice::storage {

/// A file that is written and synced, and not yet seen by readers. A plain value: a task makes it, a commit in another
/// process publishes it.
struct FinishedFile {
  std::string temp_path;
  std::string final_path;
  std::uint64_t bytes = 0;
  std::string checksum;  ///< XXH3-128 of the bytes, 32 hexadecimal digits.
};

/// A file written aside, under a temporary name in its target's folder.
///
/// Order:   Create Append* Finish, then Publish or PublishAll of what Finish gave.
/// Threads: one at a time.
/// Crash:   readers never see it; what is left is removed by Recover (recovery.h). Destroyed before Finish, it removes
///          itself.
class PublishedFile final : public WritableFile {
 public:
  /// Make the folders of `final_path` and the temporary file. `unique` and `owner` are those of temporary_name.h; a
  /// name that is there already (two attempts of one task) is AlreadyExists. Borrows `files`, which outlives it.
  static core::Result<std::unique_ptr<PublishedFile>> Create(FileSystem& files, const std::string& final_path,
                                                             const std::string& unique, const std::string& owner);
  ~PublishedFile() override;
  PublishedFile(const PublishedFile&) = delete;
  PublishedFile& operator=(const PublishedFile&) = delete;

  core::Status Append(std::string_view bytes) override;
  core::Status Sync() override;
  /// As Finish, without its answer.
  core::Status Close() override;
  /// Sync and close; the same answer when called again.
  core::Result<FinishedFile> Finish();

  std::uint64_t bytes() const { return finished_.bytes; }

 private:
  PublishedFile(FileSystem& files, FinishedFile finished, std::unique_ptr<WritableFile> file);

  FileSystem& files_;
  FinishedFile finished_;
  Checksum checksum_;
  std::unique_ptr<WritableFile> file_;  // null once finished
};

/// Remove files that will not be published. Names that are gone are no error; the first other error is returned after
/// all were tried.
core::Status Discard(FileSystem& files, const std::vector<FinishedFile>& finished);

}  // namespace sluice::storage
