#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "core/result.h"

namespace sluice::storage {

/// An open file of the operating system, closed when it goes out of scope. Calls that a signal interrupts are repeated.
///
/// Threads: ReadAt from any; the rest one at a time.
class Descriptor {
 public:
  Descriptor() = default;
  /// Takes `fd` over; `name` is what errors call it (a quoted path, "standard input").
  Descriptor(int fd, std::string name) : fd_(fd), name_(std::move(name)) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)), name_(std::move(other.name_)) {}
  Descriptor& operator=(Descriptor&& other) noexcept;
  ~Descriptor();

  /// open(2) with O_CLOEXEC; `flags` and `mode` as there.
  static core::Result<Descriptor> Open(const std::string& path, int flags, unsigned mode = 0);

  int fd() const { return fd_; }
  const std::string& name() const { return name_; }

  /// Fill `out` from the current position; fewer bytes only at the end. Waits when the descriptor is non-blocking.
  core::Result<std::size_t> Read(std::span<char> out);
  /// As Read, and Cancelled as soon as `interrupt_fd` (an eventfd) becomes readable; for pipes and terminals.
  core::Result<std::size_t> ReadOrInterrupt(std::span<char> out, int interrupt_fd);
  /// Fill `out` from `offset`; fewer bytes only at the end.
  core::Result<std::size_t> ReadAt(std::uint64_t offset, std::span<char> out) const;
  core::Status Write(std::string_view bytes);
  /// fdatasync.
  core::Status SyncData();
  /// fsync: names and sizes too.
  core::Status SyncAll();
  /// Close now, and hear what the destructor could not say.
  core::Status Close();

 private:
  core::Error Failure(const char* action) const;

  int fd_ = -1;
  std::string name_;
};

}  // namespace sluice::storage
