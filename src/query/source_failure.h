#pragma once

#include <mutex>
#include <optional>
#include <utility>

#include "core/result.h"

namespace sluice::query {

/// The first error of a session's sources since it was last taken: DuckDB carries its text only. Threads: any.
class SourceFailure {
 public:
  void Keep(const core::Error& error) {
    const std::lock_guard lock(mutex_);
    if (!error_) error_ = error;
  }
  std::optional<core::Error> Take() {
    const std::lock_guard lock(mutex_);
    return std::exchange(error_, std::nullopt);
  }

 private:
  std::mutex mutex_;
  std::optional<core::Error> error_;  // guarded by mutex_
};

}  // namespace sluice::query
