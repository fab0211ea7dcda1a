#pragma once

#include <string>
#include <string_view>

#include "cli/verbs.h"
#include "table/table_change.h"

namespace sluice::cli {

// Each adds some of the verbs of `sluice table`.
void AddTableReadVerbs(CLI::App& table, VerbAction& chosen);      ///< describe, history, files, changes
void AddTableWriteVerbs(CLI::App& table, VerbAction& chosen);     ///< create, append, delete
void AddTableAlterVerbs(CLI::App& table, VerbAction& chosen);     ///< alter, restore
void AddTableMaintainVerbs(CLI::App& table, VerbAction& chosen);  ///< optimize, vacuum, checkpoint, verify

/// Say what an operation did: `done` is the sentence for a commit ("Deleted 5 rows"). kNothingToDo when there was
/// nothing to commit.
ExitCode PrintChange(Console& console, const table::TableChange& change, std::string_view done);

}  // namespace sluice::cli
