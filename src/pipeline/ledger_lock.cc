#include "pipeline/ledger_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <filesystem>
#include <system_error>
#include <utility>

namespace sluice::pipeline {
namespace {

core::Result<int> OpenLockFile(const std::string& path) {
  std::error_code failure;
  std::filesystem::create_directories(std::filesystem::path(path).parent_path(), failure);
  if (failure) return core::ErrorFromErrno(failure.value(), "make the folder of " + path);
  const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (descriptor < 0) return core::ErrorFromErrno(errno, "open " + path);
  return descriptor;
}

// The owner removes its file when it is done; a lock on a file that is no longer at `path` protects nothing.
bool StillAt(int descriptor, const std::string& path) {
  struct stat locked{};
  struct stat named{};
  return ::fstat(descriptor, &locked) == 0 && ::stat(path.c_str(), &named) == 0 && locked.st_ino == named.st_ino &&
         locked.st_dev == named.st_dev;
}

core::Status WriteOwner(int descriptor, const std::string& path, const std::string& owner) {
  const bool written = ::ftruncate(descriptor, 0) == 0 &&
                       ::pwrite(descriptor, owner.data(), owner.size(), 0) == static_cast<ssize_t>(owner.size());
  return written ? core::Ok() : core::Status(core::ErrorFromErrno(errno, "write " + path));
}

}  // namespace

core::Result<std::optional<LedgerLock>> LedgerLock::TryAcquire(const std::string& path, const std::string& owner) {
  while (true) {
    SLUICE_ASSIGN_OR_RETURN(const int descriptor, OpenLockFile(path));
    LedgerLock lock(descriptor, path);
    if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
      if (errno == EINTR) continue;
      if (errno == EWOULDBLOCK) return std::optional<LedgerLock>();
      return core::ErrorFromErrno(errno, "lock " + path);
    }
    if (!StillAt(descriptor, path)) continue;
    SLUICE_TRY(WriteOwner(descriptor, path, owner));
    return std::optional(std::move(lock));
  }
}

std::string LedgerLock::OwnerOf(const std::string& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return {};
  std::array<char, 256> text{};
  const ssize_t bytes = ::pread(descriptor, text.data(), text.size(), 0);
  ::close(descriptor);
  return bytes <= 0 ? std::string() : std::string(text.data(), static_cast<std::size_t>(bytes));
}

LedgerLock::LedgerLock(LedgerLock&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)), path_(std::move(other.path_)) {}

LedgerLock& LedgerLock::operator=(LedgerLock&& other) noexcept {
  if (this != &other) {
    Close();
    descriptor_ = std::exchange(other.descriptor_, -1);
    path_ = std::move(other.path_);
  }
  return *this;
}

LedgerLock::~LedgerLock() { Close(); }

void LedgerLock::Close() {
  if (descriptor_ >= 0) ::close(std::exchange(descriptor_, -1));
}

void LedgerLock::Remove() {
  if (descriptor_ >= 0) ::unlink(path_.c_str());
  Close();
}

}  // namespace sluice::pipeline
