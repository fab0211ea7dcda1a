#pragma once

#include <atomic>
#include <cstdint>

#include "core/result.h"

namespace sluice::core {

/// One process-wide allowance for buffers. Whoever sizes a queue, a batch or a row group takes its share here first.
///
/// Threads: any. Limits: the sum of reservations never exceeds `bytes_max`.
class MemoryBudget {
 public:
  explicit MemoryBudget(std::uint64_t bytes_max) : bytes_max_(bytes_max) {}

  /// Take `bytes`; LimitExceeded (naming `what`) when they are not left.
  Status Reserve(std::uint64_t bytes, const char* what);
  void Release(std::uint64_t bytes) { used_.fetch_sub(bytes, std::memory_order_relaxed); }

  std::uint64_t bytes_max() const { return bytes_max_; }
  std::uint64_t bytes_used() const { return used_.load(std::memory_order_relaxed); }

  /// A quarter of the memory this process may use: the machine's, or its control group's limit when that is lower.
  static std::uint64_t DefaultBytes();

 private:
  std::uint64_t bytes_max_;
  std::atomic<std::uint64_t> used_{0};
};

}  // namespace sluice::core
