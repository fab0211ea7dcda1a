#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "core/cancellation.h"
#include "core/clock.h"
#include "core/result.h"
#include "storage/descriptor.h"

namespace sluice::storage {

/// What a lock's holder says about itself.
struct LockHolder {
  std::string run_id;
  std::string command;  ///< For people: "sluice run query_perf".
  core::Timestamp started;
};

struct LockAttempt;

/// The right to be the only one at work in a folder: flock(2) on `<directory>/lock`, whose text names the holder.
///
/// Threads: one owner. Crash: the operating system frees the lock of a dead process; the file stays, and its text is
/// meaningful only while the lock is held. Advisory, and on network file systems only as good as their flock.
class LockFile {
 public:
  /// Take the lock if it is free. Makes the folder. Never waits.
  static core::Result<LockAttempt> TryAcquire(const std::string& directory, const LockHolder& holder);
  /// Take the lock, waiting up to `wait_max`; Conflict naming the holder after that, Cancelled on request.
  static core::Result<LockFile> Acquire(const std::string& directory, const LockHolder& holder,
                                        std::chrono::milliseconds wait_max, const core::Cancellation& cancellation);

 private:
  explicit LockFile(Descriptor file) : file_(std::move(file)) {}
  Descriptor file_;  // closing it frees the lock
};

/// The lock, or who has it.
struct LockAttempt {
  std::optional<LockFile> lock;
  /// When busy: "run 01J… (sluice run x), process 12 on host, since 2025-10-28T05:00:03Z".
  std::string holder;
};

}  // namespace sluice::storage
