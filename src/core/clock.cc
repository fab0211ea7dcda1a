#include "core/clock.h"

#include <fmt/chrono.h>

#include <ctime>

namespace sluice::core {

Timestamp SystemClock::Now() const {
  return std::chrono::time_point_cast<std::chrono::microseconds>(std::chrono::system_clock::now());
}

std::chrono::nanoseconds SystemClock::Monotonic() const { return std::chrono::steady_clock::now().time_since_epoch(); }

std::string FormatTimestamp(Timestamp time) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
  const std::time_t value = static_cast<std::time_t>(seconds);
  std::tm parts{};
  gmtime_r(&value, &parts);
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", parts);
}

}  // namespace sluice::core
