#pragma once

#include <functional>
#include <string>

#include "cli/application.h"

namespace CLI {
class App;
}

namespace sluice::cli {

/// What the chosen verb does once all flags are read.
using VerbAction = std::function<core::Result<ExitCode>(Application&)>;

// Each adds one verb with its flags to `app`; when the verb is chosen, parsing sets `chosen`.
void AddCopyVerb(CLI::App& app, VerbAction& chosen);
void AddRunVerb(CLI::App& app, VerbAction& chosen);
void AddPlanVerb(CLI::App& app, VerbAction& chosen);
void AddTaskAndCommitVerbs(CLI::App& app, VerbAction& chosen);
void AddQueryVerb(CLI::App& app, VerbAction& chosen);
void AddSchemaVerb(CLI::App& app, VerbAction& chosen);
void AddStatusVerb(CLI::App& app, VerbAction& chosen);
void AddConfigVerb(CLI::App& app, VerbAction& chosen);
void AddTableVerb(CLI::App& app, VerbAction& chosen);
void AddLoadVerb(CLI::App& app, VerbAction& chosen);
void AddRecorderVerb(CLI::App& app, VerbAction& chosen);
void AddLaterVerbs(CLI::App& app, VerbAction& chosen);  ///< names of the contract that this version refuses

}  // namespace sluice::cli
