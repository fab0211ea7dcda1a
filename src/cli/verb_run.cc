#include <CLI/CLI.hpp>
#include <memory>
#include <span>

#include "cli/export_flags.h"
#include "cli/open_ledger.h"
#include "cli/run_printer.h"
#include "cli/verbs.h"
#include "core/run_id.h"
#include "jobs/export_run.h"
#include "jobs/load_job.h"

namespace sluice::cli {
namespace {

using pipeline::JobReport;
using pipeline::JobStatus;

struct RunFlags {
  std::vector<std::string> jobs;
  ExportFlags selection;
  bool dry_run = false;
  std::string resume;
};

void AddFlags(CLI::App& verb, RunFlags& flags) {
  verb.add_option("jobs", flags.jobs, "JOB...: names of the configuration (all)");
  flags.selection.AddTo(verb);
}

// What an earlier run was asked for. Its finished outputs are skipped, so that running it again does what is left.
core::Result<RunFlags> FlagsOf(const std::string& run, Application& application) {
  SLUICE_ASSIGN_OR_RETURN(const auto ledger,
                          pipeline::Ledger::OpenExisting(application.state_path(), application.clock()));
  SLUICE_ASSIGN_OR_RETURN(const pipeline::RunRecord record, ledger->FindRun(run));
  constexpr std::string_view kVerb = "run";
  if (!record.command.starts_with(kVerb)) {
    return core::UsageError("run " + record.id + " was a '" + record.command + "', which cannot be resumed");
  }
  RunFlags flags;
  CLI::App parser;
  AddFlags(parser, flags);
  try {
    parser.parse(record.command.substr(kVerb.size()));
  } catch (const CLI::ParseError& failure) {
    return core::Corruption("run " + record.id + ": its command cannot be read: " + failure.what());
  }
  return flags;
}

core::Result<std::vector<const jobs::JobConfig*>> ChooseJobs(const RunFlags& flags, const jobs::Config& config) {
  std::vector<const jobs::JobConfig*> chosen;
  for (const std::string& name : flags.jobs) {
    const core::Result<const jobs::JobConfig*> job = config.FindJob(name);
    if (!job) return core::UsageError(job.error().message()).WithHint(job.error().hint());
    chosen.push_back(*job);
  }
  if (flags.jobs.empty()) {
    for (const jobs::JobConfig& job : config.jobs) chosen.push_back(&job);
  }
  return chosen;
}

pipeline::RunCounts Count(const std::vector<JobReport>& reports) {
  pipeline::RunCounts counts;
  for (const JobReport& report : reports) {
    counts.outputs += report.files.size();
    counts.skipped += report.status == JobStatus::kSkipped ? 1 : 0;
    counts.rows_read += report.rows_read;
    counts.rows_written += report.rows_written;
    counts.rows_rejected += report.rows_rejected;
    counts.bytes_read += report.bytes_read;
    counts.bytes_written += report.bytes_written;
  }
  return counts;
}

const core::Error* FirstError(const std::vector<JobReport>& reports) {
  for (const JobReport& report : reports) {
    if (report.error) return &*report.error;
  }
  return nullptr;
}

bool AnyRejected(const std::vector<JobReport>& reports) {
  for (const JobReport& report : reports) {
    if (report.status == JobStatus::kRejected) return true;
  }
  return false;
}

core::Status FinishRun(pipeline::Ledger& ledger, const std::string& run, const std::vector<JobReport>& reports) {
  const core::Error* error = FirstError(reports);
  pipeline::RunStatus status = AnyRejected(reports) ? pipeline::RunStatus::kRejected : pipeline::RunStatus::kDone;
  if (error != nullptr) status = pipeline::RunStatus::kFailed;
  return ledger.FinishRun(run, status, Count(reports), error == nullptr ? "" : error->message());
}

std::string CommandText(const RunFlags& flags) {
  std::string text = "run";
  for (const std::string& job : flags.jobs) text += " " + job;
  return text + flags.selection.Text();
}

std::vector<JobReport> RunJobs(std::span<const jobs::JobConfig* const> chosen, const jobs::ExportSelection& selection,
                               const jobs::ExportContext& context, RunPrinter& printer) {
  core::SleepingWaiter waiter;
  std::vector<JobReport> reports;
  for (const jobs::JobConfig* job : chosen) {
    if (job->load_job) {
      jobs::LoadedJob loaded = jobs::RunLoad(
          *job, {context.environment, waiter, context.ledger, ProcessVariable, context.run, context.dry_run});
      printer.OnLoad(loaded);
      reports.push_back(std::move(loaded.report));
    } else {
      for (JobReport& report : jobs::RunExport(*job, selection, context)) reports.push_back(std::move(report));
    }
  }
  return reports;
}

core::Result<ExitCode> Run(const RunFlags& given, Application& application) {
  SLUICE_TRY(application.OpenProject());
  RunFlags flags = given;
  if (!given.resume.empty()) {
    SLUICE_ASSIGN_OR_RETURN(flags, FlagsOf(given.resume, application));
    flags.dry_run = given.dry_run;
  }
  Console& console = application.console();
  SLUICE_ASSIGN_OR_RETURN(const jobs::ExportSelection selection, flags.selection.Selection());
  SLUICE_ASSIGN_OR_RETURN(const auto chosen, ChooseJobs(flags, *application.config()));
  SLUICE_ASSIGN_OR_RETURN(const jobs::Environment* environment, application.environment());
  const std::string run = core::NewRunId(application.clock(), application.random());
  SLUICE_ASSIGN_OR_RETURN(const OpenLedger ledger,
                          OpenLedger::Open(application, run, CommandText(flags), flags.dry_run));
  if (!flags.dry_run) SLUICE_TRY(ledger->BeginRun(run, CommandText(flags)));
  pipeline::Progress progress = application.MakeProgress();
  RunPrinter printer(console, application.clock(), application.settings());
  const jobs::ExportContext context{*environment, ledger.get(), progress, printer, run, flags.dry_run};
  const std::vector<JobReport> reports = RunJobs(chosen, selection, context, printer);
  if (!flags.dry_run) SLUICE_TRY(FinishRun(*ledger, run, reports));
  SLUICE_TRY(environment->cancellation.Check());
  printer.Finish(flags.dry_run);
  if (console.json()) console.Data(pipeline::ToJson(run, reports, console.json_indent()) + "\n");
  if (const core::Error* error = FirstError(reports)) return ExitCodeOf(error->kind());
  return AnyRejected(reports) ? ExitCode::kRejected : ExitCode::kDone;
}

}  // namespace

void AddRunVerb(CLI::App& app, VerbAction& chosen) {
  auto flags = std::make_shared<RunFlags>();
  CLI::App* verb = app.add_subcommand("run", "run the jobs of the configuration: all, or those named");
  AddFlags(*verb, *flags);
  verb->add_option("--resume", flags->resume, "RUN: do what is left of an earlier run");
  verb->add_flag("--dry-run", flags->dry_run, "say what would be made, and stop");
  verb->callback([flags, &chosen] { chosen = [flags](Application& application) { return Run(*flags, application); }; });
}

}  // namespace sluice::cli
