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

// Below this a task costs more to hand over than to run.
constexpr std::uint64_t kTaskBytesMin = 256 * core::kKiB;

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

std::vector<RowGroup::Share> RowGroup::Split(const arrow::RecordBatch& rows) const {
  std::vector<Share> shares;
  std::uint64_t bytes = 0;
  int begin = 0;
  for (int i = 0; i < rows.num_columns(); ++i) {
    bytes += static_cast<std::uint64_t>(arrow::util::ReferencedBufferSize(*rows.column(i)).ValueOr(0));
    if (bytes < kTaskBytesMin && i + 1 < rows.num_columns()) continue;
    shares.push_back({begin, i + 1});
    begin = i + 1;
    bytes = 0;
  }
  return shares;
}

// Run `work` for every number below `count`; Wait tells how it went.
void RowGroup::Run(std::size_t count, const std::function<core::Status(std::size_t)>& work) {
  outcomes_.assign(count, core::Ok());
  for (std::size_t i = 0; i < count; ++i) {
    tasks_.Run([this, work, i] { outcomes_[i] = Guarded(core::ErrorKind::kInternal, [&] { return work(i); }); });
  }
}

void RowGroup::Submit(std::shared_ptr<arrow::RecordBatch> rows) {
  rows_ += rows->num_rows();
  const std::vector<Share> shares = Split(*rows);
  Run(shares.size(), [this, rows = std::move(rows), shares](std::size_t i) { return Encode(*rows, shares[i]); });
}

core::Status RowGroup::Encode(const arrow::RecordBatch& rows, Share share) {
  auto compressor = compressors_.Borrow();
  for (int i = share.field_begin; i < share.field_end; ++i) {
    SLUICE_ASSIGN_OR_RETURN(const auto leaves, TakeApart(*schema_.field(i), rows.column(i), pool_));
    auto position = static_cast<std::size_t>(first_leaves_[static_cast<std::size_t>(i)]);
    for (const LeafColumn& leaf : leaves) SLUICE_TRY(chunks_[position++]->Append(leaf, *compressor));
  }
  return core::Ok();
}

core::Status RowGroup::Wait() {
  tasks_.Wait();
  for (core::Status& outcome : outcomes_) SLUICE_TRY(outcome);
  return core::Ok();
}

core::Status RowGroup::Finish() {
  SLUICE_TRY(Wait());
  constexpr std::size_t kChunksPerTask = 8;
  const std::size_t tasks = (chunks_.size() + kChunksPerTask - 1) / kChunksPerTask;
  Run(tasks, [this](std::size_t task) -> core::Status {
    auto compressor = compressors_.Borrow();
    const std::size_t end = std::min(chunks_.size(), (task + 1) * kChunksPerTask);
    for (std::size_t i = task * kChunksPerTask; i < end; ++i) SLUICE_TRY(chunks_[i]->Finish(*compressor));
    return core::Ok();
  });
  return Wait();
}

std::uint64_t RowGroup::EncodedBytes() const {
  std::int64_t bytes = 0;
  for (const auto& chunk : chunks_) bytes += chunk->encoded_bytes();
  return static_cast<std::uint64_t>(bytes);
}

}  // namespace sluice::parquet
