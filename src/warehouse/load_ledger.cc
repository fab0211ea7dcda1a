#include "warehouse/load_ledger.h"

#include <unistd.h>

#include <array>
#include <utility>

#include "pipeline/ledger_sqlite.h"
#include "storage/path.h"

namespace sluice::warehouse {
namespace {

using pipeline::SqliteConnection;
using pipeline::SqliteStatement;
using pipeline::SqliteTransaction;

constexpr int kBusyWaitMs = 5000;
constexpr std::int64_t kVersion = 1;

constexpr const char* kTables = R"sql(
CREATE TABLE files (
  target TEXT NOT NULL, sha256 TEXT NOT NULL, file TEXT NOT NULL, rows INTEGER NOT NULL, bytes INTEGER NOT NULL,
  state TEXT NOT NULL, attempts INTEGER NOT NULL, request_id TEXT NOT NULL, query_id TEXT NOT NULL,
  stage_path TEXT NOT NULL, rows_loaded INTEGER NOT NULL, rows_rejected INTEGER NOT NULL, error TEXT NOT NULL,
  updated_at TEXT NOT NULL, PRIMARY KEY (target, sha256)
) STRICT;
CREATE TABLE leftovers (target TEXT NOT NULL, stage_path TEXT NOT NULL, PRIMARY KEY (target, stage_path)) STRICT;
PRAGMA user_version = 1;
)sql";

constexpr std::array<std::pair<LoadState, std::string_view>, 7> kStateNames{{{LoadState::kSealed, "sealed"},
                                                                             {LoadState::kStaged, "staged"},
                                                                             {LoadState::kSubmitted, "submitted"},
                                                                             {LoadState::kLoaded, "loaded"},
                                                                             {LoadState::kCleaned, "cleaned"},
                                                                             {LoadState::kFailed, "failed"},
                                                                             {LoadState::kUnknown, "unknown"}}};

std::optional<LoadState> StateNamed(std::string_view name) {
  for (const auto& [state, text] : kStateNames) {
    if (text == name) return state;
  }
  return std::nullopt;
}

/// An error of SQLite about this ledger; the hints of the one that jobs keep are about another place.
core::Error Hinted(core::Error error) {
  if (error.kind() == core::ErrorKind::kConflict) return std::move(error).WithHint("another process loads this folder");
  if (error.kind() == core::ErrorKind::kPermission) return std::move(error).WithHint("the folder must be writable");
  if (error.kind() == core::ErrorKind::kCorruption) {
    return std::move(error).WithHint("it says what was loaded: repair it, or look at the target before it is removed");
  }
  return std::move(error).WithHint("");
}

core::Status Hinted(core::Status status) {
  if (status.has_value()) return status;
  return Hinted(std::move(status).error());
}

core::Status MakeTables(SqliteConnection& connection) {
  SqliteTransaction transaction(connection);
  SLUICE_TRY(transaction.Begin());
  {
    SLUICE_ASSIGN_OR_RETURN(SqliteStatement version, connection.Prepare("PRAGMA user_version"));
    SLUICE_TRY(version.Step());
    if (version.Integer(0) > kVersion) {
      return core::Unsupported(connection.path() + ": the ledger is of a newer Sluice");
    }
    if (version.Integer(0) == kVersion) return core::Ok();
  }
  SLUICE_TRY(connection.Execute(kTables));
  return transaction.Commit();
}

core::Result<LedgerRow> ReadRow(const SqliteStatement& statement, const std::string& path) {
  const auto state = StateNamed(statement.Text(5));
  if (!state.has_value()) {
    return core::Corruption(path + ": the ledger says '" + statement.Text(5) + "' of " + statement.Text(2));
  }
  return LedgerRow{.target = statement.Text(0),
                   .sha256 = statement.Text(1),
                   .file = statement.Text(2),
                   .rows = statement.Count(3),
                   .bytes = statement.Count(4),
                   .state = *state,
                   .attempts = statement.Count(6),
                   .request_id = statement.Text(7),
                   .query_id = statement.Text(8),
                   .stage_path = statement.Text(9),
                   .rows_loaded = statement.Count(10),
                   .rows_rejected = statement.Count(11),
                   .error = statement.Text(12),
                   .updated_at = statement.Text(13)};
}

}  // namespace

std::string_view LoadStateName(LoadState state) {
  for (const auto& [known, text] : kStateNames) {
    if (known == state) return text;
  }
  return "unknown";
}

LoadLedger::LoadLedger(std::unique_ptr<SqliteConnection> connection, const core::Clock& clock)
    : connection_(std::move(connection)), clock_(clock) {}

