#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/huge_pages.h"
#include "core/result.h"
#include "delta/action.h"

namespace sluice::delta_log {

/// What few files have.
struct FileExtras {
  std::optional<delta::DeletionVectorDescriptor> deletion_vector = {};
  std::optional<delta::StringMap> tags = {};
  std::optional<std::int64_t> base_row_id = {};
  std::optional<std::int64_t> default_row_commit_version = {};
  std::optional<std::string> clustering_provider = {};

  bool operator==(const FileExtras& other) const = default;
  bool empty() const;
};

/// Statistics of the files of a segment as JSON text; "" for a file without.
class StatsTexts {
 public:
  std::string_view text(std::size_t row) const {
    const std::uint64_t begin = row == 0 ? 0 : ends_[row - 1];
    return std::string_view(bytes_).substr(begin, ends_[row] - begin);
  }
  void Append(std::string_view text) {
    bytes_.append(text);
    ends_.push_back(bytes_.size());
  }
  std::size_t size() const { return ends_.size(); }
  std::uint64_t bytes() const { return bytes_.size(); }

 private:
  std::string bytes_;
  std::vector<std::uint64_t> ends_;
};

/// Reads statistics that were left in a checkpoint when its files were read.
class StatsSource {
 public:
  virtual ~StatsSource() = default;
  /// One text a row of the segment. Statistics that are there as a struct only are put into JSON, with every digit.
  virtual core::Result<std::shared_ptr<const StatsTexts>> Load() const = 0;
};

/// Some added files, column by column; never changes. About 40 bytes a file beside its path.
///
/// Threads: any.
class FileSegment {
 public:
  std::size_t size() const { return sizes_.size(); }
  /// As in the log: percent-encoded.
  std::string_view path(std::size_t row) const {
    const std::uint64_t begin = row == 0 ? 0 : path_ends_[row - 1];
    return std::string_view(paths_).substr(begin, path_ends_[row] - begin);
  }
  /// True: for every path, CanonicalPath (path.h) is the path itself.
  bool canonical() const { return canonical_; }
  std::int64_t size_bytes(std::size_t row) const { return sizes_[row]; }
  std::int64_t modification_time_ms(std::size_t row) const { return modification_times_[row]; }
  /// Files of one partition share one object.
  const delta::PartitionValues& partition_values(std::size_t row) const { return partitions_[partition_ids_[row]]; }
  std::uint32_t partition_id(std::size_t row) const { return partition_ids_[row]; }
  const std::vector<delta::PartitionValues>& partitions() const { return partitions_; }
  /// nullptr when the file has none.
  const FileExtras* extras(std::size_t row) const;
  const delta::DeletionVectorDescriptor* deletion_vector(std::size_t row) const;
  /// The file as its action, `data_change` true, without statistics.
  delta::AddFile Get(std::size_t row) const;

  /// The rows whose canonical path (path.h) is `path`. The index is made at the first call.
  std::optional<std::uint32_t> Find(std::string_view canonical_path) const;

  /// Held here, or read from the checkpoint now.
  core::Result<std::shared_ptr<const StatsTexts>> LoadStats() const;
  /// The statistics that are held here; nullptr when they are still in a checkpoint.
  const StatsTexts* held_stats() const { return stats_.get(); }

 private:
  friend class FileSegmentBuilder;
  struct Index;

  std::string root_;
  std::basic_string<char, std::char_traits<char>, core::HugePageAllocator<char>> paths_;
  bool canonical_ = true;  // all paths are their own canonical text
  std::vector<std::uint64_t> path_ends_;
  std::vector<std::int64_t> sizes_;
  std::vector<std::int64_t> modification_times_;
  std::vector<std::uint32_t> partition_ids_;
  std::vector<delta::PartitionValues> partitions_;
  std::vector<FileExtras> extras_;
  std::vector<std::uint32_t> extra_ids_;  // empty when no file has extras; else 0 = none, or 1 + its place
  std::shared_ptr<const StatsTexts> stats_;
  std::shared_ptr<const StatsSource> stats_source_;
  std::shared_ptr<Index> index_;
};

}  // namespace sluice::delta_log
