#include "jobs/export_run.h"

#include <chrono>
#include <utility>

#include "jobs/export_job.h"
#include "jobs/input_opener.h"
#include "jobs/plan_runner.h"

namespace sluice::jobs {
namespace {

using pipeline::JobReport;
using pipeline::JobStatus;

JobReport FailedReport(const std::string& run, const std::string& job, core::Error error) {
  JobReport report{.run = run, .job = job, .status = JobStatus::kFailed};
  report.error = std::move(error);
  return report;
}

pipeline::TaskRecord ToRecord(const PlannedOutput& output, const JobReport& report) {
  return {.job = report.job,
          .output = LedgerPath(output.path),
          .status = std::string(JobStatusName(report.status)),
          .rows_read = report.rows_read,
          .rows_written = report.rows_written,
          .rows_rejected = report.rows_rejected,
          .total_ms = report.timings.total_ms,
          .message = report.error ? report.error->message() : output.reason};
}

/// One job of one run.
class Exporter {
 public:
  Exporter(const JobConfig& job, const ExportContext& context)
      : job_(job), context_(context), recovery_(context.environment) {}

  JobReport Export(const PlannedOutput& output) {
    const auto begun = context_.environment.clock.Monotonic();
    JobReport report = Move(output);
    const auto elapsed = context_.environment.clock.Monotonic() - begun;
    report.timings.total_ms = std::chrono::duration_cast<std::chrono::milliseconds>(elapsed).count();
    if (context_.ledger != nullptr && !context_.dry_run) {
      const core::Status recorded = context_.ledger->RecordTask(context_.run, ToRecord(output, report));
      if (!recorded && !report.error) report = FailedReport(context_.run, job_.name, recorded.error());
    }
    return report;
  }

 private:
  JobReport Move(const PlannedOutput& output) {
    if (output.skipped()) return Skip(output);
    core::Result<PlannedJob> planned = MakeExportJob(job_, {&output, 1}, context_.environment, context_.run);
    if (!planned) return FailedReport(context_.run, job_.name, std::move(planned).error());
    // The task's schema is the plan's: there is no other task to differ from.
    planned->plan.tasks.front().settings.erase(kTaskSchema);
    InputOpener opener(context_.environment, planned->settings.read);
    if (context_.dry_run) return DryRun(*planned, context_.environment, opener);
    std::vector<pipeline::TaskReport> tasks;
    JobReport report = RunPlan(*planned, context_.environment, opener, context_.progress, recovery_, &tasks);
    if (report.error) return report;
    StoreTaskSpec(planned->settings.spec, planned->plan.tasks.front());
    const core::Status recorded = RecordCommit(planned->plan, tasks, *context_.ledger);
    if (!recorded) return FailedReport(context_.run, job_.name, recorded.error());
    return report;
  }

  JobReport Skip(const PlannedOutput& output) {
    JobReport report{.run = context_.run, .job = job_.name, .status = JobStatus::kSkipped};
    const bool found = output.table && output.table->found;
    if (found && context_.ledger != nullptr && !context_.dry_run) {
      const core::Status recorded = RecordFound(context_.run, job_.name, output, *context_.ledger);
      if (!recorded) return FailedReport(context_.run, job_.name, recorded.error());
    }
    if (output.inputs_touched && context_.ledger != nullptr && !context_.dry_run) {
      // Only a convenience: without it the inputs are compared by content once more.
      (void)context_.ledger->UpdateInputs(LedgerPath(output.path), ToLedgerInputs(output));
    }
    return report;
  }

  const JobConfig& job_;
  const ExportContext& context_;
  TargetRecovery recovery_;
};

}  // namespace

std::vector<JobReport> RunExport(const JobConfig& job, const ExportSelection& selection, const ExportContext& context) {
  std::vector<JobReport> reports;
  core::Result<ExportPlan> plan =
      PlanExport(job, selection,
                 {.environment = context.environment, .ledger = context.ledger, .checksum_inputs = !context.dry_run});
  if (!plan) {
    context.listener.OnFailure(job.name, plan.error());
    reports.push_back(FailedReport(context.run, job.name, plan.error()));
    return reports;
  }
  context.listener.OnPlanned(*plan);
  Exporter exporter(job, context);
  for (PlannedOutput& output : plan->outputs) {
    if (context.environment.cancellation.cancelled()) break;
    ExportedOutput exported{std::move(output), {}};
    exported.report = exporter.Export(exported.planned);
    context.listener.OnOutput(exported);
    reports.push_back(std::move(exported.report));
  }
  return reports;
}

}  // namespace sluice::jobs
