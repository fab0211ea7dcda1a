#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sluice/arrow_c_stream.h"
#include "sluice/change.h"
#include "sluice/engine.h"
#include "sluice/maintenance.h"
#include "sluice/result.h"
#include "sluice/snapshot.h"

/// Delta tables: open, read, write, maintain. Rows cross as Arrow C streams; nothing but the standard library is
/// needed.
///
/// Nothing here throws. Acknowledged means on disk: file and folder are synced before a commit is reported. A process
/// that dies leaves the old version or the new one, and at worst files that no version names, for Vacuum.
namespace sluice {

struct CreateOptions {
  std::vector<std::string> partition_by = {};
  std::vector<std::string> cluster_by = {};            ///< what Optimize sorts by
  std::map<std::string, std::string> properties = {};  ///< as {"delta.appendOnly", "true"}; checked
  std::optional<std::string> name = {};                ///< for people
  std::optional<std::string> description = {};         ///< for people
  std::optional<std::string> user_metadata = {};       ///< a text of yours, kept in the commit
};

enum class WriteMode : std::uint8_t {
  kAppend,
  kOverwrite,     ///< the new rows are the table
  kReplaceWhere,  ///< the new rows take the place of those that satisfy `replace_where`
};

/// What makes a write safe to repeat: the table takes each version of an application once. Versions go up.
struct ApplicationVersion {
  std::string app = {};
  std::int64_t version = 0;
};

struct WriteOptions {
  WriteMode mode = WriteMode::kAppend;
  std::string replace_where = {};  ///< kReplaceWhere: SQL that the new rows must satisfy, too
  bool add_columns = false;        ///< columns that the table lacks are added to it
  std::optional<ApplicationVersion> txn = {};
  std::optional<std::string> user_metadata = {};
  std::uint64_t file_bytes_target = 0;  ///< 0: the table's delta.targetFileSize, else 128 MiB
};

struct DeleteOptions {
  std::optional<ApplicationVersion> txn = {};
  std::optional<std::string> user_metadata = {};
};

/// Changes of a table's metadata, all in one commit.
struct AlterOptions {
  std::string add_columns = {};  ///< "city string, n int64": nullable, at the end
  std::map<std::string, std::string> set_properties = {};
  std::vector<std::string> unset_properties = {};
  std::map<std::string, std::string> add_constraints = {};  ///< name → SQL; every row of the table is checked
  std::vector<std::string> drop_constraints = {};
  std::map<std::string, std::string> set_domains = {};  ///< domain metadata of applications
  std::vector<std::string> remove_domains = {};
  std::optional<std::string> user_metadata = {};
};

struct ChangesOptions {
  std::int64_t first_version = 0;
  std::optional<std::int64_t> last_version = {};         ///< unset: the newest
  std::optional<std::vector<std::string>> columns = {};  ///< of the table; unset: all
};

/// One commit.
struct HistoryEntry {
  std::int64_t version = 0;
  std::int64_t timestamp_ms = 0;  ///< since 1970 UTC, ascending: what time travel goes by
  std::string operation = {};     ///< "WRITE", "OPTIMIZE", …; "" when the writer did not say
  std::map<std::string, std::string> parameters = {};
  std::map<std::string, std::string> metrics = {};
  std::optional<bool> blind_append = {};
  std::optional<std::string> engine = {};
  std::optional<std::string> user_metadata = {};
};

/// Rows for one commit.
///
/// Order:   Write* Commit, once. Destroyed before, it removes what it wrote. Threads: one at a time.
/// Crash:   before Commit returns the table has all of the rows or none; unnamed files may stay, for Vacuum.
class WriteTransaction {
 public:
  /// Take all batches of a stream. Columns match by name whatever the case, in any order; missing ones are NULL; values
  /// are cast where nothing of them is lost; dictionaries are decoded. Later streams have the columns of the first.
  ///
  /// `rows` and its batches are released in every case, before this returns: nothing of them is kept. InvalidInput for
  /// rows that the table does not take, naming row and rule, and with the stream's own text when the stream fails;
  /// after an error nothing can be written or committed.
  Status Write(ArrowArrayStream* rows);
  /// The same for one batch: a struct array and its type.
  Status Write(ArrowArray* rows, ArrowSchema* type);
  std::uint64_t rows() const;

