#pragma once

#include <map>
#include <mutex>
#include <set>

#include "storage/file_system.h"

namespace sluice::storage {

/// Files in memory that forget like a disk without power: what was not synced can be lost. For tests.
///
/// Threads: any. Paths are compared as text (".." is a name like any other); "." and "/" always exist. The modification
/// time counts changes, in nanoseconds from 1.
class MemoryFileSystem final : public FileSystem {
 public:
  /// What a crash takes away.
  enum class Loss {
    kBytesAndNames,  ///< Everything not synced: bytes without Sync, names without SyncDirectory.
    kBytes,          ///< Bytes only: a renamed file is there under its new name, and empty.
    kNames,          ///< Names only: new files are gone and renames undone, bytes would have been kept.
  };

  core::Result<FileInfo> Stat(const std::string& path) override;
  core::Result<std::vector<FileInfo>> List(const std::string& directory) override;
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

  /// The power fails. Files open for writing go on writing into what nobody can see.
  void Crash(Loss loss = Loss::kBytesAndNames);
  /// Every file's path and bytes as seen now; directories are left out.
  std::map<std::string, std::string> Contents() const;
  /// Put a file there, synced, with its directories; for setting a scene.
  void Put(const std::string& path, std::string bytes);

 private:
  friend class MemoryWritableFile;
  struct Node {
    std::string bytes;
    std::string synced_bytes;
    std::int64_t mtime_ns = 0;
    std::uint64_t identity = 0;
  };
  using Names = std::map<std::string, std::shared_ptr<Node>>;

  bool IsDirectory(const std::string& path) const;
  core::Status CheckParent(const std::string& path) const;
  core::Result<std::shared_ptr<Node>> Find(const std::string& path) const;
  core::Result<std::unique_ptr<WritableFile>> Open(const std::string& path, bool must_be_new);
  FileInfo Info(std::string path, const Node& node) const;

  mutable std::mutex mutex_;  // guards everything below, and the bytes of every node
  Names names_;
  Names synced_names_;
  std::set<std::string> directories_;  // synced as they are made
  std::int64_t changes_ = 0;
  std::uint64_t identities_ = 0;
};

}  // namespace sluice::storage
