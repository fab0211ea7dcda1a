#include "warehouse/loader.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/run_id.h"
#include "recorder/folder_state.h"
#include "storage/path.h"
#include "warehouse/column_comparison.h"
#include "warehouse/load_plan.h"
#include "warehouse/load_run.h"

namespace sluice::warehouse {
namespace {

/// The columns of all files that may be submitted, each set once.
std::vector<const schema::Schema*> SchemasOf(const LoadPlan& plan) {
  std::vector<const schema::Schema*> schemas;
  for (const LoadItem& item : plan.items) {
    const schema::Schema* const schema = item.file.schema.get();
    if (!item.open() || schema == nullptr) continue;
    const bool known = std::ranges::any_of(schemas, [&](const schema::Schema* other) { return *other == *schema; });
    if (!known) schemas.push_back(schema);
  }
  return schemas;
}

core::Status CheckColumns(const LoadPlan& plan, LoadTarget& target, const LoadOptions& options) {
  const std::vector<const schema::Schema*> schemas = SchemasOf(plan);
  if (schemas.empty()) return core::Ok();
  SLUICE_ASSIGN_OR_RETURN(auto columns, target.Describe());
  if (!columns.has_value()) {
    if (!options.create) {
      return core::NotFound(fmt::format("{} is not there", target.identity())).WithHint("--create makes the table");
    }
    if (options.dry_run) return core::Ok();
    SLUICE_TRY(target.Create(*schemas.front()));
    SLUICE_ASSIGN_OR_RETURN(columns, target.Describe());
    if (!columns.has_value()) return core::Internal(target.identity() + " was created and is not there");
  }
  for (const schema::Schema* schema : schemas) SLUICE_TRY(CompareColumns(*schema, *columns, target));
  return core::Ok();
}

FileReport ReportOf(const LoadItem& item) {
  return {.file = item.file.path,
          .rows = item.row.rows,
          .bytes = item.row.bytes,
          .rows_loaded = item.row.rows_loaded,
          .rows_rejected = item.row.rows_rejected,
          .status = item.row.state,
          .attempts = item.row.attempts,
          .query_id = item.row.query_id,
          .reason = item.row.error,
          .earlier = item.earlier};
}

void Finish(const LoadPlan& plan, LoadReport& report) {
  report.notes.insert(report.notes.begin(), plan.notes.begin(), plan.notes.end());
  report.files_open = plan.files_open;
  for (const LoadItem& item : plan.items) {
    FileReport file = ReportOf(item);
    report.rows_recorded += file.rows;
    // Of a file that failed, too: what the target said is in it.
    report.rows_loaded += file.rows_loaded;
    report.rows_rejected += file.rows_rejected;
    report.files.push_back(std::move(file));
  }
}

void KeepFirst(std::optional<core::Error>& stop, core::Status status) {
  if (!status.has_value() && !stop.has_value()) stop = std::move(status).error();
}

/// What recorders that died left becomes files. A dry run only says so.
core::Status Recover(const storage::Environment& environment, const std::string& path, bool dry_run,
                     std::vector<std::string>& notes) {
  SLUICE_ASSIGN_OR_RETURN(const auto folders, recorder::ListFolders(environment, path));
  for (const recorder::FolderState& state : folders) {
    if (state.use != recorder::FolderUse::kOrphan) continue;
    if (dry_run) {
      notes.push_back(fmt::format("{}: its recorder died; what it left would be recovered and loaded, too",
                                  storage::QuotedPath(state.folder)));
      continue;
    }
    SLUICE_ASSIGN_OR_RETURN(const auto recovered, recorder::TakeOver(environment, state.folder));
    for (const recorder::RecoveredRecorder& one : recovered) {
      if (one.rows == 0) continue;
      notes.push_back(fmt::format("{} rows of a recorder that died were recovered into {}", one.rows,
                                  storage::QuotedPath(storage::JoinPath(state.folder, one.file))));
    }
  }
  return core::Ok();
}

}  // namespace

core::Result<LoadReport> Load(const storage::Environment& environment, core::Waiter& waiter, const std::string& path,
                              LoadTarget& target, const LoadOptions& options) {
  const storage::LockHolder holder{.run_id = core::NewRunId(environment.clock, environment.random),
                                   .command = options.command,
                                   .started = environment.clock.Now()};
  LoadReport report{.target = target.identity(), .dry_run = options.dry_run};
  if (options.recover) SLUICE_TRY(Recover(environment, path, options.dry_run, report.notes));
  SLUICE_ASSIGN_OR_RETURN(LoadPlan plan, PlanLoad(environment, path, target.identity(),
                                                  {.dry_run = options.dry_run,
                                                   .retry_failed = options.retry_failed,
                                                   .json_columns = options.json_columns,
                                                   .holder = holder}));
  SLUICE_TRY(CheckColumns(plan, target, options));
  if (!options.dry_run) {
    LoadRun run(environment, waiter, target, options, plan, report);
    KeepFirst(report.stop, run.Run());
    // Also after a stop: what is confirmed is confirmed. A request to stop is heard at once.
    if (!environment.cancellation.cancelled()) KeepFirst(report.stop, run.CleanUp());
  }
  Finish(plan, report);
  return report;
}

}  // namespace sluice::warehouse
