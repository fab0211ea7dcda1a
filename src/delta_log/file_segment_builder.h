#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "delta_log/file_segment.h"

namespace sluice::delta_log {

/// Makes a FileSegment row by row, or column by column. Threads: one owner.
///
/// Order: rows ((AddPaths SetTimes…)* or Add* or Copy*) Build. Statistics come row by row (Add, Copy), or from a source
/// that Build is given.
class FileSegmentBuilder {
 public:
  /// `root` is the table's folder: paths below it are the same with and without it.
  explicit FileSegmentBuilder(std::string root);

  std::size_t size() const { return segment_->sizes_.size(); }
  void Reserve(std::size_t rows, std::size_t path_bytes = 0);

  /// One whole file with its statistics.
  void Add(const delta::AddFile& add);
  /// A row of another segment; `stats` are its statistics.
  void Copy(const FileSegment& from, std::uint32_t row, std::string_view stats);

  /// Rows that have only a path yet: size and time 0, partition {}.
  void AddPaths(std::span<const std::string_view> paths);
  void set_size_bytes(std::size_t row, std::int64_t bytes) { segment_->sizes_[row] = bytes; }
  void set_modification_time_ms(std::size_t row, std::int64_t ms) { segment_->modification_times_[row] = ms; }
  void SetPartition(std::size_t row, std::uint32_t partition);
  /// What few files have; made when it is first asked for.
  FileExtras& Extras(std::size_t row);
  /// The number of a partition; equal ones get one number.
  std::uint32_t PartitionId(const delta::PartitionValues& values);

  /// The finished segment; the builder is empty afterwards. Without rows, too.
  std::shared_ptr<const FileSegment> Build(std::shared_ptr<const StatsSource> stats = nullptr);

 private:
  void MergeEqualExtras();
  void AppendRow(std::string_view path, std::int64_t size_bytes, std::int64_t time_ms, std::uint32_t partition);

  std::string root_;
  std::shared_ptr<FileSegment> segment_;
  StatsTexts stats_;
  std::unordered_map<std::string, std::uint32_t> partition_ids_;  // by a text of the values
  std::string partition_text_;
  const FileSegment* copied_from_ = nullptr;  // whose partitions copied_ids_ are about
  std::vector<std::uint32_t> copied_ids_;
};

}  // namespace sluice::delta_log
