#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "core/result.h"
#include "delta/action.h"

namespace sluice::delta_log {

/// What a transaction promises about winners it has not seen.
enum class IsolationLevel : std::uint8_t {
  kSerializable,       ///< as if all commits ran one after the other, in the order of the log
  kWriteSerializable,  ///< the same, but a blind append may come as if it had been later
  kSnapshot,           ///< for commits that only rearrange rows
};

/// "Serializable", "WriteSerializable", "SnapshotIsolation": as commitInfo spells it.
std::string_view IsolationLevelName(IsolationLevel level);

/// How a transaction settles what winners did to its files.
enum class ConflictRule : std::uint8_t {
  kGeneral,    ///< appends, deletes, updates, settings
  kOverwrite,  ///< removes whole files by table or partition: its removes follow files that a winner only moved
  kRearrange,  ///< its bins are independent: those that a winner touched are dropped
  kValidate,   ///< a setting for which every row was checked
  kRestore,    ///< nothing may come between
};

/// Says for a file whether it may hold rows of interest; an error counts as true.
using FilePredicate = std::function<core::Result<bool>(const delta::AddFile&)>;

/// What a transaction read. Nothing: an append of outside data.
struct ReadSet {
  bool table = false;
  /// A file that one of these may match should have been read.
  std::vector<FilePredicate> predicates = {};
  /// Canonical paths (delta/path.h) of the files that were read.
  std::set<std::string, std::less<>> files = {};

  bool empty() const { return !table && predicates.empty() && files.empty(); }
};

/// Rows that move from some files to others, whatever becomes of the rest of the commit.
struct Bin {
  std::vector<delta::RemoveFile> removes = {};
  std::vector<delta::AddFile> adds = {};
  bool dropped = false;  ///< a winner touched it; its actions are gone
};

/// A transaction as conflicts see it.
struct TransactionState {
  std::string txn_id = {};
  std::string root = {};  ///< of the table, for canonical paths
  IsolationLevel level = IsolationLevel::kSerializable;
  ConflictRule rule = ConflictRule::kGeneral;
  ReadSet reads = {};
  std::set<std::string, std::less<>> app_ids = {};  ///< looked up or written
  delta::ActionSet actions = {};                    ///< without commitInfo and without those of bins
  std::vector<Bin> bins = {};                       ///< kRearrange
  /// kOverwrite: exactly which files are removed, by their partition values. Null with `reads.table`: all; null
  /// without: not known.
  FilePredicate selects = {};
};

/// The tombstone of a file: with its partition values, size, deletion vector and row ids, without a time.
delta::RemoveFile RemovalOf(const delta::AddFile& file, bool data_change = true);

/// The winner is this transaction's own commit.
struct OwnCommit {};

/// What must change before the next try.
struct Rebase {
  std::set<std::size_t> dropped_bins = {};
  std::set<std::string, std::less<>> dropped_removes = {};  ///< canonical paths
  std::vector<delta::RemoveFile> new_removes = {};
  std::set<std::string, std::less<>> dropped_domains = {};
  /// Files whose row ids a winner filled in: canonical path, baseRowId, defaultRowCommitVersion.
  struct RowIds {
    std::string path = {};
    std::optional<std::int64_t> base_row_id = {};
    std::optional<std::int64_t> default_row_commit_version = {};
  };
  std::vector<RowIds> row_ids = {};
};

/// The transaction cannot follow this winner.
struct Refusal {
  /// Perhaps the winner did the same work: look at the transaction ids of the new state first.
  bool perhaps_applied = false;
  core::Error error;
};

using ConflictVerdict = std::variant<OwnCommit, Rebase, Refusal>;

/// May `loser` follow `winner`, which became `version` of a table that had `protocol` and `metadata` before? A pure
/// function of its arguments. To be asked for every winner, in order.
ConflictVerdict CheckConflict(const TransactionState& loser, const delta::ActionSet& winner, std::int64_t version,
                              const delta::Protocol& protocol, const delta::Metadata& metadata);

/// Apply what CheckConflict found.
void ApplyRebase(const Rebase& rebase, TransactionState& state);

}  // namespace sluice::delta_log
