#pragma once

#include "core/result.h"
#include "jobs/read_settings.h"
#include "parquet/write_options.h"
#include "pipeline/plan.h"
#include "schema/table_spec.h"

namespace sluice::jobs {

/// What the tasks of a file job must know: the columns, how to read, how to write.
struct PlanSettings {
  schema::TableSpec spec = {};
  ReadSettings read = {};
  parquet::WriteOptions write = {};
};

/// A plan and its settings as values, so that a process that plans and runs does not read its own texts back.
struct PlannedJob {
  pipeline::Plan plan = {};
  PlanSettings settings = {};
};

/// Put the settings into the plan's texts: "schema", "read.…", "write.…".
void StoreSettings(const PlanSettings& settings, pipeline::Plan& plan);

core::Result<PlanSettings> LoadSettings(const pipeline::Plan& plan);

}  // namespace sluice::jobs
