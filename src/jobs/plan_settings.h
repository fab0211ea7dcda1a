#pragma once

#include <optional>

#include "core/result.h"
#include "jobs/read_settings.h"
#include "jobs/table_settings.h"
#include "parquet/write_options.h"
#include "pipeline/plan.h"
#include "schema/table_spec.h"

namespace sluice::jobs {

/// What the tasks of a file job must know: the columns, how to read, how to write.
struct PlanSettings {
  schema::TableSpec spec = {};
  /// The columns were found by looking at the inputs, not declared.
  bool inferred = false;
  ReadSettings read = {};
  parquet::WriteOptions write = {};
  /// Set when the target is a Delta table.
  std::optional<TableSettings> table = {};
};

/// A plan and its settings as values, so that a process that plans and runs does not read its own texts back.
struct PlannedJob {
  pipeline::Plan plan = {};
  PlanSettings settings = {};
};

/// Put the settings into the plan's texts: "schema", "read.…", "write.…".
void StoreSettings(const PlanSettings& settings, pipeline::Plan& plan);

/// The keys of a task's own settings.
inline constexpr const char* kTaskSchema = "schema";
inline constexpr const char* kTaskRejectsPath = "rejects_path";

/// The columns of one task, where tasks differ in them.
void StoreTaskSpec(const schema::TableSpec& spec, pipeline::PlannedTask& task);
core::Result<schema::TableSpec> TaskSpec(const PlanSettings& settings, const pipeline::PlannedTask& task);

core::Result<PlanSettings> LoadSettings(const pipeline::Plan& plan);

}  // namespace sluice::jobs
