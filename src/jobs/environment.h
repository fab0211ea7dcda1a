#pragma once

#include <arrow/type_fwd.h>

#include "core/cancellation.h"
#include "core/clock.h"
#include "core/executor.h"
#include "core/random.h"
#include "storage/file_system.h"

namespace sluice::jobs {

/// What every job runs with. Borrowed; outlives the jobs. Nothing below reaches for the world by itself.
struct Environment {
  storage::FileSystem& files;
  const core::Clock& clock;
  core::Random& random;
  core::Executor& executor;
  const core::Cancellation& cancellation;
  arrow::MemoryPool* pool;
  /// The allowance of `--memory`; row groups and chunks in flight are sized by it.
  std::uint64_t memory_bytes;
};

}  // namespace sluice::jobs
