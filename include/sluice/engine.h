#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "sluice/result.h"

namespace sluice {

struct EngineOptions {
  std::uint64_t memory_bytes = 0;  ///< for all buffers together; 0: a quarter of what the process may use
  std::size_t threads = 0;         ///< that work at once, the calling one included; 0: those of the machine
};

/// What tables work with: threads, memory, and a way to stop.
///
/// A handle: copies share one engine, and every table, snapshot, transaction and stream keeps its engine alive. Rows
/// that were handed out keep their memory alive. Threads: any.
class Engine {
 public:
  /// LimitExceeded when the threads cannot be started.
  static Result<Engine> Start(EngineOptions options = {});

  /// Let whatever works with this engine, now or later, end with Cancelled at its next block. Nothing is published by
  /// what was stopped. May be called in a signal handler.
  void Cancel() noexcept;

  /// Give memory that nothing uses any more back to the system.
  void ReleaseMemory();

  struct State;  // of the library itself
  const std::shared_ptr<State>& state() const { return state_; }

 private:
  explicit Engine(std::shared_ptr<State> state) : state_(std::move(state)) {}
  std::shared_ptr<State> state_;
};

/// "0.1.0": of the library that is loaded.
std::string_view Version();

}  // namespace sluice
