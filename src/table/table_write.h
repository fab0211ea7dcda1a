#pragma once

#include <arrow/type_fwd.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/result.h"
#include "delta/action.h"
#include "delta_log/snapshot.h"
#include "delta_log/transaction.h"
#include "storage/environment.h"
#include "table/new_table.h"
#include "table/row_writer.h"
#include "table/table_change.h"

namespace sluice::table {

enum class WriteMode : std::uint8_t {
  kAppend,
  kOverwrite,     ///< the new rows are the table
  kReplaceWhere,  ///< the new rows take the place of those that satisfy a condition
  kReplaceFiles,  ///< the new rows take the place of whole files
};

/// What makes a write idempotent: the table takes each version of an application once.
struct ApplicationVersion {
  std::string app_id = {};
  std::int64_t version = 0;
};

struct WriteRequest {
  WriteMode mode = WriteMode::kAppend;
  std::string replace_where = {};                 ///< kReplaceWhere: SQL that the new rows satisfy, too
  std::vector<delta_log::FileRef> replaced = {};  ///< kReplaceFiles: of the snapshot that CommitFiles is given
  bool add_columns = false;                       ///< columns that the table lacks are added to it
  std::optional<ApplicationVersion> application = {};
  std::optional<std::string> user_metadata = {};
  /// 0: the table's delta.targetFileSize, else 128 MiB.
  std::uint64_t file_bytes_target = 0;
  delta_log::TransactionOptions transaction = {};
};

/// Data files that are on disk and not yet in the table.
struct WrittenFiles {
  std::vector<delta::AddFile> files = {};
  std::uint64_t rows = 0;
  std::optional<NewSchema> schema = {};  ///< when columns were added
};

/// Whether the table has this version of the application, or a later one.
bool HasApplied(const delta_log::Snapshot& snapshot, const std::optional<ApplicationVersion>& application);

/// Rows for one commit.
///
/// Order:   Open or Create, Write*, Commit; or Finish in place of Commit, and CommitFiles later, perhaps elsewhere.
/// Threads: one caller. Destroyed before Commit or Finish, it removes what it wrote.
/// Errors:  InvalidInput for rows that the table does not take (columns, types, NOT NULL, constraints), naming row and
///          rule; Unsupported for tables this version does not write; Conflict when other writers are in the way.
class TableWrite {
 public:
  /// Rows of columns `rows` for the table as it is in `snapshot`.
  static core::Result<std::unique_ptr<TableWrite>> Open(const storage::Environment& environment,
                                                        std::shared_ptr<const delta_log::Snapshot> snapshot,
                                                        const arrow::Schema& rows, WriteRequest request);
  /// Rows for a table that comes into being with them.
  static core::Result<std::unique_ptr<TableWrite>> Create(const storage::Environment& environment, NewTable table,
                                                          const arrow::Schema& rows, WriteRequest request);

  core::Status Write(const arrow::RecordBatch& rows) { return writer_->Write(rows); }
  std::uint64_t rows() const { return writer_->rows(); }
  core::Result<TableChange> Commit();
  core::Result<WrittenFiles> Finish();

 private:
  TableWrite(const storage::Environment& environment, WriteRequest request)
      : environment_(environment), request_(std::move(request)) {}

  const storage::Environment& environment_;
  WriteRequest request_;
  std::shared_ptr<const delta_log::Snapshot> snapshot_;  // or
  std::optional<NewTable> new_table_;
  std::optional<NewSchema> new_schema_;
  std::unique_ptr<RowWriter> writer_;
};

/// Commit files that a TableWrite with the same request wrote for `snapshot` or an older one.
core::Result<TableChange> CommitFiles(const storage::Environment& environment,
                                      std::shared_ptr<const delta_log::Snapshot> snapshot, const WriteRequest& request,
                                      WrittenFiles written);
/// The same for the first version of a table; without files, an empty table.
core::Result<TableChange> CommitNewTable(const storage::Environment& environment, const NewTable& table,
                                         const WriteRequest& request, WrittenFiles written);

}  // namespace sluice::table
