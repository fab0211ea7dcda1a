#pragma once

#include <cerrno>
#include <cstdint>
#include <mutex>

#include "storage/file_system.h"

namespace sluice::storage {

/// Which calls of a FaultFileSystem fail, and how. Calls that change something are counted from 1: create, append,
/// sync, close, rename, link, remove, make directories, sync directory. With `reads`, stat, list, open and read count
/// instead of these.
struct FaultPlan {
  enum class Mode {
    kOnce,       ///< Only the call `at`.
    kSticky,     ///< The call `at` and every changing call after it.
    kDie,        ///< As after kill -9: nothing from the call `at` on has an effect, and reads fail as well.
    kLostReply,  ///< The call `at` has its effect and fails all the same.
  };
  std::uint64_t at = 0;  ///< 0: no fault.
  Mode mode = Mode::kOnce;
  int errno_value = ENOSPC;
  bool reads = false;
};

/// Another file system with faults by plan; for tests that sweep `at` from 1 to changes() of a run without faults. A
/// failing append writes the first half of its bytes first, as a full disk does.
///
/// Threads: any, but only one thread at a time makes the count repeatable. Borrows `inner`, which outlives it and its
/// files.
class FaultFileSystem final : public FileSystem {
 public:
  explicit FaultFileSystem(FileSystem& inner, FaultPlan plan = {}) : inner_(inner), plan_(plan) {}

  /// Changing calls so far (with `reads`: calls that read), failed ones included.
  std::uint64_t changes() const;
  /// True once the planned fault has happened.
  bool fired() const;

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

 private:
  friend class FaultWritableFile;
  friend class FaultRandomAccessFile;
  enum class Verdict { kPass, kFail, kFailAfterwards };
  /// Count one changing call and say what becomes of it.
  Verdict Count();
  Verdict CountAny();  // with mutex_ held
  core::Error Fault(const char* action, const std::string& path) const;
  /// Count one call that reads.
  core::Status CheckRead(const std::string& path);
  template <typename Call>
  auto Change(const char* action, const std::string& path, Call call) -> decltype(call());

  FileSystem& inner_;
  const FaultPlan plan_;
  mutable std::mutex mutex_;
  std::uint64_t changes_ = 0;  // guarded by mutex_
};

}  // namespace sluice::storage
