#include "pipeline/ledger.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <map>
#include <system_error>
#include <utility>

#include "pipeline/ledger_lock.h"
#include "pipeline/ledger_sqlite.h"
#include "pipeline/ledger_tables.h"

namespace sluice::pipeline {
namespace {

constexpr int kBusyWaitMs = 10'000;
constexpr std::array<std::string_view, 5> kRunStatusNames{"running", "done", "rejected", "failed", "interrupted"};

constexpr std::string_view kRunColumns =
    "id, command, status, started_us, finished_us, outputs, skipped, rows_read, rows_written, rows_rejected, "
    "bytes_read, bytes_written, error";
constexpr std::string_view kOutputColumns =
    "o.id, o.path, o.job, o.date, o.bytes, o.rows, o.checksum, o.fingerprint, s.text, o.run, o.committed_us";

core::Timestamp FromMicros(std::int64_t micros) { return core::Timestamp(std::chrono::microseconds(micros)); }

RunStatus RunStatusFrom(std::string_view name) {
  const auto* found = std::find(kRunStatusNames.begin(), kRunStatusNames.end(), name);
  return found == kRunStatusNames.end() ? RunStatus::kFailed : static_cast<RunStatus>(found - kRunStatusNames.begin());
}

RunRecord ReadRun(const SqliteStatement& row) {
  RunRecord run;
  run.id = row.Text(0);
  run.command = row.Text(1);
  run.status = RunStatusFrom(row.Text(2));
  run.started = FromMicros(row.Integer(3));
  if (!row.IsNull(4)) run.finished = FromMicros(row.Integer(4));
  run.counts = {row.Count(5), row.Count(6), row.Count(7), row.Count(8), row.Count(9), row.Count(10), row.Count(11)};
  run.error = row.Text(12);
  return run;
}

OutputRecord ReadOutput(const SqliteStatement& row) {
  OutputRecord output;
  output.path = row.Text(1);
  output.job = row.Text(2);
  output.date = row.Text(3);
  output.bytes = row.Count(4);
  output.rows = row.Count(5);
  output.checksum = row.Text(6);
  output.fingerprint = row.Text(7);
  output.schema = row.Text(8);
  output.run = row.Text(9);
  output.committed = FromMicros(row.Integer(10));
  return output;
}

core::Status AddLedgerHint(core::Status status, const std::string& folder) {
  if (status) return status;
  return std::move(status).error().WithContext("state folder " + folder);
}

}  // namespace

std::string_view RunStatusName(RunStatus status) { return kRunStatusNames[static_cast<std::size_t>(status)]; }

/// The connection with what belongs to it.
class Ledger::Database {
 public:
  Database(SqliteConnection opened, std::string folder_path, const core::Clock& clock_given)
      : connection(std::move(opened)), folder(std::move(folder_path)), clock(clock_given) {}

  std::string LockPath(const std::string& run) const { return folder + "/locks/" + run + ".lock"; }
  std::int64_t NowMicros() const { return clock.Now().time_since_epoch().count(); }

  core::Result<std::int64_t> SchemaId(const std::string& text) {
    SLUICE_ASSIGN_OR_RETURN(auto insert, connection.Prepare("INSERT OR IGNORE INTO schemas(text) VALUES (?)"));
    SLUICE_TRY(insert.Bind(text).Run());
    SLUICE_ASSIGN_OR_RETURN(auto select, connection.Prepare("SELECT id FROM schemas WHERE text = ?"));
    SLUICE_TRY(select.Bind(text).Step());
    return select.Integer(0);
  }

