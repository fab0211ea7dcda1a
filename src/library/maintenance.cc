#include "sluice/maintenance.h"

#include <utility>

#include "delta_log/checkpoint_writer.h"
#include "delta_log/log_cleanup.h"
#include "library/guarded.h"
#include "library/table_state.h"
#include "sluice/table.h"
#include "table/optimize.h"
#include "table/vacuum.h"
#include "table/verify.h"

namespace sluice {
namespace {

table::OptimizeRequest ToRequest(const OptimizeOptions& options) {
  table::OptimizeRequest request{.cluster_by = options.cluster_by,
                                 .target_bytes = options.target_bytes,
                                 .where = options.where,
                                 .full = options.full,
                                 .dry_run = options.dry_run};
  if (options.curve) {
    request.curve = *options.curve == SpaceCurve::kHilbert ? table::Curve::kHilbert : table::Curve::kZOrder;
  }
  return request;
}

OptimizeReport ToReport(table::OptimizeReport report) {
  OptimizeReport made{.change = library::ToCommitted(std::move(report.change)),
                      .commits = report.commits,
                      .files_considered = report.files_considered,
                      .files_to_rewrite = report.files_to_rewrite,
                      .bytes_to_rewrite = report.bytes_to_rewrite,
                      .partitions = report.partitions};
  for (table::ColumnSkipping& column : report.skipping) {
    made.skipping.push_back(
        {std::move(column.column), column.point_before, column.point_after, column.range_before, column.range_after});
  }
  return made;
}

VacuumReport ToReport(table::VacuumReport report) {
  VacuumReport made{.bytes = report.bytes, .folders = report.folders, .notes = std::move(report.notes)};
  for (table::VacuumedFile& file : report.files) {
    made.files.push_back({std::move(file.path), file.bytes, std::move(file.reason)});
  }
  return made;
}

core::Result<CheckpointReport> WriteCheckpoint(Table::State& state) {
  SLUICE_ASSIGN_OR_RETURN(const auto snapshot, state.Refresh());
  const delta_log::CheckpointOptions options{.kind = delta_log::CheckpointKindOf(*snapshot)};
  SLUICE_ASSIGN_OR_RETURN(const auto report, delta_log::WriteCheckpoint(state.environment(), *snapshot, options));
  SLUICE_ASSIGN_OR_RETURN(auto cleanup, delta_log::CleanUpLog(state.environment(), *snapshot));
  return CheckpointReport{.version = snapshot->version,
                          .already_there = report.already_there,
                          .adds = report.adds,
                          .removes = report.removes,
                          .sidecars = report.sidecars,
                          .log_files_deleted = cleanup.deleted.size(),
                          .notes = std::move(cleanup.notes)};
}

Finding::Kind ToPublic(table::Finding::Kind kind) {
  switch (kind) {
    case table::Finding::Kind::kChecksum: return Finding::Kind::kChecksum;
    case table::Finding::Kind::kMissingFile: return Finding::Kind::kMissingFile;
    case table::Finding::Kind::kDamagedFile: return Finding::Kind::kDamagedFile;
    case table::Finding::Kind::kVector: return Finding::Kind::kVector;
    case table::Finding::Kind::kStatistics: return Finding::Kind::kStatistics;
    case table::Finding::Kind::kCheckpoint: return Finding::Kind::kCheckpoint;
    case table::Finding::Kind::kOrphanFile: return Finding::Kind::kOrphanFile;
  }
  return Finding::Kind::kChecksum;
}

VerifyReport ToReport(table::VerifyReport report) {
  VerifyReport made{.version = report.version, .files = report.files, .rows = report.rows, .harmful = report.harmful()};
  for (table::Finding& finding : report.findings) {
    made.findings.push_back(
        {ToPublic(finding.kind), std::move(finding.path), std::move(finding.message), finding.repaired});
  }
  if (report.repair) made.repair_version = report.repair->version;
  made.new_checkpoint = report.new_checkpoint;
  return made;
}

}  // namespace

Result<OptimizeReport> Table::Optimize(const OptimizeOptions& options) {
  return library::Guarded([&]() -> core::Result<OptimizeReport> {
    SLUICE_ASSIGN_OR_RETURN(table::OptimizeReport report,
                            table::Optimize(state_->environment(), state_->newest(), ToRequest(options)));
    state_->Advance(report.change.snapshot);
    return ToReport(std::move(report));
  });
}

Result<VacuumReport> Table::Vacuum(const VacuumOptions& options) {
  return library::Guarded([&]() -> core::Result<VacuumReport> {
    // By the newest version of all: files that another writer took out meanwhile have their retention, too.
    SLUICE_ASSIGN_OR_RETURN(auto newest, state_->Refresh());
    const table::VacuumRequest request{.retain = options.retain,
                                       .unsafe_retention = options.unsafe_retention,
                                       .lite = options.lite,
                                       .dry_run = options.dry_run};
    SLUICE_ASSIGN_OR_RETURN(table::VacuumReport report,
                            table::Vacuum(state_->environment(), std::move(newest), request));
    return ToReport(std::move(report));
  });
}

Result<CheckpointReport> Table::Checkpoint() {
  return library::Guarded([&] { return WriteCheckpoint(*state_); });
}

Result<VerifyReport> Table::Verify(bool repair) {
  return library::Guarded([&]() -> core::Result<VerifyReport> {
    SLUICE_ASSIGN_OR_RETURN(auto newest, state_->Refresh());
    SLUICE_ASSIGN_OR_RETURN(table::VerifyReport report,
                            table::Verify(state_->environment(), std::move(newest), {.repair = repair}));
    if (report.repair) state_->Advance(report.repair->snapshot);
    return ToReport(std::move(report));
  });
}

}  // namespace sluice
