#include "library/change_outcome.h"

#include <utility>

#include "library/guarded.h"

namespace sluice::library {

Committed ToCommitted(table::TableChange change) {
  return {.version = change.version,
          .files_added = change.files_added,
          .files_removed = change.files_removed,
          .vectors_added = change.vectors_added,
          .rows = change.rows,
          .bytes_added = change.bytes_added,
          .bytes_removed = change.bytes_removed,
          .notes = std::move(change.notes)};
}

core::Result<CommitOutcome> ToOutcome(core::Result<table::TableChange> change) {
  if (!change) {
    const core::ErrorKind kind = change.error().kind();
    if (kind == core::ErrorKind::kConflict) return CommitOutcome(Conflict{ToPublic(change.error())});
    if (kind == core::ErrorKind::kOutcomeUnknown) return CommitOutcome(Unknown{ToPublic(change.error())});
    return std::move(change).error();
  }
  if (change->committed) return CommitOutcome(ToCommitted(*std::move(change)));
  return CommitOutcome(NothingToDo{.version = change->version, .already_applied = change->already_applied});
}

}  // namespace sluice::library
