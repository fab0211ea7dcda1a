#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <charconv>
#include <memory>

#include "cli/copy_run.h"
#include "cli/count_text.h"
#include "cli/name_list.h"
#include "cli/open_table.h"
#include "cli/read_flags.h"
#include "cli/table_verbs.h"
#include "delta/arrow_types.h"
#include "delta_log/table_location.h"
#include "jobs/copy_target.h"
#include "pipeline/reject_budget.h"
#include "table/delete_rows.h"
#include "table/new_table.h"
#include "table/table_write.h"

namespace sluice::cli {
namespace {

struct WriteFlags {
  std::string path;
  std::vector<std::string> sources;
  ReadFlags read;
  std::vector<std::string> partition_by;
  std::vector<std::string> cluster_by;
  std::vector<std::string> properties;
  std::string name;
  std::string description;
  std::string mode = "append";
  std::string replace_where;
  std::string txn;
  std::string user_metadata;
  bool add_columns = false;
  std::string rejects_path;
  std::string max_rejects;
  std::string where;
};

/// "app:version"; the app's name may hold colons.
core::Result<std::optional<table::ApplicationVersion>> ReadApplication(const std::string& text) {
  if (text.empty()) return std::optional<table::ApplicationVersion>();
  const std::size_t colon = text.rfind(':');
  table::ApplicationVersion application;
  if (colon != std::string::npos && colon > 0) {
    application.app_id = text.substr(0, colon);
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data() + colon + 1, end, application.version);
    if (error == std::errc() && stop == end) return std::optional(application);
  }
  return core::UsageError(fmt::format("--txn '{}' is not APP:VERSION", text)).WithHint("--txn loader:42");
}

std::optional<std::string> IfSaid(const std::string& text) { return text.empty() ? std::nullopt : std::optional(text); }

core::Result<ExitCode> Create(const WriteFlags& flags, Application& application) {
  SLUICE_ASSIGN_OR_RETURN(const jobs::Environment* environment, application.environment());
  SLUICE_ASSIGN_OR_RETURN(const auto declared, flags.read.Declared(application.files()));
  if (!declared) {
    return core::UsageError("create needs --columns or --schema")
        .WithHint("--columns \"id int64 not null, name string\"");
  }
  table::CreateRequest request;
  SLUICE_ASSIGN_OR_RETURN(request.schema, delta::FromEngineSchema(declared->ToSchema()));
  SLUICE_ASSIGN_OR_RETURN(request.partition_by, SplitNames(flags.partition_by, "--partition-by"));
  SLUICE_ASSIGN_OR_RETURN(request.cluster_by, SplitNames(flags.cluster_by, "--cluster-by"));
  SLUICE_ASSIGN_OR_RETURN(request.properties, SplitPairs(flags.properties, "--property", "delta.appendOnly=true"));
  request.name = IfSaid(flags.name);
  request.description = IfSaid(flags.description);
  SLUICE_ASSIGN_OR_RETURN(const auto location, delta_log::ParseTableLocation(environment->files, flags.path));
  SLUICE_TRY(jobs::CheckRoomForTable(location.root, environment->files));
  SLUICE_ASSIGN_OR_RETURN(const table::NewTable planned,
                          table::PlanTable(*environment, location.root, std::move(request)));
  table::WriteRequest write;
  write.user_metadata = IfSaid(flags.user_metadata);
  SLUICE_ASSIGN_OR_RETURN(const table::TableChange change, table::CommitNewTable(*environment, planned, write, {}));
  return PrintChange(application.console(), change, "Created " + location.root);
}

core::Result<ExitCode> Append(const WriteFlags& flags, Application& application) {
  jobs::CopyRequest request;
  request.sources = flags.sources;
  request.target = flags.path.starts_with("delta:") ? flags.path : "delta:" + flags.path;
  SLUICE_ASSIGN_OR_RETURN(request.read, flags.read.Settings());
  SLUICE_ASSIGN_OR_RETURN(request.declared, flags.read.Declared(application.files()));
  request.rejects_path = flags.rejects_path;
  request.rejects_max = flags.max_rejects.empty() ? application.settings().text("max_rejects") : flags.max_rejects;
  const auto budget = pipeline::RejectBudget::Parse(request.rejects_max);
  if (!budget) return core::UsageError("--max-rejects: " + budget.error().message()).WithHint(budget.error().hint());
  if (flags.mode != "append" && flags.mode != "overwrite") {
    return core::UsageError(fmt::format("--mode '{}' is unknown", flags.mode)).WithHint("say append or overwrite");
  }
  request.mode = flags.mode == "append" ? jobs::CopyMode::kAppend : jobs::CopyMode::kOverwrite;
  request.table.must_exist = true;
  request.table.replace_where = flags.replace_where;
  request.table.add_columns = flags.add_columns;
  request.table.user_metadata = IfSaid(flags.user_metadata);
  SLUICE_ASSIGN_OR_RETURN(request.table.application, ReadApplication(flags.txn));
  return RunCopy(request, /*dry_run=*/false, /*explain=*/false, application);
}

core::Result<ExitCode> Delete(const WriteFlags& flags, Application& application) {
  SLUICE_ASSIGN_OR_RETURN(const auto snapshot, OpenTableToWrite(flags.path, application));
  SLUICE_ASSIGN_OR_RETURN(const jobs::Environment* environment, application.environment());
  table::DeleteRequest request{.condition = flags.where, .user_metadata = IfSaid(flags.user_metadata)};
  SLUICE_ASSIGN_OR_RETURN(request.application, ReadApplication(flags.txn));
  SLUICE_ASSIGN_OR_RETURN(const table::TableChange change, table::DeleteRows(*environment, snapshot, request));
  return PrintChange(application.console(), change, "Deleted " + CountText(change.rows, "row"));
}

template <typename Action>
CLI::App* Add(CLI::App& table, const char* name, const char* help, const std::shared_ptr<WriteFlags>& flags,
              VerbAction& chosen, Action action) {
  CLI::App* verb = table.add_subcommand(name, help);
  verb->add_option("path", flags->path, "the table's folder")->required();
  verb->add_option("--user-metadata", flags->user_metadata, "a text of yours, kept in the commit");
  verb->callback([flags, &chosen, action] {
    chosen = [flags, action](Application& application) { return action(*flags, application); };
  });
  return verb;
}

void AddList(CLI::App& verb, const char* flag, std::vector<std::string>& list, const char* help) {
  verb.add_option(flag, list, help)->allow_extra_args(false);
}

void AddCreateVerb(CLI::App& table, VerbAction& chosen) {
  const auto flags = std::make_shared<WriteFlags>();
  CLI::App* verb = Add(table, "create", "a new, empty table", flags, chosen, Create);
  flags->read.AddSchemaTo(*verb);
  AddList(*verb, "--partition-by", flags->partition_by, "COL,...: a folder for each value");
  AddList(*verb, "--cluster-by", flags->cluster_by, "COL,...: what optimize sorts by");
  AddList(*verb, "--property", flags->properties, "KEY=VALUE, as delta.appendOnly=true; may be repeated");
  verb->add_option("--name", flags->name, "a name for people");
  verb->add_option("--description", flags->description, "a description for people");
}

void AddAppendVerb(CLI::App& table, VerbAction& chosen) {
  const auto flags = std::make_shared<WriteFlags>();
  CLI::App* verb = Add(table, "append", "add rows of files, in one commit", flags, chosen, Append);
  verb->add_option("source", flags->sources, "files, globs, delta:DIR or -")->required();
  flags->read.AddTo(*verb);
  verb->add_option("--mode", flags->mode, "append, or overwrite: the new rows are the table (append)");
  verb->add_option("--replace-where", flags->replace_where, "SQL: the new rows take the place of these");
  verb->add_option("--txn", flags->txn, "APP:VERSION: done once, however often it is run");
  verb->add_flag("--add-columns", flags->add_columns, "add columns that the table does not have");
  verb->add_option("--rejects", flags->rejects_path, "where rejected rows go, as NDJSON");
  verb->add_option("--max-rejects", flags->max_rejects, "N or P%: rows that may be rejected (0)");
}

}  // namespace

void AddTableWriteVerbs(CLI::App& table, VerbAction& chosen) {
  AddCreateVerb(table, chosen);
  AddAppendVerb(table, chosen);
  const auto deletion = std::make_shared<WriteFlags>();
  CLI::App* verb = Add(table, "delete", "delete the rows that satisfy a condition", deletion, chosen, Delete);
  verb->add_option("--where", deletion->where, "SQL")->required();
  verb->add_option("--txn", deletion->txn, "APP:VERSION: done once, however often it is run");
}

}  // namespace sluice::cli
