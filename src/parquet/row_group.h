#pragma once

#include <arrow/type_fwd.h>
#include <parquet/bloom_filter_writer.h>
#include <parquet/schema.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "core/executor.h"
#include "core/result.h"
#include "parquet/column_chunk.h"

namespace sluice::parquet {

/// One row group being filled: its columns are encoded by tasks on the executor.
///
/// Order:   Open (Submit Wait)* Finish, of one group after the other. Threads: one caller.
/// Limits:  compressed pages stay in memory until they are released with Close.
class RowGroup {
 public:
  /// Borrows everything.
  RowGroup(const arrow::Schema& schema, core::Executor& executor, arrow::MemoryPool* pool);

  /// Begin a group. `blooms` may be nullptr.
  core::Status Open(const ::parquet::SchemaDescriptor& columns, std::span<const ColumnLayout> layouts,
                    std::span<const ChunkOptions> options, ::parquet::BloomFilterBuilder* blooms);
  bool open() const { return !chunks_.empty(); }

  /// Start to encode `rows`; they are shared until Wait.
  void Submit(std::shared_ptr<arrow::RecordBatch> rows);
  /// Return when all that was submitted is encoded; the first error, by column.
  core::Status Wait();
  /// End the last page of every column.
  core::Status Finish();
  void Close() { chunks_.clear(); }

  std::int64_t rows() const { return rows_; }
  /// Encoded bytes so far. To be called after Wait.
  std::uint64_t EncodedBytes() const;
  /// One a leaf column; after Finish.
  std::span<const std::unique_ptr<ColumnChunk>> chunks() const { return chunks_; }

 private:
  struct Share {  // of the columns, for one task
    int field_begin;
    int field_end;
  };

  std::vector<Share> Split(const arrow::RecordBatch& rows) const;
  core::Status Encode(const arrow::RecordBatch& rows, Share share);
  void Run(std::size_t count, const std::function<core::Status(std::size_t)>& work);

  const arrow::Schema& schema_;
  arrow::MemoryPool* pool_;
  PageCompressors compressors_;
  std::vector<int> first_leaves_;  // of each field
  std::vector<std::unique_ptr<ColumnChunk>> chunks_;
  std::int64_t rows_ = 0;
  std::vector<core::Status> outcomes_;  // one a task; outlives tasks_
  core::TaskGroup tasks_;
};

}  // namespace sluice::parquet
