#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "cli/table_verbs.h"
#include "core/byte_size.h"

namespace sluice::cli {

ExitCode PrintChange(Console& console, const table::TableChange& change, std::string_view done) {
  for (const std::string& note : change.notes) console.Hint("note: " + note);
  if (console.json()) {
    nlohmann::ordered_json object;
    object["version"] = change.version;
    object["committed"] = change.committed;
    object["already_applied"] = change.already_applied;
    object["files_added"] = change.files_added;
    object["files_removed"] = change.files_removed;
    object["vectors_added"] = change.vectors_added;
    object["rows"] = change.rows;
    object["bytes_added"] = change.bytes_added;
    object["bytes_removed"] = change.bytes_removed;
    console.Data(object.dump(console.json_indent()) + "\n");
  } else if (change.committed) {
    console.Say(fmt::format("{} {} (version {})", console.symbols().done, done, change.version));
  } else {
    console.Say(change.already_applied
                    ? fmt::format("{} already applied, nothing was written", console.symbols().skipped)
                    : fmt::format("{} nothing to do (version {})", console.symbols().skipped, change.version));
  }
  return change.committed ? ExitCode::kDone : ExitCode::kNothingToDo;
}

void AddTableVerb(CLI::App& app, VerbAction& chosen) {
  CLI::App* table = app.add_subcommand("table", "one Delta table: read, write, maintain");
  table->require_subcommand(1);
  AddTableReadVerbs(*table, chosen);
  AddTableWriteVerbs(*table, chosen);
  AddTableAlterVerbs(*table, chosen);
  AddTableMaintainVerbs(*table, chosen);
}

}  // namespace sluice::cli
