#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.h"
#include "core/result.h"
#include "pipeline/plan.h"

namespace sluice::pipeline {

enum class RunStatus : std::uint8_t {
  kRunning,
  kDone,
  kRejected,  ///< done, some rows rejected within the budget
  kFailed,
  kInterrupted,  ///< its process ended without finishing it
};

/// "running", "done", "rejected", "failed", "interrupted".
std::string_view RunStatusName(RunStatus status);

struct RunCounts {
  std::uint64_t outputs = 0;
  std::uint64_t skipped = 0;
  std::uint64_t rows_read = 0;
  std::uint64_t rows_written = 0;
  std::uint64_t rows_rejected = 0;
  std::uint64_t bytes_read = 0;
  std::uint64_t bytes_written = 0;

  bool operator==(const RunCounts& other) const = default;
};

struct RunRecord {
  std::string id = {};
  std::string command = {};  ///< what was asked for: "run --date 2025-10-28"
  RunStatus status = RunStatus::kRunning;
  core::Timestamp started = {};
  std::optional<core::Timestamp> finished = {};
  RunCounts counts = {};
  std::string error = {};  ///< the first failure; "" = none
};

/// One output that a run tried to make, or left as it was.
struct TaskRecord {
  std::string job = {};
  std::string output = {};
  std::string status = {};  ///< "done", "rejected", "failed", "skipped"
  std::uint64_t rows_read = 0;
  std::uint64_t rows_written = 0;
  std::uint64_t rows_rejected = 0;
  std::int64_t total_ms = 0;
  std::string message = {};  ///< why it failed or was skipped

  bool operator==(const TaskRecord& other) const = default;
};

/// A published file and what it was made of.
struct OutputRecord {
  std::string path = {};
  std::string job = {};
  std::string date = {};  ///< "2025-10-28"; "" for outputs without one
  std::uint64_t bytes = 0;
  std::uint64_t rows = 0;
  std::string checksum = {};
  std::string fingerprint = {};  ///< of the schema and the options that shaped it
  std::string schema = {};       ///< a schema file's text
  std::vector<InputFile> inputs = {};
  std::string run = {};            ///< filled when read
  core::Timestamp committed = {};  ///< filled when read

  bool operator==(const OutputRecord& other) const = default;
};

/// What was done: runs, their tasks, and which inputs made which output. A SQLite database in WAL mode,
/// `<state>/ledger.sqlite`; docs/formats/ledger.md draws it.
///
/// Threads: one at a time; several processes may have it open. A writer that is kept waiting for 10 s by another
/// process gets Conflict.
/// Crash: every call is one transaction. After a kill the ledger is as after the last call; after a power cut the last
/// calls may be missing, and their outputs are made again.
class Ledger {
 public:
  /// Open the ledger of the state folder, making both when they are not there. Corruption when the file is no ledger
  /// (with a hint: it may be deleted), Permission when the folder cannot be written, Unsupported when a newer Sluice
  /// wrote it.
  static core::Result<std::unique_ptr<Ledger>> Open(const std::string& state_folder, const core::Clock& clock);
  /// The same, but NotFound when there is no ledger.
  static core::Result<std::unique_ptr<Ledger>> OpenExisting(const std::string& state_folder, const core::Clock& clock);
  ~Ledger();

  /// Record a run as running and hold its lock until FinishRun or the end of the process. AlreadyExists for an id that
  /// was used.
  core::Status BeginRun(const std::string& run, const std::string& command);
  core::Status FinishRun(const std::string& run, RunStatus status, const RunCounts& counts, const std::string& error);
  core::Status RecordTask(const std::string& run, const TaskRecord& task);

  /// Record what a commit published, all or nothing; replaces what is known of the same paths. To be called once the
  /// files are in place: a crash in between makes them again, never loses them.
  core::Status RecordOutputs(const std::string& run, std::span<const OutputRecord> outputs);
  /// What is known of the output at exactly this path.
  core::Result<std::optional<OutputRecord>> FindOutput(const std::string& path);
  /// Note that the inputs of an output were looked at again and found to have the same contents.
  core::Status UpdateInputs(const std::string& path, std::span<const InputFile> inputs);

  /// The newest runs first. A run whose process is gone is kInterrupted.
  core::Result<std::vector<RunRecord>> ListRuns(std::size_t runs_max);
  /// One run by its id, or by a part of it from the front that no other run has. NotFound, or InvalidInput when
  /// several fit.
  core::Result<RunRecord> FindRun(const std::string& id);
  core::Result<std::vector<TaskRecord>> ListTasks(const std::string& run);
  /// The outputs whose newest version `run` made.
  core::Result<std::vector<OutputRecord>> ListOutputs(const std::string& run);

 private:
  class Database;
  explicit Ledger(std::unique_ptr<Database> database);
  std::unique_ptr<Database> database_;
};

}  // namespace sluice::pipeline
