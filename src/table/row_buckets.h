#pragma once

#include <arrow/type_fwd.h>

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "core/result.h"
#include "table/row_spill.h"

namespace sluice::table {

/// Deals rows out to buckets; those of each bucket keep their order. What is too much for memory goes to disk.
///
/// Order: Add*, then Next* of each bucket. Threads: one at a time.
class RowBuckets {
 public:
  /// Rows of `schema`, `memory_bytes` of them in memory.
  RowBuckets(const std::shared_ptr<arrow::Schema>& schema, std::size_t count, std::uint64_t memory_bytes,
             arrow::MemoryPool* pool);

  /// `buckets`: one number a row, below the count.
  core::Status Add(const std::shared_ptr<arrow::RecordBatch>& rows, std::span<const std::uint32_t> buckets);
  /// The next rows of a bucket: about `bytes_max`, more only when they came so; nullptr when none are left.
  core::Result<std::shared_ptr<arrow::RecordBatch>> Next(std::size_t bucket, std::uint64_t bytes_max);
  std::uint64_t spilled_bytes() const { return spill_.bytes(); }

 private:
  struct Piece {
    std::shared_ptr<arrow::RecordBatch> rows = {};  // or
    std::optional<RowSpill::Place> place = {};
    std::uint64_t bytes = 0;  // in memory
  };

  core::Status Spill();

  std::vector<std::deque<Piece>> buckets_;
  std::uint64_t memory_bytes_;
  std::uint64_t held_bytes_ = 0;
  arrow::MemoryPool* pool_;
  RowSpill spill_;
};

}  // namespace sluice::table
