#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <array>
#include <utility>

#include "cli/verbs.h"

namespace sluice::cli {

void AddLaterVerbs(CLI::App& app, VerbAction& chosen) {
  constexpr std::array<std::pair<const char*, const char*>, 2> kLater{
      {{"check", "health of the jobs' outputs"}, {"schedule", "system timers for jobs"}}};
  for (const auto& [name, text] : kLater) {
    CLI::App* verb = app.add_subcommand(name, fmt::format("{} (not in this version)", text));
    verb->allow_extras();
    verb->group("Later");
    verb->callback([&chosen, verb_name = std::string(name)] {
      chosen = [verb_name](Application&) -> core::Result<ExitCode> {
        return core::Unsupported(fmt::format("'sluice {}' is not in this version", verb_name))
            .WithHint("'sluice --help' lists what is");
      };
    });
  }
}

}  // namespace sluice::cli
