#include "storage/local_file_system.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <functional>
#include <utility>

#include "core/byte_size.h"
#include "storage/descriptor.h"
#include "storage/descriptor_stream.h"
#include "storage/path.h"

namespace sluice::storage {
namespace {

core::Error Failure(const char* action, const std::string& path) {
  return core::ErrorFromErrno(errno, std::string(action) + " " + QuotedPath(path));
}

core::Error Failure(const char* action, const std::string& from, const std::string& to) {
  return core::ErrorFromErrno(errno, std::string(action) + " " + QuotedPath(from) + " to " + QuotedPath(to));
}

core::Error FolderInsteadOfFile(const std::string& path) {
  return core::InvalidInput(QuotedPath(path) + " is a folder, not a file")
      .WithHint("name a file, or a pattern such as " + QuotedPath(JoinPath(path, "*.csv")));
}

FileInfo InfoFromStat(std::string path, const struct stat& info) {
  FileInfo result;
  result.path = std::move(path);
  result.directory = S_ISDIR(info.st_mode);
  result.bytes = S_ISREG(info.st_mode) ? static_cast<std::uint64_t>(info.st_size) : 0;
  result.mtime_ns = std::int64_t{info.st_mtim.tv_sec} * 1'000'000'000 + info.st_mtim.tv_nsec;
  // Device and inode in one number; the multiplier (Knuth) spreads the few device numbers over all bits.
  result.identity = static_cast<std::uint64_t>(info.st_ino) ^ (std::uint64_t{info.st_dev} * 6364136223846793005U);
  return result;
}

class LocalRandomAccessFile final : public RandomAccessFile {
 public:
  LocalRandomAccessFile(Descriptor file, std::uint64_t bytes) : file_(std::move(file)), bytes_(bytes) {}
  std::uint64_t size() const override { return bytes_; }
  core::Result<std::size_t> ReadAt(std::uint64_t offset, std::span<char> out) override {
    return file_.ReadAt(offset, out);
  }

 private:
  Descriptor file_;
  std::uint64_t bytes_;
};

class LocalWritableFile final : public WritableFile {
 public:
  explicit LocalWritableFile(Descriptor file) : file_(std::move(file)) {}
  core::Status Append(std::string_view bytes) override {
    SLUICE_TRY(file_.Write(bytes));
    waiting_bytes_ += bytes.size();
    if (waiting_bytes_ >= kWriteBackBytes) StartWriteBack();
    return core::Ok();
  }
  core::Status Sync() override { return file_.SyncData(); }
  core::Status Close() override { return file_.Close(); }

 private:
  // What the disk has begun to write while we work, Sync need not wait for. Only a hint: Sync hears of errors.
  void StartWriteBack() {
    ::sync_file_range(file_.fd(), started_bytes_, static_cast<off_t>(waiting_bytes_), SYNC_FILE_RANGE_WRITE);
    started_bytes_ += static_cast<off_t>(std::exchange(waiting_bytes_, 0));
  }

  static constexpr std::uint64_t kWriteBackBytes = 16 * core::kMiB;

  Descriptor file_;
  off_t started_bytes_ = 0;
  std::uint64_t waiting_bytes_ = 0;
};

core::Result<std::pair<Descriptor, struct stat>> OpenForReading(const std::string& path) {
  SLUICE_ASSIGN_OR_RETURN(Descriptor file, Descriptor::Open(path, O_RDONLY));
  struct stat info{};
  if (::fstat(file.fd(), &info) != 0) return Failure("cannot stat", path);
  if (S_ISDIR(info.st_mode)) return FolderInsteadOfFile(path);
  return std::pair(std::move(file), info);
}

core::Result<std::unique_ptr<WritableFile>> OpenForWriting(const std::string& path, int flags) {
  core::Result<Descriptor> file = Descriptor::Open(path, O_WRONLY | O_CREAT | flags, 0666);
  if (file.has_value()) return std::make_unique<LocalWritableFile>(*std::move(file));
  struct stat info{};
  if (::stat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode)) return FolderInsteadOfFile(path);
  return std::move(file).error();
}

// stat of a directory's entry. nullopt when it vanished since the directory was read; a link to nowhere is listed as an
// empty file, so that opening it says what is wrong.
core::Result<std::optional<FileInfo>> StatEntry(int directory_fd, const std::string& directory, const char* name) {
  const std::string path = (directory.ends_with('/') ? directory : directory + "/") + name;
  struct stat info{};
  if (::fstatat(directory_fd, name, &info, 0) == 0) return std::optional(InfoFromStat(path, info));
  if (errno != ENOENT && errno != ELOOP) return Failure("cannot stat", path);
  if (::fstatat(directory_fd, name, &info, AT_SYMLINK_NOFOLLOW) == 0) {
    return std::optional(InfoFromStat(path, info));
  }
  if (errno == ENOENT) return std::optional<FileInfo>();
  return Failure("cannot stat", path);
}

// Calls `visit(descriptor of the directory, entry)` for all but "." and "..".
core::Status ForEachEntry(const std::string& directory, const std::function<core::Status(int, const dirent&)>& visit) {
  const std::unique_ptr<DIR, int (*)(DIR*)> entries(::opendir(directory.c_str()), &::closedir);
  if (entries == nullptr) {
    if (errno == ENOTDIR) return core::InvalidInput(QuotedPath(directory) + " is a file, not a folder");
    return Failure("cannot list", directory);
  }
  while (true) {
    errno = 0;
    const dirent* entry = ::readdir(entries.get());
    if (entry == nullptr) break;
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..") SLUICE_TRY(visit(::dirfd(entries.get()), *entry));
  }
  if (errno != 0) return Failure("cannot list", directory);
  return core::Ok();
}

}  // namespace

