#include "table/scan_plan.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "delta/pruning.h"
#include "delta/statistics.h"

namespace sluice::table {
namespace {

using delta::FilePruner;
using delta_log::FileRef;
using delta_log::FileSegment;

/// Asks the pruner about every live file of one segment.
class SegmentPlanner {
 public:
  SegmentPlanner(const FilePruner& pruner, const FileSegment& files, PlanOptions options, ScanPlan& plan)
      : pruner_(pruner),
        files_(files),
        options_(options),
        plan_(plan),
        parser_(pruner.leaves()),
        partitions_(files.partitions().size()) {}

  core::Status Add(FileRef file) {
    auto& partition = partitions_[files_.partition_id(file.row)];
    if (!partition) {
      SLUICE_ASSIGN_OR_RETURN(partition, pruner_.TestPartition(files_.partition_values(file.row)));
    }
    const auto* vector = files_.deletion_vector(file.row);
    std::string reason;
    SLUICE_ASSIGN_OR_RETURN(const delta::FileStatistics* statistics, StatisticsOf(file.row));
    const delta::Verdict verdict = pruner_.Test(*partition, statistics, vector ? vector->cardinality : 0,
                                                options_.with_reasons ? &reason : nullptr);
    if (verdict == delta::Verdict::kSkip) {
      plan_.skipped.push_back({.file = file, .reason = std::move(reason)});
    } else {
      plan_.files.push_back({.file = file, .all_match = verdict == delta::Verdict::kAllMatch});
    }
    return core::Ok();
  }

 private:
  core::Result<const delta::FileStatistics*> StatisticsOf(std::uint32_t row) {
    if (pruner_.leaves().empty()) return nullptr;
    if (!texts_) {
      SLUICE_ASSIGN_OR_RETURN(texts_, files_.LoadStats());
    }
    return texts_ ? parser_.Parse(texts_->text(row)) : nullptr;
  }

  const FilePruner& pruner_;
  const FileSegment& files_;
  PlanOptions options_;
  ScanPlan& plan_;
  delta::StatisticsParser parser_;
  std::vector<std::optional<FilePruner::Partition>> partitions_;
  std::shared_ptr<const delta_log::StatsTexts> texts_;
};

core::Status Choose(const delta_log::Snapshot& snapshot, const expression::Expression& condition, PlanOptions options,
                    ScanPlan& plan) {
  SLUICE_ASSIGN_OR_RETURN(const FilePruner pruner,
                          FilePruner::Make(condition, snapshot.schema, snapshot.PartitionFields()));
  std::optional<SegmentPlanner> planner;
  std::optional<std::uint32_t> segment;
  core::Status status;
  snapshot.files.ForEach([&](FileRef file) {
    if (!status.has_value()) return;
    if (segment != file.segment) {
      segment = file.segment;
      planner.emplace(pruner, snapshot.files.segment(file.segment), options, plan);
    }
    status = planner->Add(file);
  });
  return status;
}

void Sort(const delta_log::FileTable& table, std::vector<PlannedFile>& files) {
  const auto key = [&](const PlannedFile& planned) {
    const FileSegment& segment = table.segment(planned.file.segment);
    return std::tuple(segment.modification_time_ms(planned.file.row), segment.path(planned.file.row));
  };
  std::sort(files.begin(), files.end(),
            [&](const PlannedFile& left, const PlannedFile& right) { return key(left) < key(right); });
}

}  // namespace

core::Result<ScanPlan> PlanScan(const delta_log::Snapshot& snapshot,
                                const std::optional<expression::Expression>& condition, PlanOptions options) {
  ScanPlan plan;
  if (condition && options.with_skipping) {
    SLUICE_TRY(Choose(snapshot, *condition, options, plan));
  } else {
    snapshot.files.ForEach([&](FileRef file) { plan.files.push_back({.file = file}); });
  }
  Sort(snapshot.files, plan.files);
  return plan;
}

}  // namespace sluice::table
