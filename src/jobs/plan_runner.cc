#include "jobs/plan_runner.h"

#include <chrono>
#include <string>
#include <utility>
#include <variant>

#include "jobs/file_committer.h"
#include "jobs/file_source.h"
#include "jobs/parquet_sink.h"
#include "jobs/table_sink.h"
#include "pipeline/task_runner.h"

namespace sluice::jobs {
namespace {

using pipeline::JobReport;
using pipeline::JobStatus;
using pipeline::Plan;
using pipeline::TaskReport;

JobReport BeginReport(const Plan& plan) {
  return JobReport{.run = plan.run, .job = plan.job, .columns = plan.columns, .warnings = plan.warnings};
}

void AddTask(const TaskReport& task, JobReport& report) {
  report.rows_read += task.rows_read;
  report.rows_written += task.rows_written;
  report.rows_rejected += task.rows_rejected;
  report.bytes_read += task.bytes_read;
  report.timings.read_ms += task.read_ms;
  report.timings.write_ms += task.write_ms;
  for (const auto* sentences : {&task.findings, &task.notes}) {
    report.warnings.insert(report.warnings.end(), sentences->begin(), sentences->end());
  }
  report.encodings.insert(report.encodings.end(), task.encodings.begin(), task.encodings.end());
}

core::Result<pipeline::CommitOutcome> Commit(const PlannedJob& job, std::span<const TaskReport> reports,
                                             Publisher publisher, const Environment& environment) {
  if (job.settings.table) return TableCommitter(environment, job.settings, publisher).Commit(job.plan, reports);
  return FileCommitter(environment, publisher).Commit(job.plan, reports);
}

core::Status Publish(const PlannedJob& job, std::span<const TaskReport> reports, Publisher publisher,
                     const Environment& environment, JobReport& report) {
  SLUICE_TRY(pipeline::CheckReports(job.plan, reports));
  SLUICE_TRY(pipeline::CheckRejectBudget(job.plan, reports));
  SLUICE_ASSIGN_OR_RETURN(const pipeline::CommitOutcome outcome, Commit(job, reports, publisher, environment));
  if (const auto* conflict = std::get_if<pipeline::CommitConflict>(&outcome)) return core::Conflict(conflict->what);
  if (const auto* unknown = std::get_if<pipeline::CommitUnknown>(&outcome)) {
    return core::OutcomeUnknown(unknown->what)
        .WithHint(
            "look at the outputs; 'sluice run' or the same 'sluice commit' again completes them, and a copy with "
            "--mode overwrite");
  }
  report.already_applied = std::get<pipeline::Committed>(outcome).already_applied;
  for (const TaskReport& task : reports) {
    report.bytes_written += task.output.bytes;
    report.files.push_back({task.output.final_path, task.output.rows, task.output.bytes});
    if (!task.rejects.temporary_path.empty() && !report.rejects) report.rejects = task.rejects.final_path;
  }
  report.status = report.rows_rejected > 0 ? JobStatus::kRejected : JobStatus::kDone;
  return core::Ok();
}

void RemovePending(std::span<const TaskReport> reports, const Environment& environment) {
  storage::FileSystem& files = environment.files;
  RemoveTableFiles(environment, reports);
  for (const TaskReport& task : reports) {
    for (const auto* pending : {&task.output, &task.rejects}) {
      // What cannot be removed now is found as stale by a later run.
      if (!pending->temporary_path.empty()) (void)files.Remove(pending->temporary_path);
    }
  }
}

}  // namespace

core::Status DoTask(const PlannedJob& job, std::size_t index, Publisher publisher, const Environment& environment,
                    InputOpener& opener, pipeline::Progress& progress, TaskReport& report) {
  FileSource source(environment, opener, job.settings);
  ParquetSink files(environment, job.settings, publisher);
  TableSink table(environment, job.settings, publisher);
  pipeline::Sink& sink = job.settings.table ? static_cast<pipeline::Sink&>(table) : files;
  const pipeline::TaskContext context{source, sink, environment.clock, environment.cancellation, progress};
  return pipeline::RunTask(job.plan, job.plan.tasks[index], context, report);
}

JobReport DoCommit(const PlannedJob& job, std::span<const TaskReport> reports, Publisher publisher,
                   const Environment& environment) {
  JobReport report = BeginReport(job.plan);
  for (const TaskReport& task : reports) AddTask(task, report);
  const auto begun = environment.clock.Monotonic();
  core::Status published = Publish(job, reports, publisher, environment, report);
  report.timings.commit_ms =
      std::chrono::duration_cast<std::chrono::milliseconds>(environment.clock.Monotonic() - begun).count();
  if (!published) {
    report.status = JobStatus::kFailed;
    report.error = std::move(published).error();
  }
  return report;
}

JobReport RunPlan(const PlannedJob& job, const Environment& environment, InputOpener& opener,
                  pipeline::Progress& progress, TargetRecovery& recovery, std::vector<TaskReport>* tasks) {
  const Plan& plan = job.plan;
  recovery.CleanUp(plan);
  std::vector<TaskReport> reports;
  for (std::size_t index = 0; index < plan.tasks.size(); ++index) {
    reports.emplace_back();
    core::Status status = DoTask(job, index, Publisher::kThisProcess, environment, opener, progress, reports.back());
    if (status) continue;
    JobReport report = BeginReport(plan);
    for (const TaskReport& task : reports) AddTask(task, report);
    report.status = JobStatus::kFailed;
    report.error = std::move(status).error();
    RemovePending(reports, environment);
    return report;
  }
  JobReport report = DoCommit(job, reports, Publisher::kThisProcess, environment);
  // After an unknown outcome the files may be needed to complete the commit.
  const bool removable = report.error && report.error->kind() != core::ErrorKind::kOutcomeUnknown;
  if (removable) RemovePending(reports, environment);
  if (tasks != nullptr) *tasks = std::move(reports);
  return report;
}

JobReport DryRun(const PlannedJob& job, const Environment& environment, InputOpener& opener) {
  JobReport report = BeginReport(job.plan);
  report.status = JobStatus::kDryRun;
  FileSource source(environment, opener, job.settings);
  for (const pipeline::PlannedTask& task : job.plan.tasks) {
    TaskReport looked;
    core::Status status = source.Look(task, looked);
    AddTask(looked, report);
    if (!status) {
      report.status = JobStatus::kFailed;
      report.error = std::move(status).error();
      return report;
    }
    report.files.push_back({task.output, 0, task.bytes_estimate});
  }
  return report;
}

}  // namespace sluice::jobs