core::Result<FileInfo> LocalFileSystem::Stat(const std::string& path) {
  struct stat info{};
  if (::stat(path.c_str(), &info) != 0) return Failure(errno == ENOENT ? "cannot find" : "cannot look at", path);
  return InfoFromStat(path, info);
}

core::Result<std::vector<FileInfo>> LocalFileSystem::List(const std::string& directory) {
  std::vector<FileInfo> infos;
  SLUICE_TRY(ForEachEntry(directory, [&](int directory_fd, const dirent& entry) -> core::Status {
    SLUICE_ASSIGN_OR_RETURN(std::optional<FileInfo> info, StatEntry(directory_fd, directory, entry.d_name));
    if (info.has_value()) infos.push_back(*std::move(info));
    return core::Ok();
  }));
  std::ranges::sort(infos, {}, &FileInfo::path);
  return infos;
}

core::Result<std::vector<FolderEntry>> LocalFileSystem::ListNames(const std::string& directory) {
  std::vector<FolderEntry> found;
  SLUICE_TRY(ForEachEntry(directory, [&](int directory_fd, const dirent& entry) -> core::Status {
    if (entry.d_type == DT_REG || entry.d_type == DT_DIR) {
      found.push_back({entry.d_name, entry.d_type == DT_DIR});
      return core::Ok();
    }
    // A symbolic link, or a file system that does not say.
    SLUICE_ASSIGN_OR_RETURN(const std::optional<FileInfo> info, StatEntry(directory_fd, directory, entry.d_name));
    if (info.has_value()) found.push_back({entry.d_name, info->directory});
    return core::Ok();
  }));
  std::ranges::sort(found, {}, &FolderEntry::name);
  return found;
}

core::Result<std::unique_ptr<ByteStream>> LocalFileSystem::OpenStream(const std::string& path) {
  SLUICE_ASSIGN_OR_RETURN(auto opened, OpenForReading(path));
  return StreamFromDescriptor(std::move(opened.first));
}

core::Result<std::unique_ptr<RandomAccessFile>> LocalFileSystem::OpenRandomAccess(const std::string& path) {
  SLUICE_ASSIGN_OR_RETURN(auto opened, OpenForReading(path));
  if (!S_ISREG(opened.second.st_mode)) {
    return core::InvalidInput(QuotedPath(path) + " is a pipe or device and can only be read from front to back")
        .WithHint("send it through standard input: SOURCE '-'");
  }
  return std::make_unique<LocalRandomAccessFile>(std::move(opened.first),
                                                 static_cast<std::uint64_t>(opened.second.st_size));
}

core::Result<std::unique_ptr<WritableFile>> LocalFileSystem::Create(const std::string& path) {
  return OpenForWriting(path, O_TRUNC);
}

core::Result<std::unique_ptr<WritableFile>> LocalFileSystem::CreateNew(const std::string& path) {
  return OpenForWriting(path, O_EXCL);
}

core::Status LocalFileSystem::Rename(const std::string& from, const std::string& to) {
  if (::rename(from.c_str(), to.c_str()) == 0) return core::Ok();
  if (errno == EXDEV) {
    return core::InvalidInput("cannot rename " + QuotedPath(from) + " to " + QuotedPath(to) +
                              ": they are on different file systems");
  }
  return Failure("cannot rename", from, to);
}

core::Status LocalFileSystem::Link(const std::string& from, const std::string& to) {
  if (::link(from.c_str(), to.c_str()) == 0) return core::Ok();
  // vfat answers EPERM, some network file systems EOPNOTSUPP; EMLINK is a limit nobody meets by accident.
  if (errno == EPERM || errno == EOPNOTSUPP || errno == EMLINK) {
    return core::Unsupported("the file system of " + QuotedPath(to) + " has no hard links");
  }
  return Failure("cannot link", from, to);
}

core::Status LocalFileSystem::RenameNew(const std::string& from, const std::string& to) {
  if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) return core::Ok();
  // What the kernel or the file system does not know.
  if (errno == EINVAL || errno == ENOSYS || errno == EOPNOTSUPP) return FileSystem::RenameNew(from, to);
  return Failure("cannot rename", from, to);
}

core::Status LocalFileSystem::Remove(const std::string& path) {
  if (::unlink(path.c_str()) == 0) return core::Ok();
  if (errno != EISDIR) return Failure("cannot remove", path);
  if (::rmdir(path.c_str()) == 0) return core::Ok();
  return Failure("cannot remove", path);
}

core::Status LocalFileSystem::CreateDirectories(const std::string& path) {
  struct stat info{};
  if (::stat(path.c_str(), &info) == 0) {
    if (S_ISDIR(info.st_mode)) return core::Ok();
    return core::InvalidInput(QuotedPath(path) + " is a file where a folder is needed");
  }
  if (errno == ENOTDIR) return core::InvalidInput(QuotedPath(path) + " goes through a file as if it were a folder");
  if (errno != ENOENT) return Failure("cannot look at", path);
  const std::string parent = ParentPath(path);
  if (parent != path) SLUICE_TRY(CreateDirectories(parent));
  // Somebody else may have made it meanwhile; that is as good.
  if (::mkdir(path.c_str(), 0777) != 0 && errno != EEXIST) return Failure("cannot make the folder", path);
  return SyncDirectory(parent);
}

core::Status LocalFileSystem::SyncDirectory(const std::string& path) {
  SLUICE_ASSIGN_OR_RETURN(Descriptor directory, Descriptor::Open(path, O_RDONLY | O_DIRECTORY));
  return directory.SyncAll();
}

}  // namespace sluice::storage
