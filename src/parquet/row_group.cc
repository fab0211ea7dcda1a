#include "parquet/row_group.h"

#include <arrow/record_batch.h>
#include <arrow/type.h>
#include <arrow/util/byte_size.h>

#include <algorithm>
#include <utility>

#include "core/byte_size.h"
#include "parquet/guarded.h"
#include "parquet/leaf_column.h"

namespace sluice::parquet {
namespace {

// Of a batch: below this a lane costs more to hand over than to run.
constexpr std::uint64_t kLaneBytesMin = 256 * core::kKiB;

}  // namespace

RowGroup::RowGroup(const arrow::Schema& schema, core::Executor& executor, arrow::MemoryPool* pool)
    : schema_(schema), pool_(pool), tasks_(executor) {
  int leaf = 0;
  for (const auto& field : schema.fields()) {
    first_leaves_.push_back(leaf);
    leaf += CountLeaves(*field->type());
  }
}

core::Status RowGroup::Open(const ::parquet::SchemaDescriptor& columns, std::span<const ColumnLayout> layouts,
                            std::span<const ChunkOptions> options, ::parquet::BloomFilterBuilder* blooms) {
  rows_ = 0;
  settled_rows_ = 0;
  settled_bytes_ = 0;
  if (blooms != nullptr) blooms->AppendRowGroup();
  for (int i = 0; i < columns.num_columns(); ++i) {
    const auto leaf = static_cast<std::size_t>(i);
    auto* bloom = blooms == nullptr ? nullptr : blooms->CreateBloomFilter(i);
    SLUICE_ASSIGN_OR_RETURN(auto chunk,
                            ColumnChunk::Make(*columns.Column(i), layouts[leaf], options[leaf], bloom, pool_));
    chunks_.push_back(std::move(chunk));
  }
  return core::Ok();
}

// Columns are told apart by their bytes in the group's first rows.
void RowGroup::MakeLanes(const arrow::RecordBatch& rows) {
  std::uint64_t bytes = 0;
  int begin = 0;
  for (int i = 0; i < rows.num_columns(); ++i) {
    bytes += static_cast<std::uint64_t>(arrow::util::ReferencedBufferSize(*rows.column(i)).ValueOr(0));
    if (bytes < kLaneBytesMin && i + 1 < rows.num_columns()) continue;
    lanes_.push_back(std::make_unique<Lane>());
    lanes_.back()->field_begin = begin;
    lanes_.back()->field_end = i + 1;
    begin = i + 1;
    bytes = 0;
  }
}

void RowGroup::Submit(const std::shared_ptr<arrow::RecordBatch>& rows) {
  if (lanes_.empty()) MakeLanes(*rows);
  rows_ += rows->num_rows();
  submitted_bytes_ += static_cast<std::uint64_t>(arrow::util::ReferencedBufferSize(*rows).ValueOr(0));
  for (const auto& lane : lanes_) {
    const std::lock_guard lock(lane->mutex);
    lane->batches.push_back(rows);
    if (std::exchange(lane->running, true)) continue;
    tasks_.Run([this, lane = lane.get()] { Run(*lane); });
  }
}

// Encode what waits in the lane.
void RowGroup::Run(Lane& lane) {
  std::unique_lock lock(lane.mutex);
  while (!lane.batches.empty()) {
    const auto rows = std::move(lane.batches.front());
    lane.batches.pop_front();
    lock.unlock();
    if (lane.outcome) lane.outcome = Guarded(core::ErrorKind::kInternal, [&] { return Encode(*rows, lane); });
    lock.lock();
  }
  lane.running = false;
}

core::Status RowGroup::Encode(const arrow::RecordBatch& rows, const Lane& lane) {
  auto compressor = compressors_.Borrow();
  for (int i = lane.field_begin; i < lane.field_end; ++i) {
    SLUICE_ASSIGN_OR_RETURN(const auto leaves, TakeApart(*schema_.field(i), rows.column(i), pool_));
    auto position = static_cast<std::size_t>(first_leaves_[static_cast<std::size_t>(i)]);
    for (const LeafColumn& leaf : leaves) SLUICE_TRY(chunks_[position++]->Append(leaf, *compressor));
  }
  return core::Ok();
}

core::Status RowGroup::Wait() {
  tasks_.Wait();
  for (const auto& lane : lanes_) SLUICE_TRY(lane->outcome);
  submitted_bytes_ = 0;
  settled_rows_ = rows_;
  settled_bytes_ = 0;
  for (const auto& chunk : chunks_) settled_bytes_ += chunk->encoded_bytes();
  return core::Ok();
}

core::Status RowGroup::Finish() {
  SLUICE_TRY(Wait());
  constexpr std::size_t kChunksPerTask = 2;
  std::vector<core::Status> outcomes((chunks_.size() + kChunksPerTask - 1) / kChunksPerTask);
  for (std::size_t task = 0; task < outcomes.size(); ++task) {
    tasks_.Run([this, &outcomes, task] {
      outcomes[task] = Guarded(core::ErrorKind::kInternal, [&]() -> core::Status {
        auto compressor = compressors_.Borrow();
        const std::size_t end = std::min(chunks_.size(), (task + 1) * kChunksPerTask);
        for (std::size_t i = task * kChunksPerTask; i < end; ++i) SLUICE_TRY(chunks_[i]->Finish(*compressor));
        return core::Ok();
      });
    });
  }
  tasks_.Wait();
  for (core::Status& outcome : outcomes) SLUICE_TRY(outcome);
  return core::Ok();
}

std::vector<std::unique_ptr<ColumnChunk>> RowGroup::Close() {
  lanes_.clear();
  return std::exchange(chunks_, {});
}

double RowGroup::EncodedBytes() const {
  if (settled_rows_ == 0) return 0;
  return static_cast<double>(settled_bytes_) / static_cast<double>(settled_rows_) * static_cast<double>(rows_);
}

}  // namespace sluice::parquet
