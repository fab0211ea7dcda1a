#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "core/result.h"
#include "storage/environment.h"
#include "storage/memory_file_system.h"

namespace sluice::table {

/// Work on the table at WrittenTable::kRoot that is disturbed at each of its calls of the file system in turn.
struct SweptWork {
  /// Sets the scene; the same each time.
  std::function<void(storage::MemoryFileSystem&)> prepare;
  std::function<core::Status(const storage::Environment&)> run;
  /// Work that is done for good can be done again: it completes what a fault cut off.
  bool repeatable = false;
  /// False: it goes on with what it can read.
  bool needs_all_reads = true;
  /// Called after a fault, one more append and, where it is repeatable, the work again.
  std::function<void(const storage::Environment&)> check_end = {};
};

/// Runs the work again and again, and at each call in turn: the process dies, and then the power; the call fails once,
/// or with all after it, as on a full disk; it succeeds and says that it failed; a read fails. Expects that a fresh
/// reader finds the table at one of the versions that undisturbed work leaves behind, with the rows of that one; that
/// what was reported as done or as failed is so; that work which failed leaves no file behind; and that the table can
/// be written afterwards.
void SweepFaults(const SweptWork& work);

}  // namespace sluice::table
