#pragma once

#include <arrow/type_fwd.h>

#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/byte_size.h"
#include "core/result.h"
#include "delta/action.h"
#include "delta/statistics.h"
#include "storage/environment.h"
#include "table/partition_split.h"
#include "table/table_shape.h"

namespace sluice::table {

struct DataWriterOptions {
  /// A file is ended once it holds about so many bytes.
  std::uint64_t file_bytes_target = 128 * core::kMiB;
  /// False: the rows were in the table before.
  bool data_change = true;
  std::optional<delta::StringMap> tags = {};
  std::optional<std::string> clustering_provider = {};
};

/// Writes rows as data files of a table, each partition to files of its own, with statistics gathered on the way.
///
/// Order:   Open (Write* EndFiles*)* Finish. Threads: one caller; columns are encoded on the executor.
/// Limits:  at most kOpenFilesMax files are open, fewer when memory is short; the one not written to for longest is
///          ended when another is needed.
/// Crash:   files lie under their final, unique names and nothing names them: readers never see them, and vacuum
///          removes them. Destroyed without Finish, or by Discard, they are removed.
class DataWriter {
 public:
  static constexpr std::size_t kOpenFilesMax = 64;

  /// Borrows `environment`, which outlives the writer. Unsupported for columns that cannot be written.
  static core::Result<std::unique_ptr<DataWriter>> Open(const storage::Environment& environment, TableShape shape,
                                                        DataWriterOptions options);
  ~DataWriter();
  DataWriter(const DataWriter&) = delete;
  DataWriter& operator=(const DataWriter&) = delete;

  /// Add rows in the columns of RowSchema(shape).
  core::Status Write(const std::shared_ptr<arrow::RecordBatch>& rows);
  /// End all files at hand; the next rows go to new ones.
  core::Status EndFiles();
  /// End all files, sync them and their folders, and give the actions that name them, in the order they were ended.
  core::Result<std::vector<delta::AddFile>> Finish();
  /// Remove all files, those that Finish gave included. For a commit that is known to have failed.
  void Discard();

  std::uint64_t rows() const { return rows_; }
  std::uint64_t bytes() const { return bytes_; }  ///< of the files that were ended

 private:
  class OpenFile;

  DataWriter(const storage::Environment& environment, TableShape shape, DataWriterOptions options, PartitionSplit split,
             std::shared_ptr<arrow::Schema> file_schema);
  core::Result<OpenFile*> FileFor(const PartitionKey& key);
  core::Status End(OpenFile& file);
  core::Result<std::string> NewName(const PartitionKey& key);

  const storage::Environment& environment_;
  TableShape shape_;
  DataWriterOptions options_;
  PartitionSplit split_;
  std::shared_ptr<arrow::Schema> file_schema_;
  std::vector<delta::StatisticsColumn> statistics_columns_;
  std::size_t open_max_;
  std::list<std::unique_ptr<OpenFile>> open_;  // the last one was written to last
  std::vector<delta::AddFile> added_;
  std::vector<std::string> created_;  // every path, to be removed unless finished
  bool finished_ = false;
  std::uint32_t sequence_ = 0;
  std::uint64_t rows_ = 0;
  std::uint64_t bytes_ = 0;
};

}  // namespace sluice::table
