#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sluice/engine.h"
#include "sluice/result.h"

/// Loading what a recorder wrote: finished files go into a table of a database, a warehouse or a Delta table, each
/// exactly once. What `sluice load` does.
///
/// The clients of PostgreSQL, DuckDB and HTTP are opened when a target asks for them; nothing here throws.
namespace sluice {

struct LoadOptions {
  bool keep = false;             ///< local files stay when they are loaded
  bool create = false;           ///< make the table when there is none
  bool retry_failed = false;     ///< files that were refused are tried again
  bool dry_run = false;          ///< say what there is to do, and write nothing
  bool collect_garbage = false;  ///< remove staged copies that earlier loads left behind
  bool recover = false;          ///< first publish what recorders that died left in the folder or those in it
  /// A row that the table refuses is left out and counted, and does not fail its file. For Snowflake alone;
  /// InvalidInput with other targets, which take a file whole or not at all.
  bool skip_bad_rows = false;
  std::vector<std::string> json_columns = {};  ///< texts of the files that are JSON
  std::size_t parallel = 8;                    ///< at most so many files on their way at once; at least 1
  std::chrono::milliseconds retry_for{0};      ///< go on trying a target that is away: five times at least, and so long
  /// Where passwords and keys are looked up, by the names that the guide gives: PGPASSWORD, CLICKHOUSE_PASSWORD,
  /// SNOWFLAKE_PRIVATE_KEY_FILE, …; unset: the process's environment. Called by the thread that calls Load.
  std::function<std::optional<std::string>(const std::string& name)> variable = {};
};

/// How far a file is on its way; the ledger beside the files keeps it.
enum class LoadState : std::uint8_t {
  kSealed,     ///< only here
  kStaged,     ///< where the target finds it, and not in the table
  kSubmitted,  ///< the target was told, and its answer is not written down
  kLoaded,     ///< in the table
  kCleaned,    ///< in the table; the staged copy is gone, and the local file unless it was to be kept
  kFailed,     ///< not in the table, for what is in it; left alone without `retry_failed`
  kUnknown,    ///< the target was told, and nobody knows what it did; the next load asks it first
};

/// "sealed", "staged", …: stable.
std::string_view LoadStateName(LoadState state);

/// One file at the end of a load.
struct LoadedFile {
  std::string path = {};
  std::uint64_t rows = 0;           ///< that were recorded
  std::uint64_t rows_loaded = 0;    ///< as the target counts them
  std::uint64_t rows_rejected = 0;  ///< that the target left out
  LoadState state = LoadState::kSealed;
  std::uint64_t attempts = 0;  ///< how often the target was told to load it, by earlier loads, too
  std::string query_id = {};   ///< the target's name for what loaded it; "" where there is none
  std::string reason = {};     ///< why it is not loaded; names row and column where the target does
  bool earlier = false;        ///< it was in the table when this load began
};

/// What a load found and did. Rows and files are all of the folders, also those that earlier loads brought in.
struct LoadReport {
  std::string target = {};  ///< the table, named without secrets
  bool dry_run = false;
  std::vector<LoadedFile> files = {};  ///< by their folders' names, and in the order in which they were recorded
  std::uint64_t rows_recorded = 0;
  std::uint64_t rows_loaded = 0;
  std::uint64_t rows_rejected = 0;
  std::uint64_t bytes_uploaded = 0;
  std::uint64_t files_open = 0;  ///< left alone: their recorder is not closed
  std::uint64_t acts = 0;        ///< steps that this load took with files; 0: everything was done before
  std::chrono::milliseconds put_time{0};
  std::chrono::milliseconds copy_time{0};
  std::chrono::milliseconds cleanup_time{0};
  std::vector<std::string> notes = {};  ///< warnings
  /// Nothing when every recorded row is in the table (or was rejected as asked), and after a dry run. Else what to do,
  /// by its kind: InvalidInput for a file that was refused or counts that differ, OutcomeUnknown (load again: the
  /// target is asked first), Unavailable and Conflict (load again later), Permission, Cancelled. Files that are not
  /// loaded are kept in every case.
  std::optional<Error> verdict = {};
};

/// Load every finished file of the recorders' folders at and below `directory` into `target`, each exactly once: files
/// of earlier loads, of other processes and of loads that died are known by the ledger. Local files are deleted one by
/// one, each after the target confirmed it and the ledger says so on disk.
///
/// `target` is a URL as the command takes it: "postgresql://user@host/db?table=s.t", "duckdb:FILE?table=t",
/// "delta:DIR", "clickhouse://user@host:8443/db?table=t", "snowflake://user@account/DB/SCHEMA?table=T".
///
/// Threads: any; one load per folder at a time, also among processes. Engine::Cancel ends it at its next step.
/// Crash:   load again.
/// Errors:  what keeps it from beginning is the Result's, and nothing was loaded then: InvalidInput for a target that
///          is none, a folder that no recorder made, options that cannot be, or columns that do not fit (with the
///          difference); NotFound for a folder or a table that is not there; Conflict while another load holds the
///          folder; Permission, Unavailable. What ends it later, or is wrong with single files, is the report's
///          `verdict`. No secret is in any of them.
/// Memory:  a few kilobytes a file, and what the target takes: a batch for each file on its way.
Result<LoadReport> Load(const Engine& engine, std::string_view directory, std::string_view target,
                        const LoadOptions& options = {});

}  // namespace sluice