  core::Status InsertOutput(const std::string& run, const OutputRecord& output) {
    SLUICE_ASSIGN_OR_RETURN(auto forget, connection.Prepare("DELETE FROM outputs WHERE path = ?"));
    SLUICE_TRY(forget.Bind(output.path).Run());
    SLUICE_ASSIGN_OR_RETURN(const std::int64_t schema, SchemaId(output.schema));
    SLUICE_ASSIGN_OR_RETURN(auto insert,
                            connection.Prepare("INSERT INTO outputs(path, job, date, bytes, rows, checksum, "
                                               "fingerprint, schema, run, committed_us) "
                                               "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id"));
    insert.Bind(output.path).Bind(output.job).Bind(output.date).Bind(output.bytes).Bind(output.rows);
    insert.Bind(output.checksum).Bind(output.fingerprint).Bind(schema).Bind(run).Bind(NowMicros());
    SLUICE_TRY(insert.Step());
    const std::int64_t id = insert.Integer(0);
    SLUICE_TRY(insert.Run());
    return InsertInputs(id, output.inputs);
  }

  core::Status InsertInputs(std::int64_t output, std::span<const InputFile> inputs) {
    std::int64_t position = 0;
    for (const InputFile& input : inputs) {
      SLUICE_ASSIGN_OR_RETURN(auto insert, connection.Prepare("INSERT INTO inputs(output, position, path, bytes, "
                                                              "mtime_ns, checksum) VALUES (?, ?, ?, ?, ?, ?)"));
      insert.Bind(output).Bind(position++).Bind(input.path).Bind(input.bytes).Bind(input.mtime_ns);
      SLUICE_TRY(insert.Bind(input.checksum).Run());
    }
    return core::Ok();
  }

  core::Status LoadInputs(std::int64_t id, OutputRecord& output) {
    SLUICE_ASSIGN_OR_RETURN(auto select, connection.Prepare("SELECT path, bytes, mtime_ns, checksum FROM inputs WHERE "
                                                            "output = ? ORDER BY position"));
    select.Bind(id);
    while (true) {
      SLUICE_ASSIGN_OR_RETURN(const bool more, select.Step());
      if (!more) return core::Ok();
      output.inputs.push_back({select.Text(0), select.Count(1), select.Integer(2), select.Text(3)});
    }
  }

  core::Result<std::vector<OutputRecord>> SelectOutputs(std::string_view condition, std::string_view value) {
    SLUICE_ASSIGN_OR_RETURN(auto select,
                            connection.Prepare(fmt::format("SELECT {} FROM outputs o JOIN schemas s ON s.id = o.schema "
                                                           "WHERE {} = ? ORDER BY o.id",
                                                           kOutputColumns, condition)));
    select.Bind(value);
    std::vector<OutputRecord> outputs;
    while (true) {
      SLUICE_ASSIGN_OR_RETURN(const bool more, select.Step());
      if (!more) return outputs;
      outputs.push_back(ReadOutput(select));
      SLUICE_TRY(LoadInputs(select.Integer(0), outputs.back()));
    }
  }

  // A run that says it is running, and whose lock is free, was killed.
  core::Status NoteInterruption(RunRecord& run) {
    if (run.status != RunStatus::kRunning || locks.contains(run.id)) return core::Ok();
    std::error_code failure;
    if (std::filesystem::exists(LockPath(run.id), failure)) {
      const std::string owner = LedgerLock::OwnerOf(LockPath(run.id));
      SLUICE_ASSIGN_OR_RETURN(const auto lock, LedgerLock::TryAcquire(LockPath(run.id), owner));
      if (!lock) return core::Ok();
    }
    run.status = RunStatus::kInterrupted;
    return core::Ok();
  }

