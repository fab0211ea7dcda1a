#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "storage/byte_stream.h"

namespace sluice::storage {

struct FileInfo {
  std::string path;
  bool directory = false;
  std::uint64_t bytes = 0;
  std::int64_t mtime_ns = 0;
  /// Equal for two names of one file (hard links) and different for two files that exist at the same time.
  std::uint64_t identity = 0;
};

/// What a folder itself says of one of its entries.
struct FolderEntry {
  std::string name;
  bool directory = false;
};

/// A file being read at any offset. Threads: any.
class RandomAccessFile {
 public:
  virtual ~RandomAccessFile() = default;
  virtual std::uint64_t size() const = 0;
  /// Read into `out` from `offset`; fewer bytes than asked only at the end of the file.
  virtual core::Result<std::size_t> ReadAt(std::uint64_t offset, std::span<char> out) = 0;
};

/// A file being written from front to back. Destroying it without Close leaves what was written; nothing is synced.
/// Threads: one at a time.
class WritableFile {
 public:
  virtual ~WritableFile() = default;
  virtual core::Status Append(std::string_view bytes) = 0;
  /// fdatasync: what was appended survives a power cut.
  virtual core::Status Sync() = 0;
  virtual core::Status Close() = 0;
};

/// The one door to files, so that tests can put memory or faults behind it. Errors name the path.
///
/// Threads: any. Paths are bytes, absolute or relative to the working directory, with '/' between names.
class FileSystem {
 public:
  virtual ~FileSystem() = default;
  virtual core::Result<FileInfo> Stat(const std::string& path) = 0;
  /// nullopt instead of NotFound.
  core::Result<std::optional<FileInfo>> StatIfExists(const std::string& path);
  /// The entries of a directory, sorted by name; paths are `directory` + "/" + name.
  virtual core::Result<std::vector<FileInfo>> List(const std::string& directory) = 0;
  /// The same without a look at each entry, which costs more than the listing; a symbolic link is what it leads to.
  virtual core::Result<std::vector<FolderEntry>> ListNames(const std::string& directory);
  virtual core::Result<std::unique_ptr<ByteStream>> OpenStream(const std::string& path) = 0;
  virtual core::Result<std::unique_ptr<RandomAccessFile>> OpenRandomAccess(const std::string& path) = 0;
  /// Make an empty file for writing; an existing one is replaced. `CreateNew` refuses an existing one with
  /// AlreadyExists.
  virtual core::Result<std::unique_ptr<WritableFile>> Create(const std::string& path) = 0;
  virtual core::Result<std::unique_ptr<WritableFile>> CreateNew(const std::string& path) = 0;
  /// Rename within one file system, replacing `to`; atomic.
  virtual core::Status Rename(const std::string& from, const std::string& to) = 0;
  /// Give the file a second name; AlreadyExists when `to` is there; atomic (put-if-absent).
  virtual core::Status Link(const std::string& from, const std::string& to) = 0;
  /// Rename within one file system; AlreadyExists when `to` is there; atomic. For file systems without hard links;
  /// Unsupported where there is no such call either.
  virtual core::Status RenameNew(const std::string& from, const std::string& to);
  virtual core::Status Remove(const std::string& path) = 0;
  /// Make a directory and its parents; no error when it is there. New parents are synced.
  virtual core::Status CreateDirectories(const std::string& path) = 0;
  /// fsync of a directory: renames in it survive a power cut.
  virtual core::Status SyncDirectory(const std::string& path) = 0;

  /// The whole file as bytes; LimitExceeded above `bytes_max`. Who knows about how many there are spares it from
  /// growing.
  core::Result<std::string> ReadAll(const std::string& path, std::uint64_t bytes_max, std::uint64_t bytes_expected = 0);
};

}  // namespace sluice::storage
