#include "table/rewrite_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "delta/partition_value.h"
#include "delta/path.h"
#include "parquet/footer.h"
#include "table/file_condition.h"
#include "table/scan_plan.h"

namespace sluice::table {
namespace {

using delta_log::FileRef;
using delta_log::FileSegment;

core::Result<std::vector<FileRef>> FilesOf(const delta_log::Snapshot& snapshot, const std::string& where) {
  if (where.empty()) return snapshot.files.All();
  SLUICE_ASSIGN_OR_RETURN(const expression::Expression condition, BindCondition(snapshot, where));
  if (!NamesPartitionsOnly(snapshot, condition)) {
    return core::InvalidInput(fmt::format("'{}' looks at more than partition columns", where))
        .WithHint("files are rewritten by partition: name partition columns only, or leave the condition out");
  }
  SLUICE_ASSIGN_OR_RETURN(const ScanPlan plan, PlanScan(snapshot, condition, {}));
  std::vector<FileRef> files;
  for (const PlannedFile& planned : plan.files) files.push_back(planned.file);
  std::sort(files.begin(), files.end());
  return files;
}

/// Collects files by partition.
class Collector {
 public:
  Collector(const delta_log::Snapshot& snapshot, const std::vector<delta::StatisticsColumn>& columns)
      : snapshot_(snapshot), fields_(snapshot.PartitionFields()), parser_(columns) {}

  core::Status Add(FileRef ref) {
    const FileSegment& segment = snapshot_.files.segment(ref.segment);
    if (segment_ != ref.segment) {
      segment_ = ref.segment;
      places_.assign(segment.partitions().size(), std::nullopt);
      SLUICE_ASSIGN_OR_RETURN(texts_, segment.LoadStats());
    }
    auto& place = places_[segment.partition_id(ref.row)];
    if (!place) {
      SLUICE_ASSIGN_OR_RETURN(PartitionKey key, KeyOf(segment.partition_values(ref.row)));
      place = partitions_.try_emplace(key, RewritePartition{.key = key}).first;
    }
    (*place)->second.files.push_back(Describe(segment, ref));
    return core::Ok();
  }

  std::vector<RewritePartition> Finish() {
    std::vector<RewritePartition> partitions;
    for (auto& [key, partition] : partitions_) {
      SortByBounds(partition.files);
      partitions.push_back(std::move(partition));
    }
    return partitions;
  }

 private:
  core::Result<PartitionKey> KeyOf(const delta::PartitionValues& values) const {
    PartitionKey key;
    for (const delta::Field* field : fields_) {
      std::optional<std::string> text;
      for (const auto& [name, value] : values) {
        if (name == field->physical_name) text = value;
      }
      SLUICE_ASSIGN_OR_RETURN(const auto scalar, delta::ParsePartitionValue(text, field->type));
      SLUICE_ASSIGN_OR_RETURN(text, delta::FormatPartitionValue(*scalar, field->type));
      key.push_back(std::move(text));
    }
    return key;
  }

  RewriteFile Describe(const FileSegment& segment, FileRef ref) {
    RewriteFile file{.file = ref,
                     .size_bytes = segment.size_bytes(ref.row),
                     .modification_time_ms = segment.modification_time_ms(ref.row)};
    if (const auto* extras = segment.extras(ref.row)) {
      if (extras->deletion_vector) file.deleted = extras->deletion_vector->cardinality;
      file.tags = extras->tags;
      file.clustering_provider = extras->clustering_provider;
    }
    if (const delta::FileStatistics* statistics = parser_.Parse(texts_->text(ref.row))) {
      file.records = statistics->records;
      file.bounds = statistics->columns;
    }
    file.bounds.resize(parser_.columns().size());
    return file;
  }

  void SortByBounds(std::vector<RewriteFile>& files) const {
    const auto path = [&](const RewriteFile& file) { return snapshot_.files.path(file.file); };
    std::sort(files.begin(), files.end(), [&](const RewriteFile& left, const RewriteFile& right) {
      const auto* low = left.bounds.empty() || !left.bounds[0].min ? nullptr : &*left.bounds[0].min;
      const auto* high = right.bounds.empty() || !right.bounds[0].min ? nullptr : &*right.bounds[0].min;
      if ((low == nullptr) != (high == nullptr)) return high == nullptr;
      if (low != nullptr) {
        const std::partial_ordering order = delta::Compare(*low, *high);
        if (order != 0) return order < 0;
      }
      return std::tuple(left.modification_time_ms, path(left)) < std::tuple(right.modification_time_ms, path(right));
    });
  }

  using Partitions = std::map<PartitionKey, RewritePartition>;

  const delta_log::Snapshot& snapshot_;
  std::vector<const delta::Field*> fields_;
  delta::StatisticsParser parser_;
  Partitions partitions_;
  std::optional<std::uint32_t> segment_;
  std::vector<std::optional<Partitions::iterator>> places_;  // by the segment's partition ids
  std::shared_ptr<const delta_log::StatsTexts> texts_;
};

}  // namespace

double RewriteFile::deleted_share() const {
  if (deleted == 0) return 0;
  return records && *records > 0 ? static_cast<double>(deleted) / static_cast<double>(*records) : 1;
}

std::int64_t RewriteFile::live_bytes() const {
  const double share = records ? deleted_share() : 0;
  return static_cast<std::int64_t>(static_cast<double>(size_bytes) * (1 - share));
}

std::string_view RewriteFile::tag(std::string_view name) const {
  if (!tags) return {};
  const auto found = tags->find(name);
  return found == tags->end() ? std::string_view() : found->second;
}

std::int64_t RewriteUnit::size_bytes() const {
  std::int64_t bytes = 0;
  for (const RewriteFile& file : files) bytes += file.size_bytes;
  return bytes;
}

std::int64_t RewriteUnit::live_bytes() const {
  std::int64_t bytes = 0;
  for (const RewriteFile& file : files) bytes += file.live_bytes();
  return bytes;
}

core::Result<std::vector<RewritePartition>> FindRewriteFiles(const delta_log::Snapshot& snapshot,
                                                             const std::string& where,
                                                             const std::vector<delta::StatisticsColumn>& columns) {
  SLUICE_ASSIGN_OR_RETURN(const std::vector<FileRef> files, FilesOf(snapshot, where));
  Collector collector(snapshot, columns);
  for (const FileRef file : files) SLUICE_TRY(collector.Add(file));
  return collector.Finish();
}

core::Result<std::uint64_t> CountLiveRows(const storage::Environment& environment, const delta_log::Snapshot& snapshot,
                                          const std::vector<RewriteFile>& files) {
  std::int64_t rows = 0;
  for (const RewriteFile& file : files) {
    std::int64_t records = 0;
    if (file.records) {
      records = *file.records;
    } else {
      SLUICE_ASSIGN_OR_RETURN(
          const std::string path,
          delta::ResolveFilePath(std::string(snapshot.files.path(file.file)), snapshot.root, false));
      SLUICE_ASSIGN_OR_RETURN(const auto footer, parquet::ReadFooter(environment.files, path, environment.pool));
      records = static_cast<std::int64_t>(footer.rows);
    }
    if (records < file.deleted) {
      return core::Corruption(
          fmt::format("{}: {} rows are deleted of {}", snapshot.files.path(file.file), file.deleted, records));
    }
    rows += records - file.deleted;
  }
  return static_cast<std::uint64_t>(rows);
}

}  // namespace sluice::table