  SqliteConnection connection;
  std::string folder;
  const core::Clock& clock;
  std::map<std::string, LedgerLock> locks;
};

Ledger::Ledger(std::unique_ptr<Database> database) : database_(std::move(database)) {}
Ledger::~Ledger() = default;

core::Result<std::unique_ptr<Ledger>> Ledger::Open(const std::string& state_folder, const core::Clock& clock) {
  std::error_code failure;
  std::filesystem::create_directories(state_folder, failure);
  if (failure) {
    return core::ErrorFromErrno(failure.value(), "make the state folder " + state_folder)
        .WithHint("choose another folder with --state");
  }
  SLUICE_ASSIGN_OR_RETURN(auto connection, SqliteConnection::Open(state_folder + "/ledger.sqlite", true, kBusyWaitMs));
  // NORMAL: a power cut may take the last transactions, never the consistency of the file.
  SLUICE_TRY(AddLedgerHint(connection.Execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; "
                                              "PRAGMA foreign_keys = ON"),
                           state_folder));
  SLUICE_TRY(AddLedgerHint(MigrateLedger(connection), state_folder));
  return std::unique_ptr<Ledger>(new Ledger(std::make_unique<Database>(std::move(connection), state_folder, clock)));
}

core::Result<std::unique_ptr<Ledger>> Ledger::OpenExisting(const std::string& state_folder, const core::Clock& clock) {
  std::error_code failure;
  if (!std::filesystem::exists(state_folder + "/ledger.sqlite", failure)) {
    return core::NotFound(fmt::format("there is no ledger in {}", state_folder))
        .WithHint("nothing was run with this --state folder");
  }
  return Open(state_folder, clock);
}

core::Status Ledger::BeginRun(const std::string& run, const std::string& command) {
  const std::string owner = fmt::format("run {} (process {})", run, ::getpid());
  SLUICE_ASSIGN_OR_RETURN(auto lock, LedgerLock::TryAcquire(database_->LockPath(run), owner));
  if (!lock) return core::AlreadyExists(fmt::format("run {} is being run by another process", run));
  SLUICE_ASSIGN_OR_RETURN(auto insert, database_->connection.Prepare(
                                           "INSERT INTO runs(id, command, status, started_us) VALUES (?, ?, ?, ?)"));
  insert.Bind(run).Bind(command).Bind(RunStatusName(RunStatus::kRunning)).Bind(database_->NowMicros());
  SLUICE_TRY(insert.Run());
  database_->locks.emplace(run, *std::move(lock));
  return core::Ok();
}

core::Status Ledger::FinishRun(const std::string& run, RunStatus status, const RunCounts& counts,
                               const std::string& error) {
  SLUICE_ASSIGN_OR_RETURN(
      auto update,
      database_->connection.Prepare(
          "UPDATE runs SET status = ?, finished_us = ?, outputs = ?, skipped = ?, rows_read = ?, "
          "rows_written = ?, rows_rejected = ?, bytes_read = ?, bytes_written = ?, error = ? WHERE id = ?"));
  update.Bind(RunStatusName(status)).Bind(database_->NowMicros()).Bind(counts.outputs).Bind(counts.skipped);
  update.Bind(counts.rows_read).Bind(counts.rows_written).Bind(counts.rows_rejected).Bind(counts.bytes_read);
  SLUICE_TRY(update.Bind(counts.bytes_written).Bind(error).Bind(run).Run());
  const auto lock = database_->locks.find(run);
  if (lock != database_->locks.end()) {
    lock->second.Remove();
    database_->locks.erase(lock);
  }
  return core::Ok();
}

core::Status Ledger::RecordTask(const std::string& run, const TaskRecord& task) {
  SLUICE_ASSIGN_OR_RETURN(auto insert, database_->connection.Prepare(
                                           "INSERT INTO tasks(run, job, output, status, rows_read, rows_written, "
                                           "rows_rejected, total_ms, message) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"));
  insert.Bind(run).Bind(task.job).Bind(task.output).Bind(task.status).Bind(task.rows_read).Bind(task.rows_written);
  return insert.Bind(task.rows_rejected).Bind(task.total_ms).Bind(task.message).Run();
}

core::Status Ledger::RecordOutputs(const std::string& run, std::span<const OutputRecord> outputs) {
  SqliteTransaction transaction(database_->connection);
  SLUICE_TRY(transaction.Begin());
  for (const OutputRecord& output : outputs) SLUICE_TRY(database_->InsertOutput(run, output));
  return transaction.Commit();
}

