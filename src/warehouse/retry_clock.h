#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>

#include "core/clock.h"
#include "core/random.h"
#include "core/result.h"

namespace sluice::warehouse {

/// Whether and when to try again what found its other side away: waits of 1 to 16 s with decorrelated jitter (Brooker,
/// "Exponential Backoff and Jitter", 2015). For one piece of work. Threads: one at a time.
class RetryClock {
 public:
  RetryClock(const core::Clock& clock, int tries_max, std::chrono::milliseconds retry_for)
      : clock_(clock), tries_left_(tries_max - 1), end_(clock.Monotonic() + retry_for) {}

  /// True when `error` may pass and there is a try left.
  bool MayPass(const core::Error& error) {
    const bool passing = error.kind() == core::ErrorKind::kUnavailable || error.kind() == core::ErrorKind::kConflict;
    return passing && (tries_left_-- > 0 || clock_.Monotonic() < end_);
  }
  std::chrono::milliseconds NextWait(std::uint64_t random) {
    const auto span = static_cast<std::uint64_t>((3 * last_ - kWaitMin).count());
    last_ = std::min(kWaitMax, kWaitMin + std::chrono::milliseconds(random % (span + 1)));
    return last_;
  }

 private:
  static constexpr std::chrono::milliseconds kWaitMin{1000};
  static constexpr std::chrono::milliseconds kWaitMax{16000};

  const core::Clock& clock_;
  int tries_left_;
  std::chrono::nanoseconds end_;
  std::chrono::milliseconds last_ = kWaitMin;
};

}  // namespace sluice::warehouse
