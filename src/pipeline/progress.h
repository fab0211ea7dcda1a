#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "core/clock.h"

namespace sluice::pipeline {

/// How far one job is.
struct ProgressState {
  std::string_view job;
  std::uint64_t bytes_read = 0;   ///< of the inputs as stored
  std::uint64_t bytes_total = 0;  ///< 0 = not known (standard input)
  std::uint64_t rows = 0;
  std::uint64_t rejects = 0;
};

enum class ProgressStyle : std::uint8_t {
  kNone,
  kBar,    ///< one line redrawn in place, at most 20 times a second
  kLines,  ///< a line each 10 seconds
  kJson,   ///< a JSON object each second, and one at the end
};

/// Shows progress as text. Threads: one at a time. `write` gets whole pieces of text for standard error.
class Progress {
 public:
  Progress(ProgressStyle style, const core::Clock& clock, std::function<void(std::string_view)> write);

  /// Start over for the next job; its rate and time left count from here.
  void Begin();
  void Update(const ProgressState& state);
  /// Remove the bar, or say the last state.
  void End(const ProgressState& state);

 private:
  std::string Describe(const ProgressState& state) const;
  void Show(const ProgressState& state);

  ProgressStyle style_;
  const core::Clock& clock_;
  std::function<void(std::string_view)> write_;
  std::chrono::nanoseconds begun_{0};
  std::chrono::nanoseconds shown_{0};
  bool bar_visible_ = false;
};

}  // namespace sluice::pipeline
