#include <CLI/CLI.hpp>

#include "cli/verbs.h"
#include "jobs/config_show.h"

namespace sluice::cli {
namespace {

core::Result<ExitCode> Show(Application& application) {
  SLUICE_TRY(application.OpenProjectIfThere());
  Console& console = application.console();
  const auto values = jobs::ShowConfig(application.settings(), application.config());
  console.Data(console.json() ? jobs::ToJson(values, console.json_indent()) + "\n" : jobs::ToText(values));
  return ExitCode::kDone;
}

core::Result<ExitCode> Validate(Application& application) {
  SLUICE_TRY(application.OpenProject());
  application.console().Say(application.config()->path + ": no mistakes");
  return ExitCode::kDone;
}

}  // namespace

void AddConfigVerb(CLI::App& app, VerbAction& chosen) {
  CLI::App* verb = app.add_subcommand("config", "the configuration: show, validate");
  verb->require_subcommand(1);
  const auto add = [&](const char* name, const char* help, core::Result<ExitCode> (*action)(Application&)) {
    CLI::App* sub = verb->add_subcommand(name, help);
    sub->fallthrough();
    sub->callback([action, &chosen] { chosen = action; });
  };
  add("show", "every value with its origin; secrets as ***", Show);
  add("validate", "tell all mistakes at once, with their lines", Validate);
}

}  // namespace sluice::cli
