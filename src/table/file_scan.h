#pragma once

#include <arrow/type_fwd.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/result.h"
#include "delta/action.h"
#include "delta/row_set.h"
#include "storage/environment.h"
#include "table/data_file_reader.h"
#include "table/row_layout.h"

namespace sluice::table {

/// What a row's change is, in the change data feed.
struct RowChange {
  std::string type = {};  ///< not looked at when it is in the file
  std::int64_t version = 0;
  std::int64_t timestamp_ms = 0;
};

/// A file whose rows are to be read.
struct FileSource {
  std::string path = {};  ///< in the file system
  delta::PartitionValues partition_values = {};
  std::shared_ptr<const delta::RowSet> deleted = {};  ///< rows that are not there; nullptr: none
  std::shared_ptr<const delta::RowSet> only = {};     ///< the only rows that are wanted; nullptr: all
  std::optional<std::int64_t> base_row_id = {};
  std::optional<std::int64_t> default_row_commit_version = {};
  RowChange change = {};
  bool filtered = true;  ///< false: every row is known to satisfy the condition
};

/// Reads the rows of one file of a table: values of partition columns are put in, deleted rows taken out, the condition
/// applied.
///
/// Threads: one at a time. Errors as of DataFileReader; Corruption also for partition values that are none of their
/// column, and for a deletion vector that marks rows beyond the end of the file.
class FileScan {
 public:
  static core::Result<std::unique_ptr<FileScan>> Open(const storage::Environment& environment, FileSource source,
                                                      std::shared_ptr<const RowLayout> layout);
  ~FileScan();

  /// The next rows, under the layout's narrow schema; never empty. nullptr after the last row.
  core::Result<std::shared_ptr<arrow::RecordBatch>> Next();
  /// What is odd about the file and did no harm; whole after the last row.
  std::vector<std::string> TakeNotes();

 private:
  FileScan(const storage::Environment& environment, FileSource source, std::shared_ptr<const RowLayout> layout);

  core::Status ReadPartitionValues();
  core::Status CheckDeletedRows() const;
  core::Result<std::shared_ptr<arrow::RecordBatch>> Assemble(const FileRows& read) const;
  core::Status AppendRowIds(const FileRows& read, arrow::ArrayVector& columns) const;
  core::Status AppendChange(const FileRows& read, arrow::ArrayVector& columns) const;
  core::Result<std::shared_ptr<arrow::RecordBatch>> TakeLive(std::shared_ptr<arrow::RecordBatch> batch,
                                                             std::int64_t first_row) const;

  const storage::Environment& environment_;
  FileSource source_;
  std::shared_ptr<const RowLayout> layout_;
  std::vector<std::shared_ptr<arrow::Scalar>> partition_values_;  // one for each of layout_->partitions
  std::unique_ptr<DataFileReader> reader_;
  std::vector<std::string> notes_;
};

}  // namespace sluice::table
