#pragma once

#include <span>
#include <vector>

#include "core/result.h"
#include "jobs/environment.h"
#include "jobs/input_opener.h"
#include "jobs/parquet_sink.h"
#include "jobs/plan_settings.h"
#include "jobs/target_recovery.h"
#include "pipeline/job_report.h"
#include "pipeline/progress.h"
#include "pipeline/task_report.h"

namespace sluice::jobs {

/// Do one task of a plan of files in this process. Nothing is published. `report` is filled as far as the task got.
core::Status DoTask(const PlannedJob& job, std::size_t index, Publisher publisher, const Environment& environment,
                    InputOpener& opener, pipeline::Progress& progress, pipeline::TaskReport& report);

/// Publish what the tasks wrote, after checking that all reported and that the reject budget was kept. Returns the
/// job's report; its error is set when nothing was published. `publisher` as it was said to the tasks.
pipeline::JobReport DoCommit(const PlannedJob& job, std::span<const pipeline::TaskReport> reports, Publisher publisher,
                             const Environment& environment);

/// All tasks and the commit. What was written aside is removed when the job fails. `recovery` clears the targets up
/// first. `tasks`, when given, gets the tasks' reports.
pipeline::JobReport RunPlan(const PlannedJob& job, const Environment& environment, InputOpener& opener,
                            pipeline::Progress& progress, TargetRecovery& recovery,
                            std::vector<pipeline::TaskReport>* tasks = nullptr);

/// The report of a plan that is not carried out. The inputs are opened and looked at, so that what the run would refuse
/// or tell about their columns is told here; nothing is written.
pipeline::JobReport DryRun(const PlannedJob& job, const Environment& environment, InputOpener& opener);

}  // namespace sluice::jobs
