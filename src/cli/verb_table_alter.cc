#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <optional>

#include "cli/name_list.h"
#include "cli/open_table.h"
#include "cli/table_verbs.h"
#include "delta/arrow_types.h"
#include "delta_log/table_location.h"
#include "schema/type_text.h"
#include "table/alter_table.h"
#include "table/restore_table.h"

namespace sluice::cli {
namespace {

struct AlterFlags {
  std::string path;
  std::vector<std::string> new_columns;
  std::vector<std::string> properties;
  std::vector<std::string> unset_properties;
  std::vector<std::string> constraints;
  std::vector<std::string> dropped_constraints;
  std::vector<std::string> domains;
  std::vector<std::string> removed_domains;
  std::string user_metadata;
  std::optional<std::int64_t> version;
  std::string timestamp;
};

bool NamesNoChange(const AlterFlags& flags) {
  return flags.new_columns.empty() && flags.properties.empty() && flags.unset_properties.empty() &&
         flags.constraints.empty() && flags.dropped_constraints.empty() && flags.domains.empty() &&
         flags.removed_domains.empty();
}

core::Result<ExitCode> Alter(const AlterFlags& flags, Application& application) {
  SLUICE_ASSIGN_OR_RETURN(const auto snapshot, OpenTableToWrite(flags.path, application));
  SLUICE_ASSIGN_OR_RETURN(const jobs::Environment* environment, application.environment());
  table::AlterRequest request;
  if (NamesNoChange(flags)) {
    return core::UsageError("alter needs a change to make").WithHint("'sluice table alter --help' lists them");
  }
  for (const std::string& text : flags.new_columns) {
    auto parsed = schema::ParseColumns(text);
    if (!parsed) return std::move(parsed).error().WithContext("--add-column takes a name and a type: \"note string\"");
    const schema::Schema columns = *std::move(parsed);
    SLUICE_ASSIGN_OR_RETURN(const delta::TableSchema fields, delta::FromEngineSchema(columns));
    request.add_columns.insert(request.add_columns.end(), fields.fields.begin(), fields.fields.end());
  }
  SLUICE_ASSIGN_OR_RETURN(request.set_properties,
                          SplitPairs(flags.properties, "--set-property", "delta.appendOnly=true"));
  request.unset_properties = flags.unset_properties;
  SLUICE_ASSIGN_OR_RETURN(request.add_constraints,
                          SplitPairs(flags.constraints, "--add-constraint", "\"positive=amount > 0\""));
  request.drop_constraints = flags.dropped_constraints;
  SLUICE_ASSIGN_OR_RETURN(request.set_domains, SplitPairs(flags.domains, "--set-domain", "name=text"));
  request.remove_domains = flags.removed_domains;
  if (!flags.user_metadata.empty()) request.user_metadata = flags.user_metadata;
  SLUICE_ASSIGN_OR_RETURN(const table::TableChange change, table::AlterTable(*environment, snapshot, request));
  return PrintChange(application.console(), change, "Altered " + snapshot->root);
}

core::Result<ExitCode> Restore(const AlterFlags& flags, Application& application) {
  SLUICE_ASSIGN_OR_RETURN(const auto snapshot, OpenTableToWrite(flags.path, application));
  SLUICE_ASSIGN_OR_RETURN(const jobs::Environment* environment, application.environment());
  if (flags.version.has_value() != flags.timestamp.empty()) {
    return core::UsageError("restore needs --version or --timestamp, and not both").WithHint("--version 3");
  }
  std::int64_t version = flags.version.value_or(0);
  if (version < 0) return core::UsageError(fmt::format("--version {}: versions begin at 0", version));
  if (!flags.timestamp.empty()) {
    const auto then = delta_log::ParseTableLocation(environment->files, flags.path + "@" + flags.timestamp);
    if (!then || !then->timestamp_us) {
      return core::UsageError(fmt::format("--timestamp '{}' is no time", flags.timestamp))
          .WithHint("--timestamp 2026-01-01T00:00:00Z; a time without a zone is UTC");
    }
    SLUICE_ASSIGN_OR_RETURN(const auto old, OpenTable(flags.path + "@" + flags.timestamp, application));
    version = old->version;
  }
  SLUICE_ASSIGN_OR_RETURN(const table::TableChange change, table::RestoreTable(*environment, snapshot, version, {}));
  return PrintChange(application.console(), change, fmt::format("Restored version {}", version));
}

CLI::App* Add(CLI::App& table, const char* name, const char* help, const std::shared_ptr<AlterFlags>& flags,
              VerbAction& chosen, core::Result<ExitCode> (*action)(const AlterFlags&, Application&)) {
  CLI::App* verb = table.add_subcommand(name, help);
  verb->add_option("path", flags->path, "the table's folder")->required();
  verb->callback([flags, &chosen, action] {
    chosen = [flags, action](Application& application) { return action(*flags, application); };
  });
  return verb;
}

void AddList(CLI::App& verb, const char* flag, std::vector<std::string>& list, const char* help) {
  verb.add_option(flag, list, help)->allow_extra_args(false);
}

void AddAlterVerb(CLI::App& table, VerbAction& chosen) {
  const auto flags = std::make_shared<AlterFlags>();
  CLI::App* verb = Add(table, "alter", "columns, properties, constraints, domains", flags, chosen, Alter);
  verb->add_option("--user-metadata", flags->user_metadata, "a text of yours, kept in the commit");
  AddList(*verb, "--add-column", flags->new_columns, "\"c type\": a new column; may be repeated");
  AddList(*verb, "--set-property", flags->properties, "KEY=VALUE; may be repeated");
  AddList(*verb, "--unset-property", flags->unset_properties, "KEY; may be repeated");
  AddList(*verb, "--add-constraint", flags->constraints, "NAME=SQL that every row must keep; may be repeated");
  AddList(*verb, "--drop-constraint", flags->dropped_constraints, "NAME; may be repeated");
  AddList(*verb, "--set-domain", flags->domains, "DOMAIN=TEXT: domain metadata of an application; may be repeated");
  AddList(*verb, "--remove-domain", flags->removed_domains, "DOMAIN; may be repeated");
}

}  // namespace

void AddTableAlterVerbs(CLI::App& table, VerbAction& chosen) {
  AddAlterVerb(table, chosen);
  const auto restore = std::make_shared<AlterFlags>();
  CLI::App* verb = Add(table, "restore", "make an old version the newest one", restore, chosen, Restore);
  verb->add_option("--version", restore->version, "the version to go back to");
  verb->add_option("--timestamp", restore->timestamp, "the time to go back to");
}

}  // namespace sluice::cli
