#include "delta_log/sorted_files.h"

#include <algorithm>
#include <cstdint>
#include <utility>

namespace sluice::delta_log {
namespace {

// One number for each partition of each segment, in the order of the partitions' values.
std::vector<std::vector<std::uint32_t>> RankPartitions(const FileTable& files) {
  struct Place {
    const delta::PartitionValues* values;
    std::uint32_t segment;
    std::uint32_t id;
  };
  std::vector<Place> places;
  std::vector<std::vector<std::uint32_t>> ranks(files.segment_count());
  for (std::uint32_t segment = 0; segment < ranks.size(); ++segment) {
    const std::vector<delta::PartitionValues>& partitions = files.segment(segment).partitions();
    ranks[segment].resize(partitions.size());
    for (std::uint32_t id = 0; id < partitions.size(); ++id) places.push_back({&partitions[id], segment, id});
  }
  std::ranges::sort(places, [](const Place& left, const Place& right) { return *left.values < *right.values; });
  std::uint32_t rank = 0;
  for (std::size_t i = 0; i < places.size(); ++i) {
    if (i > 0 && *places[i - 1].values != *places[i].values) ++rank;
    ranks[places[i].segment][places[i].id] = rank;
  }
  return ranks;
}

}  // namespace

std::vector<FileRef> SortFiles(const FileTable& files) {
  const std::vector<std::vector<std::uint32_t>> ranks = RankPartitions(files);
  const auto before = [&](FileRef left, FileRef right) {
    const std::uint32_t left_rank = ranks[left.segment][files.segment(left.segment).partition_id(left.row)];
    const std::uint32_t right_rank = ranks[right.segment][files.segment(right.segment).partition_id(right.row)];
    if (left_rank != right_rank) return left_rank < right_rank;
    return files.path(left) < files.path(right);
  };
  std::vector<FileRef> order = files.All();
  // After a checkpoint of ours most of it is sorted: runs are merged, not sorted again.
  std::size_t sorted = 1;
  while (sorted < order.size() && !before(order[sorted], order[sorted - 1])) ++sorted;
  const auto middle = order.begin() + static_cast<std::ptrdiff_t>(std::min(sorted, order.size()));
  if (middle == order.end()) return order;
  std::sort(middle, order.end(), before);
  std::vector<FileRef> merged(order.size());
  std::merge(order.begin(), middle, middle, order.end(), merged.begin(), before);
  return merged;
}

StatsCursor::StatsCursor(const FileTable& files, const std::vector<FileRef>& order)
    : files_(files), segments_(files.segment_count()) {
  for (const FileRef file : order) ++segments_[file.segment].left;
}

core::Result<std::string_view> StatsCursor::Next(FileRef file) {
  Segment& segment = segments_[file.segment];
  if (segment.texts == nullptr) {
    SLUICE_ASSIGN_OR_RETURN(segment.texts, files_.segment(file.segment).LoadStats());
  }
  const std::string_view text = segment.texts->text(file.row);
  if (--segment.left == 0) last_ = std::exchange(segment.texts, nullptr);
  return text;
}

}  // namespace sluice::delta_log
