#include <CLI/CLI.hpp>
#include <memory>

#include "cli/verbs.h"
#include "pipeline/ledger.h"
#include "pipeline/ledger_report.h"

namespace sluice::cli {
namespace {

constexpr std::size_t kRunsShownMax = 20;

core::Result<ExitCode> Status(const std::string& run, Application& application) {
  Console& console = application.console();
  SLUICE_TRY(application.OpenProjectIfThere());
  auto opened = pipeline::Ledger::OpenExisting(application.state_path(), application.clock());
  if (!opened && opened.error().kind() == core::ErrorKind::kNotFound && run.empty()) {
    console.Data(console.json() ? "{\"runs\":[]}\n" : "no runs yet\n");
    return ExitCode::kDone;
  }
  SLUICE_ASSIGN_OR_RETURN(const std::unique_ptr<pipeline::Ledger> ledger, std::move(opened));
  if (run.empty()) {
    SLUICE_ASSIGN_OR_RETURN(const auto runs, ledger->ListRuns(kRunsShownMax));
    console.Data(console.json() ? pipeline::ToJson(runs, console.json_indent()) + "\n" : pipeline::ToText(runs));
    return ExitCode::kDone;
  }
  SLUICE_ASSIGN_OR_RETURN(const pipeline::RunDetails details, pipeline::ReadRunDetails(*ledger, run));
  console.Data(console.json() ? pipeline::ToJson(details, console.json_indent()) + "\n" : pipeline::ToText(details));
  return ExitCode::kDone;
}

}  // namespace

void AddStatusVerb(CLI::App& app, VerbAction& chosen) {
  auto run = std::make_shared<std::string>();
  CLI::App* verb = app.add_subcommand("status", "runs in the ledger: state, rows, timings, what to do next");
  verb->add_option("run", *run, "a run's id, or its first characters");
  verb->callback([run, &chosen] { chosen = [run](Application& application) { return Status(*run, application); }; });
}

}  // namespace sluice::cli
