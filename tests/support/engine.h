#pragma once

#include <arrow/memory_pool.h>

#include <cstdint>

#include "core/cancellation.h"
#include "core/clock.h"
#include "core/executor.h"
#include "core/random.h"
#include "storage/environment.h"
#include "storage/local_file_system.h"

namespace sluice::testing {

/// Everything that work on tables borrows, for tests.
struct Engine {
  explicit Engine(std::size_t threads = 2, std::uint64_t memory = std::uint64_t{512} << 20)
      : executor(threads), memory_bytes(memory) {}

  storage::LocalFileSystem files;
  core::SystemClock clock;
  core::SeededRandom random{7};
  core::Executor executor;
  core::Cancellation cancellation;
  std::uint64_t memory_bytes;

  /// With the files of the machine, or with `other`.
  storage::Environment environment() { return environment(files); }
  storage::Environment environment(storage::FileSystem& other) {
    return {other, clock, random, executor, cancellation, arrow::default_memory_pool(), memory_bytes};
  }
};

}  // namespace sluice::testing
