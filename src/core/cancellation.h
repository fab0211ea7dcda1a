#pragma once

#include <atomic>
#include <memory>

#include "core/result.h"

namespace sluice::core {

/// A request to stop, shared by everything that works on one run. Threads: any; Cancel may be called in a signal
/// handler.
class Cancellation {
 public:
  void Cancel() noexcept { cancelled_.store(true, std::memory_order_relaxed); }
  bool cancelled() const noexcept { return cancelled_.load(std::memory_order_relaxed); }
  /// Cancelled error once a stop was requested. To be asked once per block, not per row.
  Status Check() const {
    if (cancelled())
      return Cancelled("stopped on request; nothing was published").WithHint("run the same command again");
    return Ok();
  }

 private:
  std::atomic<bool> cancelled_{false};
};

}  // namespace sluice::core