LoadLedger::~LoadLedger() = default;

core::Result<std::unique_ptr<LoadLedger>> LoadLedger::Open(const std::string& folder, bool create,
                                                           const core::Clock& clock) {
  const std::string path = storage::JoinPath(folder, kLedgerName);
  if (!create && ::access(path.c_str(), F_OK) != 0) return std::unique_ptr<LoadLedger>();
  auto opened = SqliteConnection::Open(path, create, kBusyWaitMs);
  if (!opened.has_value()) return Hinted(std::move(opened).error());
  auto connection = std::make_unique<SqliteConnection>(*std::move(opened));
  SLUICE_TRY(Hinted(connection->Execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;")));
  SLUICE_TRY(Hinted(MakeTables(*connection)));
  return std::unique_ptr<LoadLedger>(new LoadLedger(std::move(connection), clock));
}

core::Result<std::vector<LedgerRow>> LoadLedger::Rows(std::string_view target) {
  const std::lock_guard lock(mutex_);
  auto statement = connection_->Prepare(
      "SELECT target, sha256, file, rows, bytes, state, attempts, request_id, query_id, stage_path, rows_loaded, "
      "rows_rejected, error, updated_at FROM files WHERE target = ? ORDER BY file");
  if (!statement.has_value()) return Hinted(std::move(statement).error());
  statement->Bind(target);
  std::vector<LedgerRow> rows;
  while (true) {
    core::Result<bool> more = statement->Step();
    if (!more.has_value()) return Hinted(std::move(more).error());
    if (!*more) return rows;
    SLUICE_ASSIGN_OR_RETURN(LedgerRow row, ReadRow(*statement, connection_->path()));
    rows.push_back(std::move(row));
  }
}

core::Status LoadLedger::Put(const LedgerRow& row) {
  SLUICE_ASSIGN_OR_RETURN(SqliteStatement statement, connection_->Prepare("INSERT OR REPLACE INTO files VALUES "
                                                                          "(?,?,?,?,?,?,?,?,?,?,?,?,?,?)"));
  statement.Bind(row.target).Bind(row.sha256).Bind(row.file).Bind(row.rows).Bind(row.bytes);
  statement.Bind(LoadStateName(row.state)).Bind(row.attempts).Bind(row.request_id).Bind(row.query_id);
  statement.Bind(row.stage_path).Bind(row.rows_loaded).Bind(row.rows_rejected).Bind(row.error);
  return statement.Bind(core::FormatTimestamp(clock_.Now())).Run();
}

core::Status LoadLedger::Write(std::span<const LedgerRow> rows) {
  const std::lock_guard lock(mutex_);
  SqliteTransaction transaction(*connection_);
  SLUICE_TRY(Hinted(transaction.Begin()));
  for (const LedgerRow& row : rows) SLUICE_TRY(Hinted(Put(row)));
  return Hinted(transaction.Commit());
}

core::Status LoadLedger::WriteAndLeave(const LedgerRow& row, const std::string& stage_path) {
  const std::lock_guard lock(mutex_);
  SqliteTransaction transaction(*connection_);
  SLUICE_TRY(Hinted(transaction.Begin()));
  SLUICE_TRY(Hinted(Put(row)));
  if (!stage_path.empty()) {
    SLUICE_ASSIGN_OR_RETURN(SqliteStatement statement,
                            connection_->Prepare("INSERT OR IGNORE INTO leftovers VALUES (?,?)"));
    SLUICE_TRY(Hinted(statement.Bind(row.target).Bind(stage_path).Run()));
  }
  return Hinted(transaction.Commit());
}

core::Result<std::vector<std::string>> LoadLedger::Leftovers(std::string_view target) {
  const std::lock_guard lock(mutex_);
  SLUICE_ASSIGN_OR_RETURN(SqliteStatement statement,
                          connection_->Prepare("SELECT stage_path FROM leftovers WHERE target = ? ORDER BY 1"));
  statement.Bind(target);
  std::vector<std::string> paths;
  while (true) {
    SLUICE_ASSIGN_OR_RETURN(const bool more, statement.Step());
    if (!more) return paths;
    paths.push_back(statement.Text(0));
  }
}

core::Status LoadLedger::ForgetLeftover(std::string_view target, const std::string& stage_path) {
  const std::lock_guard lock(mutex_);
  SLUICE_ASSIGN_OR_RETURN(SqliteStatement statement,
                          connection_->Prepare("DELETE FROM leftovers WHERE target = ? AND stage_path = ?"));
  return Hinted(statement.Bind(target).Bind(stage_path).Run());
}

}  // namespace sluice::warehouse
