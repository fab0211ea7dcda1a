#include "table/optimize.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <span>
#include <utility>

#include "core/byte_size.h"
#include "delta/protocol_gate.h"
#include "table/bin_packing.h"
#include "table/clustering_spec.h"
#include "table/cube_plan.h"
#include "table/rewrite_file.h"
#include "table/skipping_estimate.h"
#include "table/table_shape.h"
#include "table/unit_writer.h"

namespace sluice::table {
namespace {

constexpr std::uint64_t kTargetBytes = 128 * core::kMiB;
constexpr std::uint64_t kTargetBytesMax = 1024 * 1024 * core::kMiB;
constexpr std::int64_t kCommitBytes = 10LL << 30;  // a commit that loses a race loses no more work than this

std::uint64_t TargetOf(const delta::TableProperties& properties, const OptimizeRequest& request) {
  std::uint64_t target = kTargetBytes;
  if (properties.target_file_size_bytes) target = static_cast<std::uint64_t>(*properties.target_file_size_bytes);
  if (request.target_bytes > 0) target = request.target_bytes;
  return std::clamp<std::uint64_t>(target, 1, kTargetBytesMax);
}

/// Without clustering, neighbours are those by the first column that has bounds.
std::vector<delta::StatisticsColumn> OrderColumn(const TableShape& shape) {
  const auto columns = delta::StatisticsColumns(shape.schema, shape.partition_columns, shape.properties);
  const auto first =
      std::find_if(columns.begin(), columns.end(), [](const auto& column) { return column.has_bounds(); });
  return first == columns.end() ? std::vector<delta::StatisticsColumn>() : std::vector{*first};
}

void Discard(std::vector<WrittenUnit>& units) {
  for (WrittenUnit& unit : units) unit.writer->Discard();
}

/// One run over a table.
class Optimizer {
 public:
  Optimizer(const storage::Environment& environment, std::shared_ptr<const delta_log::Snapshot> snapshot,
            const OptimizeRequest& request, TableShape shape, std::optional<ClusteringSpec> spec)
      : environment_(environment),
        snapshot_(std::move(snapshot)),
        request_(request),
        target_bytes_(TargetOf(shape.properties, request)),
        order_column_(OrderColumn(shape)),
        spec_(std::move(spec)),
        writer_(environment, snapshot_, std::move(shape), target_bytes_) {
    if (spec_) estimate_.emplace(*spec_);
    report_.change.version = snapshot_->version;
    report_.change.snapshot = snapshot_;
  }

  core::Result<OptimizeReport> Run() {
    SLUICE_TRY(Plan());
    if (request_.dry_run) {
      for (const RewriteUnit& unit : units_) {
        if (spec_) SLUICE_TRY(writer_.LayOut(unit, *spec_, *estimate_));
      }
    } else {
      SLUICE_TRY(RewriteAll());
    }
    if (estimate_ && !units_.empty()) report_.skipping = estimate_->Finish();
    return std::move(report_);
  }

 private:
  core::Status Plan() {
    SLUICE_ASSIGN_OR_RETURN(auto partitions,
                            FindRewriteFiles(*snapshot_, request_.where, spec_ ? spec_->columns : order_column_));
    const CubeOptions cubes{.bytes_min = snapshot_->properties.cluster_min_cube_bytes, .full = request_.full};
    for (RewritePartition& partition : partitions) {
      report_.files_considered += partition.files.size();
      std::vector<RewriteUnit> units = spec_ ? PlanCubes(std::move(partition), *spec_, cubes, environment_.random)
                                             : PackBins(std::move(partition), target_bytes_);
      if (!units.empty()) ++report_.partitions;
      for (RewriteUnit& unit : units) {
        report_.files_to_rewrite += unit.files.size();
        report_.bytes_to_rewrite += unit.size_bytes();
        units_.push_back(std::move(unit));
      }
    }
    return core::Ok();
  }

  core::Status RewriteAll() {
    for (std::size_t begin = 0; begin < units_.size();) {
      std::size_t end = begin;
      for (std::int64_t bytes = 0; end < units_.size() && bytes < kCommitBytes; ++end)
        bytes += units_[end].live_bytes();
      std::vector<WrittenUnit> written;
      core::Status done = Write(std::span(units_).subspan(begin, end - begin), written);
      if (done) done = Commit(written);
      // A commit that may be in the log needs its files.
      if (!done && done.error().kind() != core::ErrorKind::kOutcomeUnknown) Discard(written);
      if (!done && report_.commits > 0) {
        return core::Error(done.error())
            .WithContext(fmt::format("{} commits of this run stand; the last is version {}", report_.commits,
                                     report_.change.version));
      }
      SLUICE_TRY(std::move(done));
      begin = end;
    }
    return core::Ok();
  }

  core::Status Write(std::span<const RewriteUnit> units, std::vector<WrittenUnit>& written) {
    if (!spec_) return writer_.Pack(units, written);
    for (const RewriteUnit& unit : units) {
      SLUICE_ASSIGN_OR_RETURN(const CubeLayout layout, writer_.LayOut(unit, *spec_, *estimate_));
      SLUICE_ASSIGN_OR_RETURN(WrittenUnit cube, writer_.Cluster(unit, *spec_, layout));
      written.push_back(std::move(cube));
    }
    return core::Ok();
  }

