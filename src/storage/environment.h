#pragma once

#include <cstdint>

#include "core/cancellation.h"
#include "core/clock.h"
#include "core/executor.h"
#include "core/random.h"
#include "storage/file_system.h"

namespace arrow {
class MemoryPool;
}

namespace sluice::storage {

/// What work on files and tables runs with. Borrowed; outlives the work. Nothing reaches for the world by itself.
struct Environment {
  FileSystem& files;
  const core::Clock& clock;
  core::Random& random;
  core::Executor& executor;
  const core::Cancellation& cancellation;
  arrow::MemoryPool* pool;
  /// The allowance of `--memory`; row groups, chunks in flight and sorts are sized by it.
  std::uint64_t memory_bytes;
};

}  // namespace sluice::storage
