#pragma once

#include <arrow/type_fwd.h>
#include <parquet/file_writer.h>

#include <cstdint>
#include <memory>
#include <vector>

#include "core/executor.h"
#include "core/result.h"

namespace sluice::parquet {

/// One row group being filled: each column is encoded by a task of its own on the executor.
///
/// Order:   Open (Submit Wait)* Finish, of one group after the other. Threads: one caller.
/// Limits:  compressed pages stay in memory until Finish.
class RowGroup {
 public:
  /// Borrows everything.
  RowGroup(const arrow::Schema& schema, core::Executor& executor, arrow::MemoryPool* pool);

  void Open(::parquet::RowGroupWriter* writer);
  bool open() const { return writer_ != nullptr; }

  /// Start to encode `rows`; they are shared until Wait.
  void Submit(std::shared_ptr<arrow::RecordBatch> rows);
  /// Return when all that was submitted is encoded; the first error, by column.
  core::Status Wait();
  /// Write the pages to the file. May throw what Arrow throws.
  void Finish();

  std::int64_t rows() const { return rows_; }
  /// Encoded bytes so far; pages of a dictionary column count as compressed. To be called after Wait.
  std::uint64_t EncodedBytes() const;

 private:
  struct Share {  // of the columns, for one task
    int field_begin;
    int field_end;
  };

  std::vector<Share> Split(const arrow::RecordBatch& rows) const;
  core::Status Encode(const arrow::RecordBatch& rows, Share share) const;

  const arrow::Schema& schema_;
  core::Executor& executor_;
  arrow::MemoryPool* pool_;
  std::vector<int> first_leaves_;  // of each field
  ::parquet::RowGroupWriter* writer_ = nullptr;
  std::int64_t rows_ = 0;
  std::vector<core::Status> outcomes_;  // one a task; outlives tasks_
  core::TaskGroup tasks_;
};

}  // namespace sluice::parquet
