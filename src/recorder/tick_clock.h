#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>

#include "core/result.h"
#include "storage/descriptor.h"

namespace sluice::recorder {

/// Whether the processor's ticks go on at one pace in all states and on all cores (constant_tsc and nonstop_tsc).
bool HasSteadyTicks();

/// A moment by both clocks.
struct TickPair {
  std::int64_t ticks = 0;
  std::int64_t ns = 0;  ///< since 1970
};

/// Ticks of the processor to time: along the line through the first and the newest pair. In a file the pairs outlive
/// the process. Threads: one owner.
class TickClock {
 public:
  static core::Result<std::unique_ptr<TickClock>> Create(const std::string& path);
  /// Of a process that died.
  static core::Result<std::unique_ptr<TickClock>> Read(const std::string& path);

  /// Take a pair now.
  core::Status Note();
  std::int64_t ToMicros(std::int64_t ticks) const;

 private:
  core::Status Save() const;

  storage::Descriptor file_;
  std::array<TickPair, 2> pairs_ = {};
};

}  // namespace sluice::recorder
