#include "cli/command_line.h"

#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <exception>
#include <string>
#include <string_view>
#include <vector>

#include "cli/application.h"
#include "cli/environment_names.h"
#include "cli/signals.h"
#include "cli/verbs.h"
#include "core/suggestion.h"
#include "core/version.h"
#include "jobs/settings.h"

namespace sluice::cli {
namespace {

// The settings that are flags of every verb; others are flags of the verbs they are about.
constexpr const char* kSharedSettings[] = {"state",    "output",    "memory",     "threads",
                                           "progress", "log_level", "log_format", "log_file"};

void AddSharedFlags(CLI::App& app, Application& application) {
  constexpr const char* kGroup = "Everywhere";
  app.add_option("--config", application.config_flag, "the configuration file (default: ./sluice.yaml)")->group(kGroup);
  for (const char* name : kSharedSettings) {
    const jobs::SettingDefinition* setting = jobs::FindSetting(name);
    if (setting == nullptr) continue;
    std::string help = setting->meaning;
    for (const std::string& choice : setting->choices)
      help += (&choice == setting->choices.data() ? ": " : ", ") + choice;
    app.add_option_function<std::string>(
           jobs::FlagNameOf(name), [&application, name](const std::string& text) { application.flags[name] = text; },
           help)
        ->group(kGroup);
  }
  app.add_flag_callback(
         "-q,--quiet", [&application] { application.flags["quiet"] = "true"; }, "say nothing but errors")
      ->group(kGroup);
  app.add_flag_callback(
         "-v,--verbose", [&application] { application.flags["verbose"] = "true"; }, "say more")
      ->group(kGroup);
}

std::string EnvironmentNameOf(std::string flag) {
  std::replace(flag.begin(), flag.end(), '-', '_');
  return jobs::EnvironmentNameOf(flag);
}

// Every flag of a verb has an environment twin: --max-rejects = SLUICE_MAX_REJECTS. The shared ones are resolved with
// the configuration file instead.
void AddEnvironmentTwins(CLI::App& app) {
  for (CLI::App* verb : app.get_subcommands({})) {
    for (CLI::Option* option : verb->get_options()) {
      if (!option->get_lnames().empty() && option->get_lnames()[0] != "help") {
        option->envname(EnvironmentNameOf(option->get_lnames()[0]));
      }
    }
    AddEnvironmentTwins(*verb);
  }
}

// The names, without SLUICE_, of all variables that any verb reads.
void CollectVariables(const CLI::App& app, std::vector<std::string>& names) {
  const std::size_t prefix_size = jobs::EnvironmentNameOf("").size();
  for (const CLI::App* verb : app.get_subcommands({})) {
    for (const CLI::Option* option : verb->get_options()) {
      if (!option->get_envname().empty()) names.push_back(option->get_envname().substr(prefix_size));
    }
    CollectVariables(*verb, names);
  }
}

void WarnOfUnknownVariables(const CLI::App& app, Console& console) {
  std::vector<std::string> known{"CONFIG", "DUCKDB_LIBRARY"};
  const std::size_t prefix_size = jobs::EnvironmentNameOf("").size();
  for (const jobs::SettingDefinition& setting : jobs::SettingDefinitions()) {
    known.push_back(jobs::EnvironmentNameOf(setting.name).substr(prefix_size));
  }
  CollectVariables(app, known);
  for (const std::string& sentence : UnknownVariables(environ, known)) console.Hint("note: " + sentence);
}

void CollectFlags(const CLI::App& app, std::vector<std::string>& flags) {
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) flags.push_back("--" + name);
  }
}

/// What CLI11 says, in our words where its own name internals.
std::string SentenceOf(const CLI::ParseError& failure, const std::string& verb_path) {
  constexpr std::string_view kNotConverted = "Could not convert: ";  // "--limit = many"
  std::string said = failure.what();
  const std::size_t equals = said.find(" = ");
  if (said.starts_with(kNotConverted) && equals != std::string::npos) {
    return fmt::format("{} '{}' is not a whole number",
                       said.substr(kNotConverted.size(), equals - kNotConverted.size()), said.substr(equals + 3));
  }
  if (const std::size_t missing = said.find(": 1 required "); missing != std::string::npos) {
    return said.substr(0, missing) + " needs a value";
  }
  if (said == "A subcommand is required") return fmt::format("'sluice {}' needs a verb", verb_path);
  return said;
}

core::Error UsageErrorFor(const CLI::App& app, const CLI::ParseError& failure,
                          const std::vector<std::string>& arguments) {
  const CLI::App* verb = &app;
  std::vector<std::string> known;
  CollectFlags(app, known);
  std::string verb_path;
  while (!verb->get_subcommands().empty()) {
    verb = verb->get_subcommands().front();
    verb_path += (verb_path.empty() ? "" : " ") + verb->get_name();
    CollectFlags(*verb, known);
  }
  std::string hint = verb == &app ? "'sluice --help' lists the verbs"
                                  : fmt::format("'sluice {} --help' lists its {}", verb_path,
                                                verb->get_subcommands({}).empty() ? "flags" : "verbs");
  std::string message = SentenceOf(failure, verb_path);
  // The word after the verbs, where another verb has to follow.
  const std::size_t next = verb == &app ? 0 : 1 + static_cast<std::size_t>(std::ranges::count(verb_path, ' '));
  const bool verbs_first = next == 0 || arguments[0] == verb_path.substr(0, verb_path.find(' '));
  if (verbs_first && !verb->get_subcommands({}).empty() && next < arguments.size() &&
      !arguments[next].starts_with('-')) {
    std::vector<std::string> verbs;
    for (const CLI::App* each : verb->get_subcommands({})) verbs.push_back(each->get_name());
    const std::string path = verb_path.empty() ? "" : verb_path + " ";
    message = fmt::format("'{}{}' is not a verb", path, arguments[next]);
    if (const std::string nearest = core::NearestName(arguments[next], verbs); !nearest.empty()) {
      hint = fmt::format("did you mean 'sluice {}{}'?", path, nearest);
    }
  }
  for (const std::string& argument : arguments) {
    const std::string flag = argument.substr(0, argument.find('='));
    if (!flag.starts_with("--") || flag == "--" || std::find(known.begin(), known.end(), flag) != known.end()) continue;
    message = fmt::format("'{}' is not a flag of this verb", flag);
    if (const std::string nearest = core::NearestName(flag, known); !nearest.empty()) {
      hint = fmt::format("did you mean '{}'?", nearest);
    }
    break;
  }
  return core::UsageError(std::move(message)).WithHint(std::move(hint));
}

