#pragma once

#include <memory>
#include <optional>
#include <string>

#include "core/result.h"

namespace sluice::pipeline {

/// A lock that says that a run's process lives (flock on a file). The system frees it when the process ends, however it
/// ends; the file stays and says who had it last.
///
/// Threads: one at a time. Not for network file systems without locks.
class LedgerLock {
 public:
  /// Take the lock now; nullopt when another process (or another LedgerLock of this one) holds it. `owner` is written
  /// into the file for people: "run 01J… (process 1234)". Makes the folder.
  static core::Result<std::optional<LedgerLock>> TryAcquire(const std::string& path, const std::string& owner);

  /// Who wrote itself into the lock file last; "" when nobody did.
  static std::string OwnerOf(const std::string& path);

  LedgerLock(LedgerLock&& other) noexcept;
  LedgerLock& operator=(LedgerLock&& other) noexcept;
  ~LedgerLock();

  /// Free the lock and remove its file.
  void Remove();

 private:
  LedgerLock(int descriptor, std::string path) : descriptor_(descriptor), path_(std::move(path)) {}
  void Close();

  int descriptor_ = -1;
  std::string path_;
};

}  // namespace sluice::pipeline
