#include "cli/copy_run.h"

#include <chrono>

#include "cli/job_printer.h"
#include "jobs/plan_runner.h"

namespace sluice::cli {

core::Result<ExitCode> RunCopy(const jobs::CopyRequest& request, bool dry_run, bool explain, Application& application) {
  SLUICE_ASSIGN_OR_RETURN(const jobs::Environment* world, application.environment());
  const jobs::Environment& environment = *world;
  const auto begun = application.clock().Monotonic();
  const auto elapsed_ms = [&] {
    return std::chrono::duration_cast<std::chrono::milliseconds>(application.clock().Monotonic() - begun).count();
  };
  jobs::InputOpener opener(environment, request.read);
  SLUICE_ASSIGN_OR_RETURN(const jobs::PlannedJob job, jobs::PlanCopy(request, environment, opener));
  const std::int64_t plan_ms = elapsed_ms();
  JobPrinter printer(application.console());
  if (dry_run) printer.PrintPlan(job);
  pipeline::Progress progress = application.MakeProgress();
  jobs::TargetRecovery recovery(environment);
  pipeline::JobReport report =
      dry_run ? jobs::DryRun(job, environment, opener) : jobs::RunPlan(job, environment, opener, progress, recovery);
  report.timings.plan_ms = plan_ms;
  report.timings.total_ms = elapsed_ms();
  if (report.already_applied) {
    report.status = pipeline::JobStatus::kSkipped;
    report.rows_written = report.bytes_written = 0;
    report.files.clear();
  }
  return printer.PrintReport(report, explain);
}

}  // namespace sluice::cli
