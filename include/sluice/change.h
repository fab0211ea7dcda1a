#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "sluice/result.h"

namespace sluice {

/// The table has it: on disk, as `version`.
struct Committed {
  std::int64_t version = -1;
  std::uint64_t files_added = 0;
  std::uint64_t files_removed = 0;
  std::uint64_t vectors_added = 0;  ///< files that stay, with a (new) deletion vector
  std::uint64_t rows = 0;           ///< written or deleted, as the operation's name says
  std::int64_t bytes_added = 0;
  std::int64_t bytes_removed = 0;
  std::vector<std::string> notes = {};  ///< what went wrong afterwards (a checkpoint, say); the commit stands
};

/// There was nothing to do.
struct NothingToDo {
  std::int64_t version = -1;     ///< of the table
  bool already_applied = false;  ///< the table has this version of the application: the work was done before
};

/// Another writer's commit is in the way; nothing of ours is in the table. Refresh and do it again. Plain appends never
/// come here because of other appends, deletes or compactions.
struct Conflict {
  Error error = {};
};

/// The commit may or may not be in the log (the disk or the network failed in between). Look at the history before
/// doing it again; with an application version it can simply be done again.
struct Unknown {
  Error error = {};
};

using CommitOutcome = std::variant<Committed, NothingToDo, Conflict, Unknown>;

}  // namespace sluice
