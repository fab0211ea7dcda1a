#pragma once

#include <chrono>

#include "core/cancellation.h"
#include "core/result.h"

namespace sluice::core {

/// How work waits before it tries again; tests put one behind it that only moves their clock. Threads: any.
class Waiter {
 public:
  virtual ~Waiter() = default;
  /// Return after `time`. Cancelled as soon as a stop is requested.
  virtual Status Wait(std::chrono::microseconds time, const Cancellation& cancellation) = 0;
};

/// Sleeps.
class SleepingWaiter final : public Waiter {
 public:
  Status Wait(std::chrono::microseconds time, const Cancellation& cancellation) override;
};

}  // namespace sluice::core