  /// Publish what was written, as one version. Winners among other writers are followed where the protocol allows it,
  /// for up to a minute. Unless the outcome is Committed or Unknown, what was written is removed.
  Result<CommitOutcome> Commit();

  ~WriteTransaction();
  WriteTransaction(WriteTransaction&& other) noexcept;
  WriteTransaction& operator=(WriteTransaction&& other) noexcept;

  struct State;
  explicit WriteTransaction(std::unique_ptr<State> state);

 private:
  std::unique_ptr<State> state_;
};

/// A Delta table and its newest known version: of the last Open, Refresh, or change through this handle.
///
/// Changes go on top of that version and follow the commits that came since where the protocol allows it; Vacuum,
/// Checkpoint and Verify refresh it first.
/// A handle: copies share the state. Threads: any; changes by several threads are commits like any others.
/// Errors: those of Snapshot::Open; Unsupported, before a byte is written, for tables that need what this version does
/// not write; a conflict or unknown outcome of methods that give a report is an Error of that kind.
class Table {
 public:
  /// The table at `[delta:]PATH`; InvalidInput for a path with '@' that names a version (Snapshot::Open reads those).
  static Result<Table> Open(const Engine& engine, std::string_view path);
  /// Make an empty table. `columns` (a struct type with a child for each; released in every case) may also be a text:
  /// "id int64 not null, at timestamp(us,UTC), tags list<string>". AlreadyExists: there is a table.
  static Result<Table> Create(const Engine& engine, std::string_view path, ArrowSchema* columns,
                              const CreateOptions& options = {});
  static Result<Table> Create(const Engine& engine, std::string_view path, std::string_view columns,
                              const CreateOptions& options = {});

  const std::string& path() const;
  /// The newest known version, without looking at the log.
  Snapshot snapshot() const;
  /// Read the commits since, and give the newest version.
  Result<Snapshot> Refresh();
  Result<Snapshot> At(std::int64_t version) const;
  /// The newest version at a time, in microseconds since 1970 UTC.
  Result<Snapshot> AtTime(std::int64_t micros) const;
  /// The commits that are there, newest first; `limit` 0: all.
  Result<std::vector<HistoryEntry>> History(std::size_t limit = 0) const;
  /// The rows that came, went and changed: the table's columns, then `_change_type` (insert, delete, update_preimage,
  /// update_postimage), `_commit_version`, `_commit_timestamp`; by version. `out` as in Snapshot::Scan.
  Status Changes(const ChangesOptions& options, ArrowArrayStream* out) const;

  /// Begin to write on top of snapshot().
  Result<WriteTransaction> BeginWrite(const WriteOptions& options = {});
  /// Begin, write one stream (released in every case), commit.
  Result<CommitOutcome> Write(ArrowArrayStream* rows, const WriteOptions& options = {});
  /// Delete the rows that satisfy `where` (SQL), in one commit.
  Result<CommitOutcome> Delete(std::string_view where, const DeleteOptions& options = {});
  Result<CommitOutcome> Alter(const AlterOptions& options);
  /// Make the table what it was at `version`, by a new commit.
  Result<CommitOutcome> Restore(std::int64_t version);

  /// Fewer files, sorted so that readers skip more; the rows stay the same. Several commits; files that another writer
  /// changed meanwhile are left to the next run.
  Result<OptimizeReport> Optimize(const OptimizeOptions& options = {});
  /// Delete files that no version within the retention needs, never outside of the table's folder.
  Result<VacuumReport> Vacuum(const VacuumOptions& options = {});
  /// Write the newest version as a checkpoint, and clean up the log. (Writers do so by themselves now and then.)
  Result<CheckpointReport> Checkpoint();
  /// Compare the log, its checksum, every file and its statistics; reads all rows. `repair`: mend what can be, by a
  /// commit: statistics that lie are written anew, files that are gone are taken out of the table.
  Result<VerifyReport> Verify(bool repair = false);

  struct State;
  explicit Table(std::shared_ptr<State> state) : state_(std::move(state)) {}

 private:
  std::shared_ptr<State> state_;
};

}  // namespace sluice
