#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>

#include "cli/export_flags.h"
#include "cli/open_ledger.h"
#include "cli/verbs.h"
#include "core/run_id.h"
#include "jobs/document.h"
#include "jobs/export_job.h"

namespace sluice::cli {
namespace {

struct PlanFlags {
  std::string job;
  std::string output = "-";
  ExportFlags selection;
};

core::Result<ExitCode> Plan(const PlanFlags& flags, Application& application) {
  SLUICE_TRY(application.OpenProject());
  SLUICE_ASSIGN_OR_RETURN(const jobs::JobConfig* job, application.config()->FindJob(flags.job));
  SLUICE_ASSIGN_OR_RETURN(const jobs::ExportSelection selection, flags.selection.Selection());
  SLUICE_ASSIGN_OR_RETURN(const jobs::Environment* environment, application.environment());
  const std::string run = core::NewRunId(application.clock(), application.random());
  SLUICE_ASSIGN_OR_RETURN(const OpenLedger ledger, OpenLedger::Open(application, run, "plan", true));
  SLUICE_ASSIGN_OR_RETURN(jobs::ExportPlan exported,
                          jobs::PlanExport(*job, selection, {.environment = *environment, .ledger = ledger.get()}));
  for (const std::string& warning : exported.warnings) application.console().Warn("! " + warning);
  std::erase_if(exported.outputs, [](const jobs::PlannedOutput& output) { return output.skipped(); });
  if (exported.outputs.empty()) {
    application.console().Warn("nothing to do: no input, or every output is there already");
    return ExitCode::kNothingToDo;
  }
  SLUICE_ASSIGN_OR_RETURN(const jobs::PlannedJob planned,
                          jobs::MakeExportJob(*job, exported.outputs, *environment, run));
  const std::string text = ToJson(planned.plan);
  if (flags.output == "-") {
    application.console().Data(text);
    return ExitCode::kDone;
  }
  SLUICE_TRY(jobs::WriteDocument(flags.output, text, application.files()));
  application.console().Say(fmt::format("{} with {} tasks; next: sluice task {} --index 0 --report report-0.json",
                                        flags.output, planned.plan.tasks.size(), flags.output));
  return ExitCode::kDone;
}

}  // namespace

void AddPlanVerb(CLI::App& app, VerbAction& chosen) {
  auto flags = std::make_shared<PlanFlags>();
  CLI::App* verb = app.add_subcommand("plan", "plan a job for 'task' and 'commit', in any scheduler");
  verb->add_option("job", flags->job, "a job of the configuration")->required();
  verb->add_option("-o,--out", flags->output, "where the plan goes (standard output)");
  flags->selection.AddTo(*verb);
  verb->callback(
      [flags, &chosen] { chosen = [flags](Application& application) { return Plan(*flags, application); }; });
}

}  // namespace sluice::cli
