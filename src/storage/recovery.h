#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "core/clock.h"
#include "core/result.h"
#include "storage/file_system.h"
#include "storage/owner.h"

namespace sluice::storage {

struct RecoverOptions {
  /// Compared with modification times, for owners of whom nothing is known here.
  core::Timestamp now;
  /// How long a detached task's file may wait for its commit.
  std::chrono::hours detached_age_max{7 * 24};
  /// How long a file of another machine or container may stand still; its writer touches it all the time.
  std::chrono::hours foreign_age_max{24};
  /// Replaced in tests.
  std::function<OwnerState(std::string_view owner)> owner_state = &StateOfOwner;
};

struct Recovered {
  std::vector<std::string> commits_completed;  ///< Ids.
  std::vector<std::string> commits_undone;     ///< Ids; a foreign file stood in the way of a create.
  std::vector<std::string> targets_lost;       ///< Decided, and no longer to be had: somebody removed their bytes.
  std::uint64_t temporaries_removed = 0;
};

/// Clear up after processes that died: complete the commits decided in `directories` (journals whose owner is dead),
/// then remove the temporary files in them that nobody will publish. What belongs to a live process, or may do so, is
/// not touched. Folders that do not exist are skipped. To be called before a run writes to a target, with all its
/// folders at once: a commit decided in one of them can have its files in another. Calling it twice, or from several
/// processes at once, is harmless.
core::Result<Recovered> Recover(FileSystem& files, const std::vector<std::string>& directories,
                                const RecoverOptions& options);

}  // namespace sluice::storage
