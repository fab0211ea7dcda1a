#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sluice/arrow_c_stream.h"
#include "sluice/engine.h"
#include "sluice/result.h"

namespace sluice {

/// Which rows and columns are read.
struct ScanOptions {
  /// Top-level columns, in any case; unset: all. They come in the order of the table.
  std::optional<std::vector<std::string>> columns = {};
  /// SQL over the columns ("" = all rows): "at >= TIMESTAMP '2026-01-01' AND city IN ('Kyiv', 'Oslo')". Rows for which
  /// it is not true are left out, and files that cannot hold others are not opened.
  std::string where = {};
  /// `_row_id` and `_row_commit_version` as further columns, for tables with row tracking.
  bool row_ids = false;
};

/// A live data file.
struct DataFile {
  std::string path = {};  ///< as the log has it: relative to the table's folder, percent-encoded
  std::int64_t bytes = 0;
  std::int64_t modified_ms = 0;  ///< since 1970 UTC
  std::map<std::string, std::optional<std::string>> partition_values = {};
  std::int64_t deleted_rows = 0;  ///< by its deletion vector
  std::string statistics = {};    ///< JSON as the protocol has it: numRecords, minValues, maxValues, nullCount; or ""
};

struct SkippedFile {
  std::string path = {};
  std::string reason = {};  ///< "age: max 17 < 18"
};

struct FileList {
  std::vector<DataFile> files = {};
  std::vector<SkippedFile> skipped = {};  ///< those that cannot hold such rows
};

/// What a table is, at one version.
struct TableDescription {
  std::string id = {};
  std::optional<std::string> name = {};
  std::optional<std::string> description = {};
  std::optional<std::int64_t> created_ms = {};  ///< since 1970 UTC
  std::optional<std::int64_t> rows = {};        ///< by the statistics; unset when a file has none
  std::vector<std::string> partition_columns = {};
  std::vector<std::string> clustering_columns = {};
  std::map<std::string, std::string> properties = {};
  std::map<std::string, std::int64_t> transactions = {};  ///< last version of each application
  std::map<std::string, std::string> domains = {};        ///< domain metadata
  std::int32_t min_reader_version = 0;
  std::int32_t min_writer_version = 0;
  std::vector<std::string> reader_features = {};
  std::vector<std::string> writer_features = {};
};

/// A Delta table at one version. Never changes, however others write to the table; files that vacuum deletes are gone
/// for it as well.
///
/// A handle: copies share the state. Threads: any.
class Snapshot {
 public:
  /// The table at `location`: `[delta:]PATH[@v3 | @2026-01-01T00:00:00Z]`, PATH a folder or a file: URI; the newest
  /// version when none is named. Only the log is read.
  ///
  /// NotFound: no table, or no such version. Corruption: a log that cannot be right, with file and offset. Unsupported:
  /// reader features of later protocols, by name.
  static Result<Snapshot> Open(const Engine& engine, std::string_view location);

  const std::string& path() const;
  std::int64_t version() const;
  std::uint64_t file_count() const;
  std::int64_t size_bytes() const;
  /// What was odd in the log and did no harm.
  const std::vector<std::string>& notes() const;
  /// The last version of an application's writes: where a writer that was killed goes on.
  std::optional<std::int64_t> TransactionVersion(std::string_view app) const;

  Result<TableDescription> Describe() const;
  /// The columns: a struct type with one child each. Timestamps are microseconds, variants structs of their two
  /// binaries. On error `out` is left alone; else the caller releases it.
  Status ExportSchema(ArrowSchema* out) const;
  /// The files that may hold rows which satisfy `where` (SQL; "" = all).
  Result<FileList> Files(std::string_view where = {}) const;

  /// Read rows. Deletion vectors are applied and partition columns filled in. Rows come in the order of files and in
  /// them, whatever the number of threads; files are read ahead while the caller works, a few megabytes of each.
  ///
  /// On success the caller releases `out`; it may outlive this snapshot and its table, and its batches may outlive it.
  /// On error `out` is left alone. InvalidInput: columns or a condition that do not fit the table. An error
  /// of a file comes from the stream where its rows would come, with its text; nothing can be read after it.
  Status Scan(const ScanOptions& options, ArrowArrayStream* out) const;

  struct State;  // of the library itself
  explicit Snapshot(std::shared_ptr<const State> state) : state_(std::move(state)) {}
  const std::shared_ptr<const State>& state() const { return state_; }

 private:
  std::shared_ptr<const State> state_;
};

}  // namespace sluice
