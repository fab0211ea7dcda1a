#pragma once

#include <chrono>
#include <string>

namespace sluice::core {

/// Microseconds since 1970-01-01T00:00:00Z.
using Timestamp = std::chrono::time_point<std::chrono::system_clock, std::chrono::microseconds>;

/// Where time comes from. Threads: all methods may be called from any thread.
class Clock {
 public:
  virtual ~Clock() = default;
  /// The time of day; may jump.
  virtual Timestamp Now() const = 0;
  /// Time that only goes forward, for measuring.
  virtual std::chrono::nanoseconds Monotonic() const = 0;
};

/// The machine's clocks.
class SystemClock final : public Clock {
 public:
  Timestamp Now() const override;
  std::chrono::nanoseconds Monotonic() const override;
};

/// A clock that stands still until it is told otherwise; for tests. Not for use by several threads at once.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(Timestamp now) : now_(now) {}
  Timestamp Now() const override { return now_; }
  std::chrono::nanoseconds Monotonic() const override { return now_.time_since_epoch(); }
  void Advance(std::chrono::microseconds by) { now_ += by; }

 private:
  Timestamp now_;
};

/// "2025-10-28T05:00:03Z": UTC, whole seconds.
std::string FormatTimestamp(Timestamp time);

}  // namespace sluice::core
