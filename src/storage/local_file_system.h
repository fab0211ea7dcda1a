#pragma once

#include "storage/file_system.h"

namespace sluice::storage {

/// The machine's files (POSIX). Symbolic links are followed.
///
/// Threads: any. New files get mode 0666 and new directories 0777, less the umask. Streams may be pipes or devices;
/// random access needs a regular file. Opening a directory as a file is InvalidInput.
class LocalFileSystem final : public FileSystem {
 public:
  core::Result<FileInfo> Stat(const std::string& path) override;
  core::Result<std::vector<FileInfo>> List(const std::string& directory) override;
  core::Result<std::vector<FolderEntry>> ListNames(const std::string& directory) override;
  core::Result<std::unique_ptr<ByteStream>> OpenStream(const std::string& path) override;
  core::Result<std::unique_ptr<RandomAccessFile>> OpenRandomAccess(const std::string& path) override;
  core::Result<std::unique_ptr<WritableFile>> Create(const std::string& path) override;
  core::Result<std::unique_ptr<WritableFile>> CreateNew(const std::string& path) override;
  core::Status Rename(const std::string& from, const std::string& to) override;
  core::Status Link(const std::string& from, const std::string& to) override;
  core::Status RenameNew(const std::string& from, const std::string& to) override;
  core::Status Remove(const std::string& path) override;
  core::Status CreateDirectories(const std::string& path) override;
  core::Status SyncDirectory(const std::string& path) override;
};

}  // namespace sluice::storage
