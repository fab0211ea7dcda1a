#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>

#include "cli/job_printer.h"
#include "cli/open_ledger.h"
#include "cli/verbs.h"
#include "core/byte_size.h"
#include "jobs/document.h"
#include "jobs/export_job.h"
#include "jobs/plan_runner.h"

namespace sluice::cli {
namespace {

constexpr std::uint64_t kPlanBytesMax = 256 * core::kMiB;

core::Status WriteDocument(const std::string& path, const std::string& text, Application& application) {
  if (path.empty() || path == "-") {
    application.console().Data(text);
    return core::Ok();
  }
  return jobs::WriteDocument(path, text, application.files());
}

core::Result<jobs::PlannedJob> ReadPlan(const std::string& path, Application& application) {
  SLUICE_ASSIGN_OR_RETURN(const std::string text, application.files().ReadAll(path, kPlanBytesMax));
  core::Result<pipeline::Plan> plan = pipeline::PlanFromJson(text);
  if (!plan) return std::move(plan).error().WithPrefix(path + ": ");
  jobs::PlannedJob job{.plan = *std::move(plan)};
  SLUICE_ASSIGN_OR_RETURN(job.settings, jobs::LoadSettings(job.plan));
  return job;
}

struct TaskFlags {
  std::string plan_path;
  std::uint64_t index = 0;
  std::string report_path;
};

core::Result<ExitCode> DoOneTask(const TaskFlags& flags, Application& application) {
  SLUICE_ASSIGN_OR_RETURN(const jobs::PlannedJob job, ReadPlan(flags.plan_path, application));
  if (flags.index >= job.plan.tasks.size()) {
    return core::UsageError(fmt::format("the plan has no task {}", flags.index))
        .WithHint(fmt::format("its tasks are 0 to {}", job.plan.tasks.size() - 1));
  }
  SLUICE_ASSIGN_OR_RETURN(const jobs::Environment* environment, application.environment());
  jobs::InputOpener opener(*environment, job.settings.read);
  pipeline::Progress progress = application.MakeProgress();
  pipeline::TaskReport report;
  SLUICE_TRY(jobs::DoTask(job, flags.index, jobs::Publisher::kOtherProcess, *environment, opener, progress, report));
  SLUICE_TRY(WriteDocument(flags.report_path, ToJson(report), application));
  if (!flags.report_path.empty() && flags.report_path != "-") {
    application.console().Say(
        fmt::format("task {}: {} rows written aside, {} rejected; publish them with 'sluice commit'", flags.index,
                    core::FormatCount(report.rows_written), core::FormatCount(report.rows_rejected)));
  }
  return ExitCode::kDone;
}

struct CommitFlags {
  std::string plan_path;
  std::vector<std::string> report_paths;
};

// A commit of an export is known to later runs of the same configuration.
core::Status Record(const pipeline::Plan& plan, const std::vector<pipeline::TaskReport>& reports,
                    Application& application) {
  SLUICE_TRY(application.OpenProjectIfThere());
  SLUICE_ASSIGN_OR_RETURN(const OpenLedger ledger,
                          OpenLedger::Open(application, plan.run, "commit " + plan.job, false));
  const core::Status begun = ledger->BeginRun(plan.run, "commit " + plan.job);
  if (!begun && begun.error().kind() == core::ErrorKind::kAlreadyExists) return core::Ok();  // committed before
  SLUICE_TRY(begun);
  SLUICE_TRY(jobs::RecordCommit(plan, reports, *ledger));
  pipeline::RunCounts counts{.outputs = reports.size()};
  for (const pipeline::TaskReport& report : reports) {
    counts.rows_read += report.rows_read;
    counts.rows_written += report.rows_written;
    counts.rows_rejected += report.rows_rejected;
    counts.bytes_read += report.bytes_read;
    counts.bytes_written += report.output.bytes;
  }
  const bool rejected = counts.rows_rejected > 0;
  return ledger->FinishRun(plan.run, rejected ? pipeline::RunStatus::kRejected : pipeline::RunStatus::kDone, counts,
                           "");
}

core::Result<ExitCode> CommitReports(const CommitFlags& flags, Application& application) {
  SLUICE_ASSIGN_OR_RETURN(const jobs::PlannedJob job, ReadPlan(flags.plan_path, application));
  std::vector<pipeline::TaskReport> reports;
  for (const std::string& path : flags.report_paths) {
    SLUICE_ASSIGN_OR_RETURN(const std::string text, application.files().ReadAll(path, kPlanBytesMax));
    core::Result<pipeline::TaskReport> report = pipeline::TaskReportFromJson(text);
    if (!report) return std::move(report).error().WithPrefix(path + ": ");
    reports.push_back(*std::move(report));
  }
  SLUICE_ASSIGN_OR_RETURN(const jobs::Environment* environment, application.environment());
  // A commit of this plan that was decided and not completed is completed by this, and committed again without effect.
  jobs::TargetRecovery(*environment).CleanUp(job.plan);
  const pipeline::JobReport report = jobs::DoCommit(job, reports, jobs::Publisher::kOtherProcess, *environment);
  if (!report.error && job.plan.kind == "export") SLUICE_TRY(Record(job.plan, reports, application));
  return JobPrinter(application.console()).PrintReport(report, false);
}

}  // namespace

void AddTaskAndCommitVerbs(CLI::App& app, VerbAction& chosen) {
  auto task_flags = std::make_shared<TaskFlags>();
  CLI::App* task = app.add_subcommand("task", "do one task of a plan; nothing is published");
  task->add_option("plan", task_flags->plan_path, "the plan's file")->required();
  task->add_option("--index", task_flags->index, "which task, counted from 0")->required();
  task->add_option("--report", task_flags->report_path, "where the task's report goes (standard output)");
  task->callback([task_flags, &chosen] {
    chosen = [task_flags](Application& application) { return DoOneTask(*task_flags, application); };
  });
  auto commit_flags = std::make_shared<CommitFlags>();
  CLI::App* commit = app.add_subcommand("commit", "publish what the tasks of a plan wrote, all at once");
  commit->add_option("plan", commit_flags->plan_path, "the plan's file")->required();
  commit->add_option("reports", commit_flags->report_paths, "the report of every task")->required();
  commit->callback([commit_flags, &chosen] {
    chosen = [commit_flags](Application& application) { return CommitReports(*commit_flags, application); };
  });
}

}  // namespace sluice::cli
