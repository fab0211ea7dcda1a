#include "delta_log/file_segment.h"

#include <algorithm>
#include <bit>
#include <limits>
#include <mutex>
#include <utility>

#include "delta/path.h"
#include "delta_log/file_key.h"
#include "delta_log/file_segment_builder.h"

namespace sluice::delta_log {
namespace {

constexpr std::uint32_t kFree = std::numeric_limits<std::uint32_t>::max();
constexpr std::uint32_t kNoPartition = kFree;

/// A text that two lists of values share only when they are equal.
void WritePartitionText(const delta::PartitionValues& values, std::string& out) {
  out.clear();
  const auto append = [&out](std::string_view text) {
    const std::uint64_t bytes = text.size();
    out.append(reinterpret_cast<const char*>(&bytes), sizeof bytes).append(text);
  };
  for (const auto& [name, value] : values) {
    append(name);
    out.push_back(value.has_value() ? '=' : '0');
    if (value.has_value()) append(*value);
  }
}

}  // namespace

/// Rows by the hash of their canonical paths; open addressing.
struct FileSegment::Index {
  std::once_flag once;
  std::vector<std::uint32_t> rows;
};

bool FileExtras::empty() const {
  return !deletion_vector && !tags && !base_row_id && !default_row_commit_version && !clustering_provider;
}

const FileExtras* FileSegment::extras(std::size_t row) const {
  if (extra_ids_.empty() || extra_ids_[row] == 0) return nullptr;
  return &extras_[extra_ids_[row] - 1];
}

const delta::DeletionVectorDescriptor* FileSegment::deletion_vector(std::size_t row) const {
  const FileExtras* found = extras(row);
  return found != nullptr && found->deletion_vector.has_value() ? &*found->deletion_vector : nullptr;
}

delta::AddFile FileSegment::Get(std::size_t row) const {
  delta::AddFile add{.path = std::string(path(row)),
                     .partition_values = partition_values(row),
                     .size_bytes = size_bytes(row),
                     .modification_time_ms = modification_time_ms(row)};
  if (const FileExtras* found = extras(row)) {
    add.tags = found->tags;
    add.deletion_vector = found->deletion_vector;
    add.base_row_id = found->base_row_id;
    add.default_row_commit_version = found->default_row_commit_version;
    add.clustering_provider = found->clustering_provider;
  }
  return add;
}

std::optional<std::uint32_t> FileSegment::Find(std::string_view canonical_path) const {
  std::call_once(index_->once, [this] {
    std::vector<std::uint32_t> rows(std::bit_ceil(size() * 2 + 1), kFree);
    std::string storage;
    for (std::uint32_t row = 0; row < size(); ++row) {
      std::size_t slot = KeyOfPath(CanonicalView(path(row), root_, storage)).low & (rows.size() - 1);
      while (rows[slot] != kFree) slot = (slot + 1) & (rows.size() - 1);
      rows[slot] = row;
    }
    index_->rows = std::move(rows);
  });
  const std::vector<std::uint32_t>& rows = index_->rows;
  std::string storage;
  std::size_t slot = KeyOfPath(canonical_path).low & (rows.size() - 1);
  for (; rows[slot] != kFree; slot = (slot + 1) & (rows.size() - 1)) {
    if (CanonicalView(path(rows[slot]), root_, storage) == canonical_path) return rows[slot];
  }
  return std::nullopt;
}

core::Result<std::shared_ptr<const StatsTexts>> FileSegment::LoadStats() const {
  if (stats_ != nullptr) return stats_;
  return stats_source_->Load();
}

FileSegmentBuilder::FileSegmentBuilder(std::string root)
    : root_(std::move(root)), segment_(std::make_shared<FileSegment>()) {}

void FileSegmentBuilder::Reserve(std::size_t rows, std::size_t path_bytes) {
  segment_->paths_.reserve(path_bytes);
  segment_->path_ends_.reserve(rows);
  segment_->sizes_.reserve(rows);
  segment_->modification_times_.reserve(rows);
  segment_->partition_ids_.reserve(rows);
}

void FileSegmentBuilder::AppendRow(std::string_view path, std::int64_t size_bytes, std::int64_t time_ms,
                                   std::uint32_t partition) {
  segment_->paths_.append(path);
  segment_->path_ends_.push_back(segment_->paths_.size());
  segment_->canonical_ = segment_->canonical_ && delta::IsCanonicalPath(path);
  segment_->sizes_.push_back(size_bytes);
  segment_->modification_times_.push_back(time_ms);
  segment_->partition_ids_.push_back(partition);
  if (!segment_->extra_ids_.empty()) segment_->extra_ids_.push_back(0);
}

void FileSegmentBuilder::Add(const delta::AddFile& add) {
  AppendRow(add.path, add.size_bytes, add.modification_time_ms, PartitionId(add.partition_values));
  stats_.Append(add.stats.has_value() ? std::string_view(*add.stats) : std::string_view());
  FileExtras extras{.deletion_vector = add.deletion_vector,
                    .tags = add.tags,
                    .base_row_id = add.base_row_id,
                    .default_row_commit_version = add.default_row_commit_version,
                    .clustering_provider = add.clustering_provider};
  if (!extras.empty()) Extras(size() - 1) = std::move(extras);
}

void FileSegmentBuilder::Copy(const FileSegment& from, std::uint32_t row, std::string_view stats) {
  if (copied_from_ != &from) {
    copied_from_ = &from;
    copied_ids_.assign(from.partitions_.size(), kNoPartition);
  }
  std::uint32_t& partition = copied_ids_[from.partition_ids_[row]];
  if (partition == kNoPartition) partition = PartitionId(from.partition_values(row));
  AppendRow(from.path(row), from.size_bytes(row), from.modification_time_ms(row), partition);
  stats_.Append(stats);
  if (const FileExtras* extras = from.extras(row)) Extras(size() - 1) = *extras;
}

void FileSegmentBuilder::AddPaths(std::span<const std::string_view> paths) {
  FileSegment& segment = *segment_;
  const std::size_t begin = segment.paths_.size();
  bool absolute = false;
  for (const std::string_view path : paths) {
    segment.paths_.append(path);
    segment.path_ends_.push_back(segment.paths_.size());
    absolute = absolute || path.starts_with('/');
  }
  // One search over all: for each path alone it costs more than everything else that is done with it.
  segment.canonical_ =
      segment.canonical_ && !absolute && delta::IsCanonicalPath(std::string_view(segment.paths_).substr(begin));
  segment.sizes_.resize(segment.path_ends_.size());
  segment.modification_times_.resize(segment.path_ends_.size());
  segment.partition_ids_.resize(segment.path_ends_.size(), kNoPartition);
  if (!segment.extra_ids_.empty()) segment.extra_ids_.resize(segment.path_ends_.size());
}

void FileSegmentBuilder::SetPartition(std::size_t row, std::uint32_t partition) {
  segment_->partition_ids_[row] = partition;
}

FileExtras& FileSegmentBuilder::Extras(std::size_t row) {
  if (segment_->extra_ids_.empty()) segment_->extra_ids_.resize(size(), 0);
  std::uint32_t& id = segment_->extra_ids_[row];
  if (id == 0) {
    segment_->extras_.emplace_back();
    id = static_cast<std::uint32_t>(segment_->extras_.size());
  }
  return segment_->extras_[id - 1];
}

std::uint32_t FileSegmentBuilder::PartitionId(const delta::PartitionValues& values) {
  WritePartitionText(values, partition_text_);
  const auto next = static_cast<std::uint32_t>(segment_->partitions_.size());
  const auto [place, fresh] = partition_ids_.try_emplace(partition_text_, next);
  if (fresh) segment_->partitions_.push_back(values);
  return place->second;
}

// Files that follow each other often have the same: a clustering provider and nothing else.
void FileSegmentBuilder::MergeEqualExtras() {
  std::vector<FileExtras> merged;
  for (std::uint32_t& id : segment_->extra_ids_) {
    if (id == 0) continue;
    FileExtras& extras = segment_->extras_[id - 1];
    if (merged.empty() || merged.back() != extras) merged.push_back(std::move(extras));
    id = static_cast<std::uint32_t>(merged.size());
  }
  merged.shrink_to_fit();
  segment_->extras_ = std::move(merged);
}

std::shared_ptr<const FileSegment> FileSegmentBuilder::Build(std::shared_ptr<const StatsSource> stats) {
  std::vector<std::uint32_t>& ids = segment_->partition_ids_;
  if (std::ranges::find(ids, kNoPartition) != ids.end()) {
    std::ranges::replace(ids, kNoPartition, PartitionId({}));
  }
  MergeEqualExtras();
  segment_->root_ = root_;
  segment_->index_ = std::make_shared<FileSegment::Index>();
  if (stats != nullptr) {
    segment_->stats_source_ = std::move(stats);
  } else {
    while (stats_.size() < size()) stats_.Append("");
    segment_->stats_ = std::make_shared<const StatsTexts>(std::move(stats_));
  }
  auto built = std::exchange(segment_, std::make_shared<FileSegment>());
  stats_ = {};
  partition_ids_.clear();
  copied_from_ = nullptr;
  return built;
}

}  // namespace sluice::delta_log
