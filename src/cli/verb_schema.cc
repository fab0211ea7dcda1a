#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>

#include "cli/read_flags.h"
#include "cli/verbs.h"
#include "core/byte_size.h"
#include "jobs/file_source.h"
#include "jobs/input_list.h"
#include "jobs/schema_discovery.h"
#include "pipeline/task_runner.h"
#include "schema/schema_diff.h"
#include "schema/schema_file.h"

namespace sluice::cli {
namespace {

constexpr std::size_t kRejectsShownMax = 10;

struct SchemaFlags {
  std::vector<std::string> sources;
  ReadFlags read;
  bool json = false;
};

core::Result<jobs::Discovery> Discover(const SchemaFlags& flags, Application& application, jobs::ReadSettings& read) {
  SLUICE_ASSIGN_OR_RETURN(read, flags.read.Settings());
  SLUICE_ASSIGN_OR_RETURN(const auto declared, flags.read.Declared(application.files()));
  SLUICE_ASSIGN_OR_RETURN(const auto inputs, jobs::ExpandSources(flags.sources, application.files()));
  SLUICE_ASSIGN_OR_RETURN(const jobs::Environment* environment, application.environment());
  jobs::InputOpener opener(*environment, read);
  return jobs::DiscoverSchema(inputs, read, declared, *environment, opener);
}

core::Result<ExitCode> Infer(const SchemaFlags& flags, Application& application) {
  jobs::ReadSettings read;
  SLUICE_ASSIGN_OR_RETURN(const jobs::Discovery discovery, Discover(flags, application, read));
  for (const std::string& warning : discovery.warnings) application.console().Warn("note: " + warning);
  const bool json = flags.json || application.console().json();
  application.console().Data(json ? schema::SchemaFileToJson(discovery.spec)
                                  : schema::FormatSchemaFile(discovery.spec));
  return ExitCode::kDone;
}

core::Result<ExitCode> Check(const SchemaFlags& flags, Application& application) {
  SLUICE_ASSIGN_OR_RETURN(const auto declared, flags.read.Declared(application.files()));
  if (!declared)
    return core::UsageError("check needs --schema FILE or --columns")
        .WithHint("sluice schema check in.csv --schema s.yaml");
  jobs::PlanSettings settings{.spec = *declared};
  SLUICE_ASSIGN_OR_RETURN(settings.read, flags.read.Settings());
  SLUICE_ASSIGN_OR_RETURN(const auto inputs, jobs::ExpandSources(flags.sources, application.files()));
  pipeline::PlannedTask task;
  for (const std::string& path : inputs) {
    SLUICE_ASSIGN_OR_RETURN(task.inputs.emplace_back(), jobs::DescribeInput(path, application.files()));
  }
  SLUICE_ASSIGN_OR_RETURN(const jobs::Environment* environment, application.environment());
  jobs::InputOpener opener(*environment, settings.read);
  jobs::FileSource source(*environment, opener, settings);
  SLUICE_ASSIGN_OR_RETURN(const auto reader, source.Open({}, task));
  std::uint64_t rows = 0;
  std::uint64_t rejected = 0;
  while (true) {
    SLUICE_ASSIGN_OR_RETURN(const auto batch, reader->Next());
    if (!batch) break;
    rows += static_cast<std::uint64_t>(batch->rows->num_rows()) + batch->rejects.size();
    for (const columns::Reject& reject : batch->rejects) {
      if (rejected++ < kRejectsShownMax) application.console().Warn(pipeline::DescribeReject(reject));
    }
  }
  for (const auto& finding : reader->findings()) {
    application.console().Say(fmt::format("  column '{}': {}", finding.column, finding.detail));
  }
  application.console().Say(
      fmt::format("{} rows, {} do not fit", core::FormatCount(rows), core::FormatCount(rejected)));
  return rejected > 0 ? ExitCode::kBadData : ExitCode::kDone;
}

struct DiffFlags {
  std::string before;
  std::string after;
};

core::Result<schema::Schema> LoadSchema(const std::string& path, Application& application) {
  constexpr std::uint64_t kSchemaBytesMax = 16 * core::kMiB;
  if (path.ends_with(".yaml") || path.ends_with(".yml") || path.ends_with(".schema.json")) {
    SLUICE_ASSIGN_OR_RETURN(const std::string text, application.files().ReadAll(path, kSchemaBytesMax));
    SLUICE_ASSIGN_OR_RETURN(const schema::TableSpec spec, schema::ParseSchemaFile(text, path));
    return spec.ToSchema();
  }
  jobs::ReadSettings read;
  SLUICE_ASSIGN_OR_RETURN(const jobs::Environment* environment, application.environment());
  jobs::InputOpener opener(*environment, read);
  SLUICE_ASSIGN_OR_RETURN(const jobs::Discovery discovery,
                          jobs::DiscoverSchema({path}, read, {}, *environment, opener));
  return discovery.spec.ToSchema();
}

core::Result<ExitCode> Diff(const DiffFlags& flags, Application& application) {
  SLUICE_ASSIGN_OR_RETURN(const schema::Schema before, LoadSchema(flags.before, application));
  SLUICE_ASSIGN_OR_RETURN(const schema::Schema after, LoadSchema(flags.after, application));
  const schema::SchemaDiff diff = schema::Diff(before, after);
  application.console().Data(application.console().json() ? schema::ToJson(diff) + "\n" : schema::ToText(diff));
  return ExitCode::kDone;
}

}  // namespace

void AddSchemaVerb(CLI::App& app, VerbAction& chosen) {
  CLI::App* verb = app.add_subcommand("schema", "schema files: infer, check, diff");
  verb->require_subcommand(1);
  const auto add = [&](const char* name, const char* help,
                       core::Result<ExitCode> (*action)(const SchemaFlags&, Application&)) {
    auto flags = std::make_shared<SchemaFlags>();
    CLI::App* sub = verb->add_subcommand(name, help);
    sub->add_option("sources", flags->sources, "SOURCE...: files or globs")->required();
    sub->add_flag("--json", flags->json, "print JSON instead of YAML");
    flags->read.AddTo(*sub);
    sub->fallthrough();
    sub->callback([flags, action, &chosen] {
      chosen = [flags, action](Application& application) { return action(*flags, application); };
    });
  };
  add("infer", "print the schema of files, inferred from all rows", Infer);
  add("check", "read files under a schema and say which rows do not fit", Check);
  auto flags = std::make_shared<DiffFlags>();
  CLI::App* diff = verb->add_subcommand("diff", "what changed from one schema to another");
  diff->add_option("before", flags->before, "a schema file (.yaml, .schema.json) or a data file")->required();
  diff->add_option("after", flags->after, "the same")->required();
  diff->fallthrough();
  diff->callback(
      [flags, &chosen] { chosen = [flags](Application& application) { return Diff(*flags, application); }; });
}

}  // namespace sluice::cli
