#pragma once

#include <arrow/type_fwd.h>
#include <parquet/bloom_filter_writer.h>
#include <parquet/schema.h>

#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

#include "core/executor.h"
#include "core/result.h"
#include "parquet/column_chunk.h"

namespace sluice::parquet {

/// One row group being filled: neighbouring columns share a lane, and each lane encodes its batches in order, on the
/// executor, however far the other lanes are.
///
/// Order:   Open (Submit* Wait)* Finish Close, of one group after the other. Threads: one caller.
/// Limits:  batches stay in memory until Wait, compressed pages as long as their chunks.
class RowGroup {
 public:
  /// Borrows everything.
  RowGroup(const arrow::Schema& schema, core::Executor& executor, arrow::MemoryPool* pool);

  /// Begin a group. `blooms` may be nullptr.
  core::Status Open(const ::parquet::SchemaDescriptor& columns, std::span<const ColumnLayout> layouts,
                    std::span<const ChunkOptions> options, ::parquet::BloomFilterBuilder* blooms);
  bool open() const { return !chunks_.empty(); }

  /// Start to encode `rows`; they are shared until Wait.
  void Submit(const std::shared_ptr<arrow::RecordBatch>& rows);
  /// Return when all that was submitted is encoded; the first error, by column.
  core::Status Wait();
  /// End the last page of every column.
  core::Status Finish();
  /// The chunks, one a leaf column; the group is closed.
  std::vector<std::unique_ptr<ColumnChunk>> Close();

  std::int64_t rows() const { return rows_; }
  /// Bytes of batches submitted since the last Wait.
  std::uint64_t submitted_bytes() const { return submitted_bytes_; }
  /// Encoded bytes of all rows, those since the last Wait as rows are on average; 0 before the first Wait.
  double EncodedBytes() const;
  /// One a leaf column; after Finish.
  std::span<const std::unique_ptr<ColumnChunk>> chunks() const { return chunks_; }

 private:
  struct Lane {
    int field_begin = 0;
    int field_end = 0;
    core::Status outcome = {};
    std::mutex mutex = {};
    std::deque<std::shared_ptr<arrow::RecordBatch>> batches = {};  // guarded by mutex
    bool running = false;                                          // guarded by mutex
  };

  void MakeLanes(const arrow::RecordBatch& rows);
  void Run(Lane& lane);
  core::Status Encode(const arrow::RecordBatch& rows, const Lane& lane);

  const arrow::Schema& schema_;
  arrow::MemoryPool* pool_;
  PageCompressors compressors_;
  std::vector<int> first_leaves_;  // of each field
  std::vector<std::unique_ptr<ColumnChunk>> chunks_;
  std::int64_t rows_ = 0;
  std::uint64_t submitted_bytes_ = 0;
  std::int64_t settled_rows_ = 0;  // at the last Wait
  std::int64_t settled_bytes_ = 0;
  std::vector<std::unique_ptr<Lane>> lanes_;  // outlive tasks_
  core::TaskGroup tasks_;
};

}  // namespace sluice::parquet
