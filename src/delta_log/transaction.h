#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "core/waiter.h"
#include "delta/action.h"
#include "delta_log/commit_content.h"
#include "delta_log/conflict.h"
#include "delta_log/snapshot.h"
#include "storage/environment.h"

namespace sluice::delta_log {

struct TransactionOptions {
  /// How long winners may keep us from committing.
  std::chrono::milliseconds wait_max = std::chrono::seconds(60);
  /// Unset: the table's delta.isolationLevel, else Serializable. A commit that only rearranges rows runs at
  /// SnapshotIsolation in any case.
  std::optional<IsolationLevel> isolation = {};
  /// Write the version's checksum, checkpoint and cleanup when due.
  bool maintain = true;
  /// Borrowed; nullptr: sleep.
  core::Waiter* waiter = nullptr;
};

struct CommitResult {
  enum class Kind : std::uint8_t {
    kCommitted,
    kAlreadyApplied,  ///< an app's version that the table has: nothing was written
    kNothingToDo,     ///< no action, or none left: nothing was written
    kUnknown,         ///< see Unknown in commit_file.h: keep the files, look before doing it again
  };
  Kind kind = Kind::kCommitted;
  std::int64_t version = -1;  ///< the new one; of the newest known state when nothing was written
  /// The table at `version`; null for kUnknown.
  std::shared_ptr<const Snapshot> snapshot = {};
  std::string what = {};  ///< kUnknown: why
  std::int32_t attempts = 0;
  /// Bins (in the order of AddBin) that winners made void: their new files are not in the table.
  std::vector<std::size_t> dropped_bins = {};
  /// What went wrong after the commit, or was odd; the commit stands.
  std::vector<std::string> notes = {};
};

/// One commit in the making: actions on top of a snapshot, and what was read to find them.
///
/// Order:   Begin (reads and actions)* Commit, once. Threads: one at a time.
/// Files:   data and deletion vector files are written and synced by the caller before Commit. After an error they are
///          the caller's to delete; after kUnknown they must stay.
/// Limits:  the retries, by TransactionOptions::wait_max.
/// Errors:  nothing was committed. Conflict: a winner is in the way, named with its version; begin again on a new
///          snapshot. InvalidInput, Unsupported: what the table does not allow, found before anything is written.
class Transaction {
 public:
  /// On top of `base`; the environment is borrowed. Unsupported when this version may not write to the table.
  static core::Result<Transaction> Begin(const storage::Environment& environment, std::shared_ptr<const Snapshot> base,
                                         OperationInfo operation, TransactionOptions options = {});
  /// The first version of a table that is not there. Needs SetProtocol and SetMetadata. AlreadyExists at Commit when
  /// somebody else was first.
  static core::Result<Transaction> BeginCreate(const storage::Environment& environment, std::string root,
                                               OperationInfo operation, TransactionOptions options = {});

  /// What the transaction is on top of; version -1 and empty when it creates the table.
  const Snapshot& base() const { return *base_; }

  // What was read. Without a call: nothing.
  void ReadTable() { state_.reads.table = true; }
  void ReadFile(FileRef file);
  void ReadPredicate(FilePredicate may_match) { state_.reads.predicates.push_back(std::move(may_match)); }
  /// The version of an application's last write.
  std::optional<std::int64_t> LookUp(const std::string& app_id);
  /// For ConflictRule::kOverwrite of a part of the table: exactly which files it removes.
  void SetSelection(FilePredicate selects) { state_.selects = std::move(selects); }

  // What is to be done.
  void Add(delta::AddFile file) { state_.actions.adds.push_back(std::move(file)); }
  void Remove(delta::RemoveFile file) { state_.actions.removes.push_back(std::move(file)); }
  /// Remove a live file of base().
  void Remove(FileRef file, bool data_change = true);
  void AddChangeData(delta::CdcFile file) { state_.actions.cdcs.push_back(std::move(file)); }
  /// Files that stand and fall together, for ConflictRule::kRearrange.
  void AddBin(Bin bin) { state_.bins.push_back(std::move(bin)); }
  void SetMetadata(delta::Metadata metadata) { state_.actions.metadata = std::move(metadata); }
  void SetProtocol(delta::Protocol protocol) { state_.actions.protocol = std::move(protocol); }
  /// Make the commit idempotent: nothing is done when the table has `version` of `app_id` or a later one.
  void SetApplication(std::string app_id, std::int64_t version);
  void SetDomain(std::string domain, std::string configuration);
  /// Nothing when base() does not have it.
  void RemoveDomain(const std::string& domain);
  void SetMetric(std::string name, std::int64_t value) { metrics_[std::move(name)] = std::to_string(value); }

  core::Result<CommitResult> Commit();

 private:
  Transaction(const storage::Environment& environment, std::shared_ptr<const Snapshot> base, OperationInfo operation,
              TransactionOptions options);

  const storage::Environment* environment_;
  std::shared_ptr<const Snapshot> base_;
  OperationInfo operation_;
  TransactionOptions options_;
  TransactionState state_;
  delta::StringMap metrics_;
};

}  // namespace sluice::delta_log
