#include "table/table_change.h"

#include <fmt/format.h>

#include <utility>

namespace sluice::table {

void CopyCounts(const TableChange& from, TableChange& to) {
  to.files_added = from.files_added;
  to.files_removed = from.files_removed;
  to.vectors_added = from.vectors_added;
  to.rows = from.rows;
  to.bytes_added = from.bytes_added;
  to.bytes_removed = from.bytes_removed;
}

bool IsUnused(const core::Result<TableChange>& change) {
  return change ? !change->committed : change.error().kind() != core::ErrorKind::kOutcomeUnknown;
}

core::Result<TableChange> ToChange(delta_log::CommitResult result) {
  using Kind = delta_log::CommitResult::Kind;
  if (result.kind == Kind::kUnknown) {
    return core::OutcomeUnknown(fmt::format("version {} may have been committed: {}", result.version, result.what))
        .WithHint(
            "look at the table's history before doing it again; a write with an application's version (--txn) can "
            "simply be done again");
  }
  TableChange change;
  change.version = result.version;
  change.committed = result.kind == Kind::kCommitted;
  change.already_applied = result.kind == Kind::kAlreadyApplied;
  change.snapshot = std::move(result.snapshot);
  change.notes = std::move(result.notes);
  return change;
}

}  // namespace sluice::table
