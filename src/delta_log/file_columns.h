#pragma once

#include <arrow/type_fwd.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/result.h"
#include "delta/action.h"
#include "delta_log/checkpoint_schema.h"
#include "delta_log/file_segment.h"
#include "delta_log/statistics_column.h"

namespace sluice::delta_log {

/// Live files as rows of a checkpoint's `add` column. Threads: one at a time. Borrows the layout.
class AddColumnWriter {
 public:
  AddColumnWriter(const CheckpointLayout& layout, std::shared_ptr<arrow::DataType> type, arrow::MemoryPool* pool);
  ~AddColumnWriter();

  /// `stats` as JSON text, "" for none. Corruption: a partition value that is not of its column's type.
  core::Status Append(const FileSegment& files, std::uint32_t row, std::string_view stats);
  /// Add nulls until there are `rows` rows.
  core::Status PadTo(std::int64_t rows);
  /// Bytes of text so far.
  std::uint64_t bytes() const { return bytes_; }
  /// The rows; the writer is empty afterwards.
  core::Result<std::shared_ptr<arrow::Array>> Finish();

 private:
  using Scalars = std::vector<std::shared_ptr<arrow::Scalar>>;
  core::Status AppendPartition(const delta::PartitionValues& values);
  core::Result<const Scalars*> ParsePartition(const delta::PartitionValues& values);

  const CheckpointLayout& layout_;
  std::unique_ptr<arrow::StructBuilder> builder_;
  std::optional<StatisticsColumnWriter> statistics_;
  arrow::StructBuilder* partitions_ = nullptr;                          // partitionValues_parsed
  std::unordered_map<const delta::PartitionValues*, Scalars> scalars_;  // by the address in its segment
  std::uint64_t bytes_ = 0;
};

/// Tombstones as rows of a checkpoint's `remove` column. Threads: one at a time.
class RemoveColumnWriter {
 public:
  RemoveColumnWriter(std::shared_ptr<arrow::DataType> type, arrow::MemoryPool* pool);
  ~RemoveColumnWriter();

  core::Status Append(const delta::RemoveFile& remove);
  core::Status PadTo(std::int64_t rows);
  core::Result<std::shared_ptr<arrow::Array>> Finish();

 private:
  std::unique_ptr<arrow::StructBuilder> builder_;
};

}  // namespace sluice::delta_log
