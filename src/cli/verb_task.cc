#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>

#include "cli/job_printer.h"
#include "cli/verbs.h"
#include "core/byte_size.h"
#include "jobs/plan_runner.h"
#include "storage/publish.h"

namespace sluice::cli {
namespace {

constexpr std::uint64_t kPlanBytesMax = 256 * core::kMiB;

core::Status WriteDocument(const std::string& path, const std::string& text, Application& application) {
  if (path.empty() || path == "-") {
    application.console().Data(text);
    return core::Ok();
  }
  return storage::WriteWhole(application.files(), path, text);
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
  jobs::InputOpener opener(application.environment(), job.settings.read);
  pipeline::Progress progress = application.MakeProgress();
  pipeline::TaskReport report;
  SLUICE_TRY(jobs::DoTask(job, flags.index, application.environment(), opener, progress, report));
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

core::Result<ExitCode> CommitReports(const CommitFlags& flags, Application& application) {
  SLUICE_ASSIGN_OR_RETURN(const jobs::PlannedJob job, ReadPlan(flags.plan_path, application));
  std::vector<pipeline::TaskReport> reports;
  for (const std::string& path : flags.report_paths) {
    SLUICE_ASSIGN_OR_RETURN(const std::string text, application.files().ReadAll(path, kPlanBytesMax));
    core::Result<pipeline::TaskReport> report = pipeline::TaskReportFromJson(text);
    if (!report) return std::move(report).error().WithPrefix(path + ": ");
    reports.push_back(*std::move(report));
  }
  const pipeline::JobReport report = jobs::DoCommit(job.plan, reports, application.environment());
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
