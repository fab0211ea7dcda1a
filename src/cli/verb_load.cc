#include <CLI/CLI.hpp>
#include <memory>

#include "cli/load_printer.h"
#include "cli/verbs.h"
#include "core/duration.h"
#include "core/waiter.h"
#include "warehouse/load_by_url.h"

namespace sluice::cli {
namespace {

struct LoadFlags {
  std::string folder;
  std::string target;
  std::string retry_for;
  std::string on_error = "abort";
  warehouse::LoadOptions options;
};

core::Result<ExitCode> RunLoad(LoadFlags flags, Application& application) {
  SLUICE_ASSIGN_OR_RETURN(const jobs::Environment* environment, application.environment());
  if (flags.options.parallel == 0) return core::UsageError("--parallel: at least 1");
  if (!flags.retry_for.empty()) {
    const auto duration = core::ParseDuration(flags.retry_for);
    if (!duration)
      return core::UsageError("--retry-for: " + duration.error().message()).WithHint(duration.error().hint());
    flags.options.retry_for = *duration;
  }
  flags.options.skip_bad_rows = flags.on_error == "continue";
  core::SleepingWaiter waiter;
  SLUICE_ASSIGN_OR_RETURN(
      const warehouse::LoadReport report,
      warehouse::LoadByUrl(*environment, waiter, {flags.folder, flags.target, flags.options, ProcessVariable}));
  Console& console = application.console();
  for (const std::string& note : report.notes) console.Hint("note: " + note);
  if (console.json()) {
    console.Data(report.ToJson(console.json_indent()) + "\n");
  } else {
    SayLoad(report, false, console);
    if (report.dry_run) console.Say("DRY RUN - nothing was loaded");
  }
  if (auto verdict = report.Verdict()) {
    // The report is on standard output already; one document there is enough.
    if (!console.json()) return *std::move(verdict);
    console.ErrorText(verdict->ToString() + "\n");
    return ExitCodeOf(verdict->kind());
  }
  if (report.dry_run) return ExitCode::kDone;
  if (report.acts == 0) return ExitCode::kNothingToDo;
  return report.rejected() ? ExitCode::kRejected : ExitCode::kDone;
}

}  // namespace

void AddLoadVerb(CLI::App& app, VerbAction& chosen) {
  const auto flags = std::make_shared<LoadFlags>();
  CLI::App* verb = app.add_subcommand("load", "load a recorder's finished files into a table, exactly once");
  verb->add_option("folder", flags->folder, "the recorder's folder, or one above several")->required();
  verb->add_option(
          "target", flags->target,
          "postgresql://host/db?table=s.t, duckdb:FILE?table=t, delta:DIR, clickhouse://user@host/db?table=t or "
          "snowflake://user@account/DB/SCHEMA?table=T")
      ->required();
  verb->add_flag("--keep", flags->options.keep, "keep local files that are loaded");
  verb->add_flag("--create", flags->options.create, "make the table when there is none");
  verb->add_flag("--retry-failed", flags->options.retry_failed, "try files again that were refused");
  verb->add_flag("--gc", flags->options.collect_garbage, "remove staged copies that earlier loads left behind");
  verb->add_option("--parallel", flags->options.parallel, "files on their way at once (8)");
  verb->add_option("--retry-for", flags->retry_for, "go on trying a target that is away: 30m (five times)");
  verb->add_option("--on-error", flags->on_error, "of a row that the table refuses: abort its file, or continue")
      ->check(CLI::IsMember({"abort", "continue"}));
  verb->add_option("--json-columns", flags->options.json_columns, "COL,…: texts that are JSON")->delimiter(',');
  verb->add_flag("--recover", flags->options.recover, "first publish what recorders that died left behind");
  verb->add_flag("--dry-run", flags->options.dry_run, "say what there is to load, and load nothing");
  verb->callback(
      [flags, &chosen] { chosen = [flags](Application& application) { return RunLoad(*flags, application); }; });
}

}  // namespace sluice::cli