  delta_log::OperationInfo Operation() const {
    delta_log::OperationInfo operation{
        .name = "OPTIMIZE", .kind = delta::Operation::kRearrange, .rule = delta_log::ConflictRule::kRearrange};
    using Json = nlohmann::json;
    operation.parameters["predicate"] = (request_.where.empty() ? Json::array() : Json::array({request_.where})).dump();
    const Json names = spec_ ? Json(spec_->names()) : Json::array();
    const bool of_table = spec_ && spec_->of_table;
    operation.parameters["zOrderBy"] = (of_table ? Json::array() : names).dump();
    if (of_table) operation.parameters["clusterBy"] = names.dump();
    if (spec_) operation.parameters["curve"] = spec_->curve_name();
    operation.parameters["auto"] = "false";
    return operation;
  }

  // Always on top of the version that was read: so other commits since are seen as winners, and bins that they touched
  // are dropped, whichever commit of this run comes after them.
  core::Status Commit(std::vector<WrittenUnit>& written) {
    SLUICE_ASSIGN_OR_RETURN(auto transaction,
                            delta_log::Transaction::Begin(environment_, snapshot_, Operation(), request_.transaction));
    std::vector<TableChange> counts;
    TableChange total;
    for (const WrittenUnit& unit : written) {
      counts.push_back(Count(unit));
      Sum(counts.back(), total);
      delta_log::Bin bin{.adds = unit.adds};
      for (const RewriteFile& file : unit.unit->files) {
        bin.removes.push_back(delta_log::RemovalOf(snapshot_->files.Get(file.file), false));
      }
      transaction.AddBin(std::move(bin));
    }
    transaction.SetMetric("numAddedFiles", static_cast<std::int64_t>(total.files_added));
    transaction.SetMetric("numRemovedFiles", static_cast<std::int64_t>(total.files_removed));
    transaction.SetMetric("numAddedBytes", total.bytes_added);
    transaction.SetMetric("numRemovedBytes", total.bytes_removed);
    SLUICE_ASSIGN_OR_RETURN(delta_log::CommitResult result, transaction.Commit());
    const std::vector<std::size_t> dropped = result.dropped_bins;
    SLUICE_ASSIGN_OR_RETURN(TableChange change, ToChange(std::move(result)));
    for (const std::size_t bin : dropped) {
      written[bin].writer->Discard();
      counts[bin] = {};
    }
    if (!change.committed) Discard(written);
    Report(std::move(change), counts, dropped.size());
    return core::Ok();
  }

  static TableChange Count(const WrittenUnit& unit) {
    TableChange count{.files_added = unit.adds.size(), .files_removed = unit.unit->files.size(), .rows = unit.rows};
    for (const delta::AddFile& add : unit.adds) count.bytes_added += add.size_bytes;
    count.bytes_removed = unit.unit->size_bytes();
    return count;
  }

  static void Sum(const TableChange& from, TableChange& to) {
    to.files_added += from.files_added;
    to.files_removed += from.files_removed;
    to.rows += from.rows;
    to.bytes_added += from.bytes_added;
    to.bytes_removed += from.bytes_removed;
  }

  void Report(TableChange change, const std::vector<TableChange>& counts, std::size_t dropped) {
    TableChange& total = report_.change;
    total.version = change.version;
    total.snapshot = std::move(change.snapshot);
    total.notes.insert(total.notes.end(), change.notes.begin(), change.notes.end());
    if (dropped > 0) {
      total.notes.push_back(
          fmt::format("{} of {} groups of files were changed by other writers meanwhile and are left to the next run",
                      dropped, counts.size()));
    }
    if (!change.committed) return;
    total.committed = true;
    ++report_.commits;
    for (const TableChange& count : counts) Sum(count, total);
  }

  const storage::Environment& environment_;
  std::shared_ptr<const delta_log::Snapshot> snapshot_;
  const OptimizeRequest& request_;
  std::uint64_t target_bytes_;
  std::vector<delta::StatisticsColumn> order_column_;
  std::optional<ClusteringSpec> spec_;
  UnitWriter writer_;
  std::optional<SkippingEstimate> estimate_;
  std::vector<RewriteUnit> units_;
  OptimizeReport report_;
};

}  // namespace

core::Result<OptimizeReport> Optimize(const storage::Environment& environment,
                                      std::shared_ptr<const delta_log::Snapshot> snapshot,
                                      const OptimizeRequest& request) {
  SLUICE_TRY(
      delta::CheckCanWrite(snapshot->protocol, snapshot->metadata, snapshot->schema, delta::Operation::kRearrange));
  SLUICE_ASSIGN_OR_RETURN(auto spec, ChooseClustering(*snapshot, request.cluster_by, request.curve));
  SLUICE_ASSIGN_OR_RETURN(TableShape shape, ShapeOf(*snapshot));
  return Optimizer(environment, std::move(snapshot), request, std::move(shape), std::move(spec)).Run();
}

}  // namespace sluice::table
