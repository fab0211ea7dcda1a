#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

namespace sluice::testing {

inline bool WriteWhole(const char* path, std::string_view text) {
  const int file = ::open(path, O_WRONLY | O_CLOEXEC);
  if (file < 0) return false;
  const bool written = ::write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  ::close(file);
  return written;
}

/// A file system of `bytes` at `folder`, that this process alone sees. Called by a process of one thread.
inline bool MountSmallDisk(const std::string& folder, std::uint64_t bytes) {
  const std::string user = "0 " + std::to_string(::getuid()) + " 1";
  const std::string group = "0 " + std::to_string(::getgid()) + " 1";
  const std::string size = "size=" + std::to_string(bytes);
  return ::unshare(CLONE_NEWUSER | CLONE_NEWNS) == 0 && WriteWhole("/proc/self/setgroups", "deny") &&
         WriteWhole("/proc/self/uid_map", user) && WriteWhole("/proc/self/gid_map", group) &&
         ::mount("none", folder.c_str(), "tmpfs", 0, size.c_str()) == 0;
}

/// In `body` of RunOnSmallDisk: now the disk has `bytes`.
inline void GrowSmallDisk(const std::string& folder, std::uint64_t bytes) {
  const std::string size = "size=" + std::to_string(bytes);
  ASSERT_EQ(::mount("none", folder.c_str(), "tmpfs", MS_REMOUNT, size.c_str()), 0);
}

/// Runs `body` in a process of its own, for which `folder` is a disk of `bytes`. False where the system does not allow
/// that: then the test is to be skipped. What `body` expects in vain is a failure of the test.
inline bool RunOnSmallDisk(const std::string& folder, std::uint64_t bytes, const std::function<void()>& body) {
  constexpr int kNotAllowed = 77;
  std::fflush(nullptr);
  const pid_t child = ::fork();
  if (child == 0) {
    if (!MountSmallDisk(folder, bytes)) ::_exit(kNotAllowed);
    body();
    std::fflush(nullptr);
    ::_exit(::testing::Test::HasFailure() ? 1 : 0);
  }
  int status = 0;
  EXPECT_EQ(::waitpid(child, &status, 0), child);
  if (WIFEXITED(status) && WEXITSTATUS(status) == kNotAllowed) return false;
  EXPECT_TRUE(WIFEXITED(status)) << "ended by signal " << WTERMSIG(status);
  EXPECT_EQ(WEXITSTATUS(status), 0);
  return true;
}

/// A file that takes all the room there is but `left` bytes.
class Ballast {
 public:
  Ballast(std::string path, std::uint64_t left) : path_(std::move(path)) {
    const int file = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    const std::string page(4096, 'x');
    off_t bytes = 0;
    for (ssize_t got = 0; (got = ::write(file, page.data(), page.size())) > 0;) bytes += got;
    EXPECT_EQ(::ftruncate(file, std::max<off_t>(bytes - static_cast<off_t>(left), 0)), 0);
    ::close(file);
  }
  void Remove() { EXPECT_EQ(::unlink(path_.c_str()), 0); }

 private:
  std::string path_;
};

}  // namespace sluice::testing
