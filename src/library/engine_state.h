#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <utility>

#include "core/cancellation.h"
#include "core/clock.h"
#include "core/executor.h"
#include "core/random.h"
#include "library/engine_pool.h"
#include "sluice/engine.h"
#include "storage/environment.h"
#include "storage/file_system.h"

namespace sluice::library {

/// Randomness for several threads.
class SharedRandom final : public core::Random {
 public:
  std::uint64_t Next() override {
    const std::lock_guard lock(mutex_);
    return random_.Next();
  }

 private:
  std::mutex mutex_;
  core::SystemRandom random_;
};

}  // namespace sluice::library

namespace sluice {

struct Engine::State {
  State(std::uint64_t memory, std::size_t threads, std::unique_ptr<storage::FileSystem> file_system)
      : files(std::move(file_system)),
        // What is not Arrow's (code, stacks, inflating) needs its part of the budget, too.
        pool(library::EnginePool::Make(memory - memory / 8)),
        executor(threads),
        environment{*files, clock, random, executor, cancellation, pool, memory} {}
  ~State() { pool->Leave(); }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  const std::unique_ptr<storage::FileSystem> files;
  core::SystemClock clock;
  library::SharedRandom random;
  core::Cancellation cancellation;
  library::EnginePool* pool;
  core::Executor executor;
  storage::Environment environment;
};

}  // namespace sluice
