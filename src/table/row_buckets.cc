#include "table/row_buckets.h"

#include <arrow/array/array_primitive.h>
#include <arrow/buffer.h>
#include <arrow/compute/api_vector.h>
#include <arrow/compute/exec.h>
#include <arrow/datum.h>
#include <arrow/record_batch.h>
#include <arrow/util/byte_size.h>

#include <algorithm>
#include <utility>

#include "schema/arrow_error.h"

namespace sluice::table {
namespace {

using BatchPointer = std::shared_ptr<arrow::RecordBatch>;

core::Result<BatchPointer> Join(const arrow::RecordBatchVector& batches, arrow::MemoryPool* pool) {
  if (batches.size() == 1) return batches.front();
  SLUICE_ASSIGN_OR_RETURN(auto joined, arrow::ConcatenateRecordBatches(batches, pool));
  return joined;
}

/// The rows in the order of their buckets, and where each bucket ends.
struct Dealt {
  BatchPointer rows = {};
  std::vector<std::int64_t> ends = {};
};

core::Result<Dealt> Deal(const BatchPointer& rows, std::span<const std::uint32_t> buckets, std::size_t count,
                         arrow::MemoryPool* pool) {
  Dealt dealt{.ends = std::vector<std::int64_t>(count)};
  for (const std::uint32_t bucket : buckets) ++dealt.ends[bucket];
  std::vector<std::int64_t> next(count);
  for (std::size_t i = 1; i < count; ++i) {
    next[i] = dealt.ends[i - 1];
    dealt.ends[i] += dealt.ends[i - 1];
  }
  std::vector<std::int32_t> places(buckets.size());
  for (std::size_t row = 0; row < buckets.size(); ++row) {
    places[static_cast<std::size_t>(next[buckets[row]]++)] = static_cast<std::int32_t>(row);
  }
  const arrow::Int32Array indices(rows->num_rows(), arrow::Buffer::Wrap(places));
  arrow::compute::ExecContext context(pool);
  context.set_use_threads(false);
  SLUICE_ASSIGN_OR_RETURN(const arrow::Datum taken,
                          arrow::compute::Take(rows, indices, arrow::compute::TakeOptions::NoBoundsCheck(), &context));
  dealt.rows = taken.record_batch();
  return dealt;
}

}  // namespace

RowBuckets::RowBuckets(const std::shared_ptr<arrow::Schema>& schema, std::size_t count, std::uint64_t memory_bytes,
                       arrow::MemoryPool* pool)
    : buckets_(count), memory_bytes_(memory_bytes), pool_(pool), spill_(schema, pool) {}

core::Status RowBuckets::Add(const BatchPointer& rows, std::span<const std::uint32_t> buckets) {
  SLUICE_ASSIGN_OR_RETURN(const Dealt dealt, Deal(rows, buckets, buckets_.size(), pool_));
  const auto bytes = static_cast<std::uint64_t>(arrow::util::TotalBufferSize(*dealt.rows));
  const auto row_bytes = bytes / static_cast<std::uint64_t>(std::max<std::int64_t>(rows->num_rows(), 1)) + 1;
  std::int64_t begin = 0;
  for (std::size_t bucket = 0; bucket < buckets_.size(); ++bucket) {
    const std::int64_t end = dealt.ends[bucket];
    if (end == begin) continue;
    buckets_[bucket].push_back(
        {.rows = dealt.rows->Slice(begin, end - begin), .bytes = row_bytes * static_cast<std::uint64_t>(end - begin)});
    begin = end;
  }
  held_bytes_ += bytes;
  return held_bytes_ > memory_bytes_ ? Spill() : core::Ok();
}

// Slices of all buckets share the memory of the batch they came in: it is free once all of them are on disk.
core::Status RowBuckets::Spill() {
  for (std::deque<Piece>& bucket : buckets_) {
    arrow::RecordBatchVector held;
    Piece spilled;
    for (; !bucket.empty() && bucket.back().rows; bucket.pop_back()) {
      spilled.bytes += bucket.back().bytes;
      held.push_back(std::move(bucket.back().rows));
    }
    if (held.empty()) continue;
    std::reverse(held.begin(), held.end());
    SLUICE_ASSIGN_OR_RETURN(const BatchPointer joined, Join(held, pool_));
    SLUICE_ASSIGN_OR_RETURN(spilled.place, spill_.Append(*joined));
    bucket.push_back(std::move(spilled));
  }
  held_bytes_ = 0;
  return core::Ok();
}

core::Result<BatchPointer> RowBuckets::Next(std::size_t bucket, std::uint64_t bytes_max) {
  std::deque<Piece>& pieces = buckets_[bucket];
  arrow::RecordBatchVector taken;
  std::uint64_t bytes = 0;
  while (!pieces.empty() && (taken.empty() || bytes + pieces.front().bytes <= bytes_max)) {
    Piece& piece = pieces.front();
    if (piece.place) {
      SLUICE_ASSIGN_OR_RETURN(piece.rows, spill_.Read(*piece.place));
    }
    bytes += piece.bytes;
    taken.push_back(std::move(piece.rows));
    pieces.pop_front();
  }
  if (taken.empty()) return BatchPointer();
  return Join(taken, pool_);
}

}  // namespace sluice::table