core::Result<std::optional<OutputRecord>> Ledger::FindOutput(const std::string& path) {
  SLUICE_ASSIGN_OR_RETURN(auto found, database_->SelectOutputs("o.path", path));
  if (found.empty()) return std::optional<OutputRecord>();
  return std::optional(std::move(found.front()));
}

core::Status Ledger::UpdateInputs(const std::string& path, std::span<const InputFile> inputs) {
  SqliteTransaction transaction(database_->connection);
  SLUICE_TRY(transaction.Begin());
  SLUICE_ASSIGN_OR_RETURN(auto select, database_->connection.Prepare("SELECT id FROM outputs WHERE path = ?"));
  SLUICE_ASSIGN_OR_RETURN(const bool known, select.Bind(path).Step());
  if (!known) return core::NotFound(fmt::format("{} is not in the ledger", path));
  const std::int64_t id = select.Integer(0);
  SLUICE_TRY(select.Run());
  SLUICE_ASSIGN_OR_RETURN(auto forget, database_->connection.Prepare("DELETE FROM inputs WHERE output = ?"));
  SLUICE_TRY(forget.Bind(id).Run());
  SLUICE_TRY(database_->InsertInputs(id, inputs));
  return transaction.Commit();
}

core::Result<std::vector<RunRecord>> Ledger::ListRuns(std::size_t runs_max) {
  SLUICE_ASSIGN_OR_RETURN(
      auto select, database_->connection.Prepare(
                       fmt::format("SELECT {} FROM runs ORDER BY started_us DESC, id DESC LIMIT ?", kRunColumns)));
  select.Bind(static_cast<std::uint64_t>(runs_max));
  std::vector<RunRecord> runs;
  while (true) {
    SLUICE_ASSIGN_OR_RETURN(const bool more, select.Step());
    if (!more) return runs;
    runs.push_back(ReadRun(select));
    SLUICE_TRY(database_->NoteInterruption(runs.back()));
  }
}

core::Result<RunRecord> Ledger::FindRun(const std::string& id) {
  SLUICE_ASSIGN_OR_RETURN(
      auto select, database_->connection.Prepare(fmt::format(
                       "SELECT {} FROM runs WHERE substr(id, 1, length(?1)) = ?1 ORDER BY id LIMIT 2", kRunColumns)));
  SLUICE_ASSIGN_OR_RETURN(const bool found, select.Bind(id).Step());
  if (id.empty() || !found) {
    return core::NotFound(fmt::format("there is no run '{}'", id)).WithHint("see them all with: sluice status");
  }
  RunRecord run = ReadRun(select);
  SLUICE_ASSIGN_OR_RETURN(const bool several, select.Step());
  if (several && run.id != id) return core::InvalidInput(fmt::format("several runs begin with '{}'", id));
  SLUICE_TRY(database_->NoteInterruption(run));
  return run;
}

core::Result<std::vector<TaskRecord>> Ledger::ListTasks(const std::string& run) {
  SLUICE_ASSIGN_OR_RETURN(auto select,
                          database_->connection.Prepare("SELECT job, output, status, rows_read, rows_written, "
                                                        "rows_rejected, total_ms, message FROM tasks WHERE run = ? "
                                                        "ORDER BY id"));
  select.Bind(run);
  std::vector<TaskRecord> tasks;
  while (true) {
    SLUICE_ASSIGN_OR_RETURN(const bool more, select.Step());
    if (!more) return tasks;
    tasks.push_back({select.Text(0), select.Text(1), select.Text(2), select.Count(3), select.Count(4), select.Count(5),
                     select.Integer(6), select.Text(7)});
  }
}

core::Result<std::vector<OutputRecord>> Ledger::ListOutputs(const std::string& run) {
  return database_->SelectOutputs("o.run", run);
}

}  // namespace sluice::pipeline
