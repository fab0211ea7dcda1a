#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.h"
#include "core/result.h"

namespace sluice::pipeline {
class SqliteConnection;
class SqliteStatement;
}  // namespace sluice::pipeline

namespace sluice::warehouse {

inline constexpr std::string_view kLedgerName = "load.db";

/// How far a file is on its way into a target.
enum class LoadState : std::uint8_t {
  kSealed,     ///< only here
  kStaged,     ///< where the target finds it; never submitted, or certainly not loaded by what was
  kSubmitted,  ///< the target was told, and its answer is not written down
  kLoaded,     ///< confirmed
  kCleaned,    ///< confirmed; the staged copy is gone, and the local file may go
  kFailed,     ///< refused; waits for a repair
  kUnknown,    ///< the target was told, and nobody knows what it did
};
/// "sealed", "staged", …
std::string_view LoadStateName(LoadState state);

/// What the ledger says about one file and one target.
struct LedgerRow {
  std::string target = {};  ///< LoadTarget::identity
  std::string sha256 = {};
  std::string file = {};
  std::uint64_t rows = 0;
  std::uint64_t bytes = 0;
  LoadState state = LoadState::kSealed;
  std::uint64_t attempts = 0;  ///< submits so far
  std::string request_id = {};
  std::string query_id = {};
  std::string stage_path = {};
  std::uint64_t rows_loaded = 0;
  std::uint64_t rows_rejected = 0;
  std::string error = {};
  std::string updated_at = {};

  bool operator==(const LedgerRow& other) const = default;
};

/// What was loaded from a recorder's folder, and how far: SQLite in `load.db` of that folder, a row for each target and
/// file. A format of ours: docs/formats/load.md.
///
/// Threads: any. Crash: what Write returned for is on the disk, all of its rows or none. The caller holds the folder's
/// lock; two processes at once are kept whole by SQLite, not kept exact.
class LoadLedger {
 public:
  /// Open the ledger of a folder; made when absent and `create`, nullptr when absent otherwise. Borrows the clock.
  static core::Result<std::unique_ptr<LoadLedger>> Open(const std::string& folder, bool create,
                                                        const core::Clock& clock);
  ~LoadLedger();

  core::Result<std::vector<LedgerRow>> Rows(std::string_view target);
  /// Insert or replace rows, in one transaction.
  core::Status Write(std::span<const LedgerRow> rows);
  core::Status Write(const LedgerRow& row) { return Write(std::span(&row, 1)); }

  /// Staged copies that no row names any more and that are to be removed.
  core::Result<std::vector<std::string>> Leftovers(std::string_view target);
  /// Write rows, and in the same transaction a staged copy that the row leaves behind.
  core::Status WriteAndLeave(const LedgerRow& row, const std::string& stage_path);
  core::Status ForgetLeftover(std::string_view target, const std::string& stage_path);

 private:
  LoadLedger(std::unique_ptr<pipeline::SqliteConnection> connection, const core::Clock& clock);
  core::Status Put(const LedgerRow& row);

  std::mutex mutex_;
  std::unique_ptr<pipeline::SqliteConnection> connection_;
  const core::Clock& clock_;
};

}  // namespace sluice::warehouse
