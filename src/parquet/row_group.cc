#include "parquet/row_group.h"

#include <arrow/record_batch.h>
#include <arrow/type.h>
#include <arrow/util/byte_size.h>
#include <parquet/column_writer.h>
#include <parquet/properties.h>

#include <utility>

#include "core/byte_size.h"
#include "parquet/file_format.h"
#include "parquet/guarded.h"
#include "parquet/leaf_column.h"

namespace sluice::parquet {
namespace {

// Below this a task costs more to hand over than to run.
constexpr std::uint64_t kTaskBytesMin = 256 * core::kKiB;

}  // namespace

RowGroup::RowGroup(const arrow::Schema& schema, core::Executor& executor, arrow::MemoryPool* pool)
    : schema_(schema), executor_(executor), pool_(pool), tasks_(executor) {
  int leaf = 0;
  for (const auto& field : schema.fields()) {
    first_leaves_.push_back(leaf);
    leaf += CountLeaves(*field->type());
  }
}

void RowGroup::Open(::parquet::RowGroupWriter* writer) {
  writer_ = writer;
  rows_ = 0;
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

void RowGroup::Submit(std::shared_ptr<arrow::RecordBatch> rows) {
  rows_ += rows->num_rows();
  const std::vector<Share> shares = Split(*rows);
  outcomes_.assign(shares.size(), core::Ok());
  for (std::size_t i = 0; i < shares.size(); ++i) {
    tasks_.Run([this, rows, share = shares[i], i] {
      outcomes_[i] = Guarded(core::ErrorKind::kInternal, [&] { return Encode(*rows, share); });
    });
  }
}

core::Status RowGroup::Encode(const arrow::RecordBatch& rows, Share share) const {
  ::parquet::ArrowWriteContext context(pool_, ArrowProperties().get());
  for (int i = share.field_begin; i < share.field_end; ++i) {
    SLUICE_ASSIGN_OR_RETURN(const auto leaves, TakeApart(*schema_.field(i), rows.column(i), pool_));
    int position = first_leaves_[static_cast<std::size_t>(i)];
    for (const LeafColumn& leaf : leaves) SLUICE_TRY(WriteLeaf(*writer_->column(position++), leaf, context));
  }
  return core::Ok();
}

core::Status RowGroup::Wait() {
  tasks_.Wait();
  for (core::Status& outcome : outcomes_) SLUICE_TRY(outcome);
  return core::Ok();
}

void RowGroup::Finish() {
  writer_->Close();
  writer_ = nullptr;
}

std::uint64_t RowGroup::EncodedBytes() const {
  std::int64_t bytes = 0;
  for (int i = 0; i < writer_->num_columns(); ++i) {
    const ::parquet::ColumnWriter& column = *writer_->column(i);
    bytes += column.total_bytes_written() + column.total_compressed_bytes() + column.estimated_buffered_value_bytes() +
             column.estimated_buffered_def_level_bytes() + column.estimated_buffered_rep_level_bytes() +
             column.estimated_buffered_dict_bytes();
  }
  return static_cast<std::uint64_t>(bytes);
}

}  // namespace sluice::parquet
