#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/result.h"
#include "delta_log/snapshot.h"
#include "delta_log/transaction.h"

namespace sluice::table {

/// What an operation did to a table.
struct TableChange {
  std::int64_t version = -1;  ///< of the table now
  bool committed = false;     ///< false: there was nothing to do
  bool already_applied = false;
  std::uint64_t files_added = 0;
  std::uint64_t files_removed = 0;
  std::uint64_t vectors_added = 0;  ///< files that stay, with a (new) deletion vector
  std::uint64_t rows = 0;           ///< written or deleted, as the operation's name says
  std::int64_t bytes_added = 0;
  std::int64_t bytes_removed = 0;
  std::shared_ptr<const delta_log::Snapshot> snapshot = {};  ///< at `version`
  std::vector<std::string> notes = {};
};

/// Put the counts of `from` into `to`.
void CopyCounts(const TableChange& from, TableChange& to);

/// Whether the files that were written for a commit can go: after an unknown outcome the table may name them.
bool IsUnused(const core::Result<TableChange>& change);

/// The change that a finished transaction made, with the counts that the caller fills in. OutcomeUnknown, for a commit
/// that may or may not be in the log.
core::Result<TableChange> ToChange(delta_log::CommitResult result);

}  // namespace sluice::table
