#include "columns/row_removal.h"

#include <arrow/array/array_base.h>
#include <arrow/array/concatenate.h>
#include <arrow/array/data.h>
#include <arrow/array/util.h>
#include <arrow/buffer.h>
#include <arrow/extension_type.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>
#include <arrow/type_traits.h>
#include <arrow/util/bitmap_ops.h>

#include <algorithm>
#include <cstring>
#include <utility>
#include <vector>

#include "schema/arrow_error.h"

namespace sluice::columns {

namespace {

/// Rows that stay, one behind the other.
struct Run {
  std::int64_t begin;
  std::int64_t length;
};

std::vector<Run> RunsThatStay(std::span<const std::uint8_t> removed) {
  std::vector<Run> runs;
  std::size_t begin = 0;
  while (begin < removed.size()) {
    const auto first = std::find(removed.begin() + static_cast<std::ptrdiff_t>(begin), removed.end(), 0);
    const auto last = std::find_if(first, removed.end(), [](std::uint8_t flag) { return flag != 0; });
    if (first != last) runs.push_back({first - removed.begin(), last - first});
    begin = static_cast<std::size_t>(last - removed.begin());
  }
  return runs;
}

/// Moves the runs of one column after another up, or copies them where others have the memory, too. Bad rows are
/// scattered: what a run costs counts, so that nothing is allocated for one.
class RunGather {
 public:
  RunGather(std::vector<Run> runs, arrow::MemoryPool* pool) : runs_(std::move(runs)), pool_(pool) {
    for (const Run& run : runs_) rows_ += run.length;
  }

  std::int64_t rows() const { return rows_; }

  /// `alone`: nobody else has the column, so that its memory may be used again.
  core::Result<std::shared_ptr<arrow::Array>> Gather(const arrow::Array& column, bool alone) {
    const arrow::ArrayData& data = *column.data();
    alone_ = alone;
    const arrow::Type::type type = StorageType(data.type.get())->id();
    if (type == arrow::Type::BOOL) return Finish(data, &RunGather::CopyBits);
    if (type == arrow::Type::STRING || type == arrow::Type::BINARY) {
      return Finish(data, &RunGather::CopyTexts);
    }
    // A dictionary's indices are of fixed width, too, but are not all of it.
    if (arrow::is_primitive(type) || arrow::is_decimal(type) || type == arrow::Type::FIXED_SIZE_BINARY) {
      return Finish(data, &RunGather::CopyFixed);
    }
    return Concatenate(column);
  }

 private:
  using Buffers = std::vector<std::shared_ptr<arrow::Buffer>>;
  using Copy = core::Status (RunGather::*)(const arrow::ArrayData& data, Buffers* buffers) const;

  static const arrow::DataType* StorageType(const arrow::DataType* type) {
    if (type->id() != arrow::Type::EXTENSION) return type;
    return static_cast<const arrow::ExtensionType*>(type)->storage_type().get();
  }

  core::Result<std::shared_ptr<arrow::Array>> Finish(const arrow::ArrayData& data, Copy copy) const {
    Buffers buffers(1);
    if (data.MayHaveNulls()) {
      SLUICE_ASSIGN_OR_RETURN(buffers[0], GatherBits(data.buffers[0], data.offset));
    }
    SLUICE_TRY((this->*copy)(data, &buffers));
    return arrow::MakeArray(arrow::ArrayData::Make(data.type, rows_, std::move(buffers)));
  }

  core::Result<std::shared_ptr<arrow::Buffer>> Allocate(std::int64_t bytes) const {
    SLUICE_ASSIGN_OR_RETURN(std::shared_ptr<arrow::Buffer> buffer, arrow::AllocateBuffer(bytes, pool_));
    buffer->ZeroPadding();
    return buffer;
  }

  /// Memory for `bytes` of what stays of `from`: `from` itself where nobody else has it, for nothing grows or moves up.
  core::Result<std::shared_ptr<arrow::Buffer>> Replace(const std::shared_ptr<arrow::Buffer>& from,
                                                       std::int64_t bytes) const {
    if (alone_ && from.use_count() == 1 && from->is_mutable() && from->parent() == nullptr) return from;
    return Allocate(bytes);
  }

  core::Result<std::shared_ptr<arrow::Buffer>> GatherBits(const std::shared_ptr<arrow::Buffer>& from,
                                                          std::int64_t offset) const {
    SLUICE_ASSIGN_OR_RETURN(std::shared_ptr<arrow::Buffer> bits, Allocate((rows_ + 7) / 8));
    std::memset(bits->mutable_data(), 0, static_cast<std::size_t>(bits->size()));
    std::int64_t row = 0;
    for (const Run& run : runs_) {
      arrow::internal::CopyBitmap(from->data(), offset + run.begin, run.length, bits->mutable_data(), row);
      row += run.length;
    }
    return bits;
  }

