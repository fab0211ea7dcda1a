#pragma once

#include <span>
#include <string>
#include <vector>

#include "core/result.h"
#include "jobs/config.h"
#include "jobs/environment.h"
#include "jobs/export_plan.h"
#include "jobs/plan_settings.h"
#include "pipeline/ledger.h"
#include "pipeline/task_report.h"

namespace sluice::jobs {

/// The plan of some outputs of an export: one task each. Columns that are not declared are inferred, output by output,
/// so that an output does not depend on what it is planned with.
core::Result<PlannedJob> MakeExportJob(const JobConfig& job, std::span<const PlannedOutput> outputs,
                                       const Environment& environment, const std::string& run);

/// Tell the ledger what a commit of an export published.
core::Status RecordCommit(const pipeline::Plan& plan, std::span<const pipeline::TaskReport> reports,
                          pipeline::Ledger& ledger);

/// Tell the ledger of an output that the plan found in its table.
core::Status RecordFound(const std::string& run, const std::string& job, const PlannedOutput& output,
                         pipeline::Ledger& ledger);

}  // namespace sluice::jobs
