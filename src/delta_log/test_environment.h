#pragma once

#include <arrow/memory_pool.h>

#include "core/cancellation.h"
#include "core/clock.h"
#include "core/executor.h"
#include "core/random.h"
#include "storage/environment.h"

namespace sluice::delta_log {

/// All that work on tables runs with, for tests: a clock that stands still at 2026-01-01T00:00:00Z, repeatable
/// randomness, two threads unless told otherwise.
struct TestEnvironment {
  explicit TestEnvironment(storage::FileSystem& files, std::uint64_t seed = 7, std::size_t threads = 2)
      : random(seed),
        executor(threads),
        environment{.files = files,
                    .clock = clock,
                    .random = random,
                    .executor = executor,
                    .cancellation = cancellation,
                    .pool = arrow::default_memory_pool(),
                    .memory_bytes = std::uint64_t{256} << 20} {}

  core::ManualClock clock{core::Timestamp(std::chrono::seconds(1767225600))};
  core::SeededRandom random;
  core::Executor executor;
  core::Cancellation cancellation;
  storage::Environment environment;
};

}  // namespace sluice::delta_log