  core::Status CopyBits(const arrow::ArrayData& data, Buffers* buffers) const {
    SLUICE_ASSIGN_OR_RETURN(std::shared_ptr<arrow::Buffer> values, GatherBits(data.buffers[1], data.offset));
    buffers->push_back(std::move(values));
    return core::Ok();
  }

  core::Status CopyFixed(const arrow::ArrayData& data, Buffers* buffers) const {
    const std::int64_t width = StorageType(data.type.get())->byte_width();
    SLUICE_ASSIGN_OR_RETURN(std::shared_ptr<arrow::Buffer> values, Replace(data.buffers[1], rows_ * width));
    const std::uint8_t* const from = data.buffers[1]->data() + data.offset * width;
    std::uint8_t* to = values->mutable_data();
    for (const Run& run : runs_) {
      std::memmove(to, from + run.begin * width, static_cast<std::size_t>(run.length * width));
      to += run.length * width;
    }
    buffers->push_back(std::move(values));
    return core::Ok();
  }

  core::Status CopyTexts(const arrow::ArrayData& data, Buffers* buffers) const {
    const std::int32_t* const from_offsets = data.GetValues<std::int32_t>(1);
    std::int64_t bytes = 0;
    for (const Run& run : runs_) bytes += from_offsets[run.begin + run.length] - from_offsets[run.begin];
    SLUICE_ASSIGN_OR_RETURN(std::shared_ptr<arrow::Buffer> offsets,
                            Replace(data.buffers[1], (rows_ + 1) * kOffsetBytes));
    SLUICE_ASSIGN_OR_RETURN(std::shared_ptr<arrow::Buffer> texts, Replace(data.buffers[2], bytes));
    auto* to_offsets = offsets->mutable_data_as<std::int32_t>();
    std::int32_t end = 0;
    // Each run's first offset is read before the places up to it are written: the two may be the same memory.
    std::int32_t first_begin = from_offsets[runs_.empty() ? 0 : runs_[0].begin];
    *to_offsets++ = 0;
    for (const Run& run : runs_) {
      const std::int32_t begin = run.begin == runs_[0].begin ? first_begin : from_offsets[run.begin];
      const std::int32_t shift = end - begin;
      const std::int32_t* const ends = from_offsets + run.begin + 1;
      for (std::int64_t i = 0; i < run.length; ++i) to_offsets[i] = ends[i] + shift;
      to_offsets += run.length;
      const std::int32_t size = ends[run.length - 1] - begin;
      if (size > 0) {
        std::memmove(texts->mutable_data() + end, data.buffers[2]->data() + begin, static_cast<std::size_t>(size));
      }
      end += size;
    }
    buffers->push_back(std::move(offsets));
    buffers->push_back(std::move(texts));
    return core::Ok();
  }

  /// Nested columns: rare beside rejects.
  core::Result<std::shared_ptr<arrow::Array>> Concatenate(const arrow::Array& column) const {
    arrow::ArrayVector parts;
    parts.reserve(runs_.size());
    for (const Run& run : runs_) parts.push_back(column.Slice(run.begin, run.length));
    if (parts.empty()) parts.push_back(column.Slice(0, 0));
    SLUICE_ASSIGN_OR_RETURN(std::shared_ptr<arrow::Array> kept, arrow::Concatenate(parts, pool_));
    return kept;
  }

  static constexpr std::int64_t kOffsetBytes = sizeof(std::int32_t);

  std::vector<Run> runs_;
  arrow::MemoryPool* pool_;
  std::int64_t rows_ = 0;
  bool alone_ = false;
};

}  // namespace

core::Result<std::shared_ptr<arrow::RecordBatch>> RemoveRows(std::shared_ptr<arrow::RecordBatch>&& batch,
                                                             std::span<const std::uint8_t> removed,
                                                             arrow::MemoryPool* pool) {
  RunGather gather(RunsThatStay(removed), pool);
  if (gather.rows() == batch->num_rows()) return std::move(batch);
  std::vector<std::shared_ptr<arrow::Array>> columns;
  for (int i = 0; i < batch->num_columns(); ++i) {
    // The batch has the array and its data; the array its data; and here is one more of the array.
    const std::shared_ptr<arrow::Array> column = batch->column(i);
    const bool alone = batch.use_count() == 1 && column.use_count() == 2 && column->data().use_count() == 2;
    SLUICE_ASSIGN_OR_RETURN(std::shared_ptr<arrow::Array> kept, gather.Gather(*column, alone));
    columns.push_back(std::move(kept));
  }
  return arrow::RecordBatch::Make(batch->schema(), gather.rows(), std::move(columns));
}

}  // namespace sluice::columns