ExitCode Act(const CLI::App& app, Application& application, const VerbAction& chosen) {
  if (core::Status opened = application.Open(); !opened) {
    application.console().Fail(opened.error());
    return ExitCodeOf(opened.error().kind());
  }
  WarnOfUnknownVariables(app, application.console());
  const core::Result<ExitCode> result = chosen(application);
  if (result) return *result;
  application.console().Fail(result.error());
  return ExitCodeOf(result.error().kind());
}

std::string HelpText(const CLI::App& app) {
  const CLI::App* verb = &app;
  std::string path;
  while (!verb->get_subcommands().empty()) {
    path += (path.empty() ? "" : " ") + verb->get_name();
    verb = verb->get_subcommands().front();
  }
  std::string text = verb->help(path);
  if (verb != &app) {
    text +=
        "Everywhere:\n  --config --state --output --memory --threads --progress --log-level --log-format --log-file -q "
        "-v\n"
        "  'sluice --help' says what they mean; each is also an environment variable (SLUICE_MEMORY)\n";
  }
  return text;
}

ExitCode Parse(CLI::App& app, Application& application, VerbAction& chosen, std::vector<std::string> arguments) {
  const std::vector<std::string> in_order = arguments;
  try {
    app.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
  } catch (const CLI::CallForHelp&) {
    application.console().Data(HelpText(app));
    return ExitCode::kDone;
  } catch (const CLI::CallForVersion& version) {
    application.console().Data(fmt::format("{}\n", version.what()));
    return ExitCode::kDone;
  } catch (const CLI::ParseError& failure) {
    for (std::size_t i = 0; i < in_order.size(); ++i) {  // --output may stand before or after what could not be read
      const bool json = in_order[i].starts_with("--output=json") ||
                        (in_order[i] == "--output" && i + 1 < in_order.size() && in_order[i + 1].starts_with("json"));
      if (json) application.console().set_format(OutputFormat::kJson);
    }
    application.console().Fail(UsageErrorFor(app, failure, in_order));
    return ExitCode::kUsage;
  }
  if (chosen) return Act(app, application, chosen);
  application.console().Data(app.help());
  return ExitCode::kUsage;
}

ExitCode Run(Application& application, std::vector<std::string> arguments) {
  CLI::App app("Sluice lands rows: files become typed Parquet that answers SQL.", "sluice");
  app.require_subcommand(0, 1);
  app.set_help_flag("-h,--help", "print this and stop");
  VerbAction chosen;
  AddSharedFlags(app, application);
  app.set_version_flag("--version", fmt::format("sluice {}", core::Version()), "print the version and stop");
  AddCopyVerb(app, chosen);
  AddRunVerb(app, chosen);
  AddPlanVerb(app, chosen);
  AddTaskAndCommitVerbs(app, chosen);
  AddQueryVerb(app, chosen);
  AddSchemaVerb(app, chosen);
  AddStatusVerb(app, chosen);
  AddConfigVerb(app, chosen);
  AddTableVerb(app, chosen);
  AddLoadVerb(app, chosen);
  AddRecorderVerb(app, chosen);
  AddLaterVerbs(app, chosen);
  for (CLI::App* verb : app.get_subcommands({})) {
    if (verb->get_allow_extras()) continue;
    verb->fallthrough();
    for (CLI::App* inner : verb->get_subcommands({})) inner->fallthrough();
  }
  AddEnvironmentTwins(app);
  return Parse(app, application, chosen, std::move(arguments));
}

}  // namespace

int Main(int argument_count, char** arguments) {
  const std::vector<std::string> list(arguments + 1, arguments + argument_count);
  Application application;
  if (list.size() == 1 && list[0] == "--version") {
    application.console().Data(fmt::format("sluice {}\n", core::Version()));
    return application.console().Flush() ? 0 : static_cast<int>(ExitCode::kIo);
  }
  CancelOnSignals(application.cancellation());
  ExitCode code = ExitCode::kInternal;
  try {
    code = Run(application, list);
  } catch (const std::exception& failure) {
    application.console().Fail(core::Internal(fmt::format("unexpected: {}", failure.what()))
                                   .WithHint("this is a defect of Sluice; please report it with the command"));
  }
  if (ReceivedSignal() != 0 && code == ExitCode::kInterrupted) return 128 + ReceivedSignal();
  if (!application.console().Flush() && code == ExitCode::kDone) {
    application.console().Fail(core::IoError("standard output could not be written"));
    code = ExitCode::kIo;
  }
  return static_cast<int>(code);
}

}  // namespace sluice::cli
