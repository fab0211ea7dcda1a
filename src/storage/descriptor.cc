#include "storage/descriptor.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "storage/path.h"

namespace sluice::storage {
namespace {

// Linux moves at most this many bytes in one call; larger requests are cut here rather than by surprise.
constexpr std::size_t kCallBytesMax = 1U << 30;

// True when the call is to be repeated: after a signal, or when a non-blocking descriptor became ready.
bool ShouldRepeat(int fd, short events) {
  if (errno == EINTR) return true;
  if (errno != EAGAIN) return false;
  pollfd ready{fd, events, 0};
  return poll(&ready, 1, -1) >= 0 || errno == EINTR;
}

}  // namespace

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
  std::swap(fd_, other.fd_);
  std::swap(name_, other.name_);
  return *this;
}

Descriptor::~Descriptor() {
  if (fd_ >= 0) ::close(fd_);
}

core::Error Descriptor::Failure(const char* action) const {
  return core::ErrorFromErrno(errno, std::string(action) + " " + name_);
}

core::Result<Descriptor> Descriptor::Open(const std::string& path, int flags, unsigned mode) {
  // A NUL would silently cut the path for the operating system.
  if (path.find('\0') != std::string::npos) {
    return core::InvalidInput("the path " + QuotedPath(path) + " holds a NUL byte");
  }
  int fd = -1;
  do {
    fd = ::open(path.c_str(), flags | O_CLOEXEC, mode);
  } while (fd < 0 && errno == EINTR);
  const char* const action = (flags & O_CREAT) != 0 ? "cannot make " : "cannot open ";
  if (fd < 0) return core::ErrorFromErrno(errno, action + QuotedPath(path));
  return Descriptor(fd, QuotedPath(path));
}

core::Result<std::size_t> Descriptor::Read(std::span<char> out) {
  std::size_t filled = 0;
  while (filled < out.size()) {
    const ssize_t got = ::read(fd_, out.data() + filled, std::min(out.size() - filled, kCallBytesMax));
    if (got == 0) break;
    if (got < 0) {
      if (ShouldRepeat(fd_, POLLIN)) continue;
      return Failure("cannot read");
    }
    filled += static_cast<std::size_t>(got);
  }
  return filled;
}

core::Result<std::size_t> Descriptor::ReadOrInterrupt(std::span<char> out, int interrupt_fd) {
  std::size_t filled = 0;
  while (filled < out.size()) {
    std::array<pollfd, 2> ready{{{fd_, POLLIN, 0}, {interrupt_fd, POLLIN, 0}}};
    if (::poll(ready.data(), ready.size(), -1) < 0) {
      if (errno == EINTR) continue;
      return Failure("cannot wait for");
    }
    if (ready[1].revents != 0) return core::Cancelled("reading " + name_ + " was interrupted");
    const ssize_t got = ::read(fd_, out.data() + filled, std::min(out.size() - filled, kCallBytesMax));
    if (got == 0) break;
    if (got > 0) filled += static_cast<std::size_t>(got);
    if (got < 0 && errno != EINTR && errno != EAGAIN) return Failure("cannot read");
  }
  return filled;
}

core::Result<std::size_t> Descriptor::ReadAt(std::uint64_t offset, std::span<char> out) const {
  std::size_t filled = 0;
  while (filled < out.size()) {
    const ssize_t got = ::pread(fd_, out.data() + filled, std::min(out.size() - filled, kCallBytesMax),
                                static_cast<off_t>(offset + filled));
    if (got == 0) break;
    if (got < 0) {
      if (errno == EINTR) continue;
      return Failure("cannot read");
    }
    filled += static_cast<std::size_t>(got);
  }
  return filled;
}

core::Status Descriptor::Write(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t put = ::write(fd_, bytes.data(), std::min(bytes.size(), kCallBytesMax));
    if (put < 0) {
      if (ShouldRepeat(fd_, POLLOUT)) continue;
      return Failure("cannot write");
    }
    bytes.remove_prefix(static_cast<std::size_t>(put));
  }
  return core::Ok();
}

core::Status Descriptor::SyncData() {
  while (::fdatasync(fd_) != 0) {
    if (errno != EINTR) return Failure("cannot sync");
  }
  return core::Ok();
}

core::Status Descriptor::SyncAll() {
  while (::fsync(fd_) != 0) {
    if (errno != EINTR) return Failure("cannot sync");
  }
  return core::Ok();
}

core::Status Descriptor::Close() {
  if (fd_ < 0) return core::Ok();
  // After EINTR Linux has closed the descriptor all the same; closing again could hit somebody else's.
  if (::close(std::exchange(fd_, -1)) != 0 && errno != EINTR) return Failure("cannot close");
  return core::Ok();
}

}  // namespace sluice::storage
