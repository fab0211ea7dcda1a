#include "warehouse/loader.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/run_id.h"
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
    if (file.loaded()) {
      report.rows_loaded += file.rows_loaded;
      report.rows_rejected += file.rows_rejected;
    }
    report.files.push_back(std::move(file));
  }
}

void KeepFirst(std::optional<core::Error>& stop, core::Status status) {
  if (!status.has_value() && !stop.has_value()) stop = std::move(status).error();
}

}  // namespace

core::Result<LoadReport> Load(const storage::Environment& environment, core::Waiter& waiter, const std::string& path,
                              LoadTarget& target, const LoadOptions& options) {
  const storage::LockHolder holder{.run_id = core::NewRunId(environment.clock, environment.random),
                                   .command = options.command,
                                   .started = environment.clock.Now()};
  SLUICE_ASSIGN_OR_RETURN(
      LoadPlan plan, PlanLoad(environment, path, target.identity(),
                              {.dry_run = options.dry_run, .retry_failed = options.retry_failed, .holder = holder}));
  SLUICE_TRY(CheckColumns(plan, target, options));
  LoadReport report{.target = target.identity(), .dry_run = options.dry_run};
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
