#include "pipeline/ledger_tables.h"

#include <fmt/format.h>

#include <array>
#include <cstdint>

namespace sluice::pipeline {
namespace {

// Step i takes the tables from user_version i to i + 1. Steps that were released are never changed.
constexpr std::array<const char*, 1> kSteps{R"sql(
CREATE TABLE runs (
  id TEXT PRIMARY KEY NOT NULL, command TEXT NOT NULL, status TEXT NOT NULL,
  started_us INTEGER NOT NULL, finished_us INTEGER,
  outputs INTEGER NOT NULL DEFAULT 0, skipped INTEGER NOT NULL DEFAULT 0,
  rows_read INTEGER NOT NULL DEFAULT 0, rows_written INTEGER NOT NULL DEFAULT 0,
  rows_rejected INTEGER NOT NULL DEFAULT 0, bytes_read INTEGER NOT NULL DEFAULT 0,
  bytes_written INTEGER NOT NULL DEFAULT 0, error TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE TABLE tasks (
  id INTEGER PRIMARY KEY, run TEXT NOT NULL REFERENCES runs(id), job TEXT NOT NULL, output TEXT NOT NULL,
  status TEXT NOT NULL, rows_read INTEGER NOT NULL, rows_written INTEGER NOT NULL, rows_rejected INTEGER NOT NULL,
  total_ms INTEGER NOT NULL, message TEXT NOT NULL
) STRICT;
CREATE INDEX tasks_of_run ON tasks(run);
CREATE TABLE schemas (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE outputs (
  id INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE, job TEXT NOT NULL, date TEXT NOT NULL, bytes INTEGER NOT NULL,
  rows INTEGER NOT NULL, checksum TEXT NOT NULL, fingerprint TEXT NOT NULL,
  schema INTEGER NOT NULL REFERENCES schemas(id), run TEXT NOT NULL REFERENCES runs(id), committed_us INTEGER NOT NULL
) STRICT;
CREATE INDEX outputs_of_run ON outputs(run);
CREATE TABLE inputs (
  output INTEGER NOT NULL REFERENCES outputs(id) ON DELETE CASCADE, position INTEGER NOT NULL, path TEXT NOT NULL,
  bytes INTEGER NOT NULL, mtime_ns INTEGER NOT NULL, checksum TEXT NOT NULL, PRIMARY KEY (output, position)
) STRICT, WITHOUT ROWID;
)sql"};

core::Result<std::int64_t> ReadVersion(SqliteConnection& connection) {
  SLUICE_ASSIGN_OR_RETURN(SqliteStatement statement, connection.Prepare("PRAGMA user_version"));
  SLUICE_TRY(statement.Step());
  return statement.Integer(0);
}

}  // namespace

core::Status MigrateLedger(SqliteConnection& connection) {
  constexpr auto kVersion = static_cast<std::int64_t>(kSteps.size());
  SLUICE_ASSIGN_OR_RETURN(std::int64_t version, ReadVersion(connection));
  if (version == kVersion) return core::Ok();
  SqliteTransaction transaction(connection);
  SLUICE_TRY(transaction.Begin());
  SLUICE_ASSIGN_OR_RETURN(version, ReadVersion(connection));  // another process may have been first
  if (version > kVersion || version < 0) {
    return core::Unsupported(
               fmt::format("{}: the ledger has version {}, this Sluice knows {}", connection.path(), version, kVersion))
        .WithHint("use the newer Sluice, or another folder with --state");
  }
  for (std::int64_t step = version; step < kVersion; ++step) {
    SLUICE_TRY(connection.Execute(kSteps[static_cast<std::size_t>(step)]));
  }
  SLUICE_TRY(connection.Execute(fmt::format("PRAGMA user_version = {}", kVersion)));
  return transaction.Commit();
}

}  // namespace sluice::pipeline
