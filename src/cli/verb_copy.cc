#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>

#include "cli/copy_run.h"
#include "cli/name_list.h"
#include "cli/read_flags.h"
#include "cli/verbs.h"
#include "jobs/copy_plan.h"
#include "jobs/table_input.h"
#include "jobs/write_settings.h"
#include "pipeline/reject_budget.h"

namespace sluice::cli {
namespace {

struct CopyFlags {
  std::vector<std::string> paths;
  ReadFlags read;
  std::vector<std::pair<std::string, std::string>> write;
  std::string rejects_path;
  std::string rejects_max;
  std::string mode = "create";
  bool dry_run = false;
  bool explain = false;
  std::vector<std::string> partition_by;
  std::string later_flag;
};

void AddWriteFlags(CLI::App& verb, CopyFlags& flags) {
  const auto add = [&](const char* flag, const char* setting, const char* help) {
    verb.add_option_function<std::vector<std::string>>(
            flag,
            [&flags, setting](const std::vector<std::string>& texts) {
              for (const std::string& text : texts) flags.write.emplace_back(setting, text);
            },
            help)
        ->allow_extra_args(false)
        ->group("Writing");
  };
  add("--codec", "codec", "zstd:3, snappy, lz4, gzip:6 or none (zstd:3)");
  add("--row-group-size", "row_group_bytes", "encoded bytes in a row group (128MiB)");
  add("--row-group-rows", "row_group_rows", "rows in a row group");
  add("--bloom", "bloom", "COL,...: columns with a bloom filter");
  add("--encoding", "encoding", "COL=plain|dict|delta|bss; may be repeated (else chosen from the data)");
  verb.add_option("--mode", flags.mode, "create, append or overwrite (create)")->group("Writing");
  verb.add_option("--partition-by", flags.partition_by, "COL,...: folders of a new table (delta:DIR)")
      ->allow_extra_args(false)
      ->group("Writing");
  for (const char* later : {"--sort-by", "--file-size", "--target"}) {
    verb.add_option_function<std::string>(
            later, [&flags, later](const std::string&) { flags.later_flag = later; }, "not in this version")
        ->group("Later");
  }
}

core::Result<jobs::CopyMode> ParseMode(const std::string& text) {
  if (text == "create") return jobs::CopyMode::kCreate;
  if (text == "append") return jobs::CopyMode::kAppend;
  if (text == "overwrite") return jobs::CopyMode::kOverwrite;
  return core::UsageError(fmt::format("--mode '{}' is unknown", text)).WithHint("say create, append or overwrite");
}

core::Result<jobs::CopyRequest> MakeRequest(const CopyFlags& flags, Application& application) {
  if (!flags.later_flag.empty()) {
    return core::Unsupported(fmt::format("'{}' is not in this version", flags.later_flag))
        .WithHint("leave it out; 'sluice copy --help' lists what is there");
  }
  if (flags.paths.size() < 2) {
    return core::UsageError("copy needs one SOURCE or more, and a TARGET").WithHint("sluice copy in.csv out.parquet");
  }
  jobs::CopyRequest request;
  request.sources.assign(flags.paths.begin(), flags.paths.end() - 1);
  request.target = flags.paths.back();
  SLUICE_ASSIGN_OR_RETURN(request.read, flags.read.Settings());
  SLUICE_ASSIGN_OR_RETURN(request.declared, flags.read.Declared(application.files()));
  const jobs::Settings& settings = application.settings();
  SLUICE_TRY(jobs::SetWriteSetting(request.write, "codec", settings.text("codec")));
  SLUICE_TRY(jobs::SetWriteSetting(request.write, "row_group_bytes", settings.text("row_group_size")));
  SLUICE_TRY(jobs::SetWriteSetting(request.write, "row_group_rows", settings.text("row_group_rows")));
  for (const auto& [setting, text] : flags.write) {
    const core::Status set = jobs::SetWriteSetting(request.write, setting, text);
    if (!set) return core::UsageError(set.error().message()).WithHint(set.error().hint());
  }
  request.rejects_max = flags.rejects_max.empty() ? settings.text("max_rejects") : flags.rejects_max;
  const auto budget = pipeline::RejectBudget::Parse(request.rejects_max);
  if (!budget) return core::UsageError("--max-rejects: " + budget.error().message()).WithHint(budget.error().hint());
  request.rejects_path = flags.rejects_path;
  SLUICE_ASSIGN_OR_RETURN(request.mode, ParseMode(flags.mode));
  SLUICE_ASSIGN_OR_RETURN(request.table.partition_by, SplitNames(flags.partition_by, "--partition-by"));
  if (!flags.partition_by.empty() && !jobs::IsTable(request.target)) {
    return core::Unsupported("'--partition-by' is for tables in this version").WithHint("write to delta:DIR");
  }
  return request;
}

core::Result<ExitCode> Copy(const CopyFlags& flags, Application& application) {
  SLUICE_ASSIGN_OR_RETURN(const jobs::CopyRequest request, MakeRequest(flags, application));
  return RunCopy(request, flags.dry_run, flags.explain, application);
}

}  // namespace

void AddCopyVerb(CLI::App& app, VerbAction& chosen) {
  auto flags = std::make_shared<CopyFlags>();
  CLI::App* verb = app.add_subcommand("copy", "move rows once: SOURCE... TARGET");
  verb->add_option("paths", flags->paths,
                   "SOURCE... TARGET: files, globs, delta:DIR or - ; then out.parquet, DIR/ or delta:DIR");
  flags->read.AddTo(*verb);
  AddWriteFlags(*verb, *flags);
  verb->add_option("--rejects", flags->rejects_path, "where rejected rows go, as NDJSON")->group("Rejects");
  verb->add_option("--max-rejects", flags->rejects_max, "N or P%: rows that may be rejected (0)")->group("Rejects");
  verb->add_flag("--dry-run", flags->dry_run, "print the plan and stop");
  verb->add_flag("--explain", flags->explain, "say which encoding each column got, and why");
  verb->callback(
      [flags, &chosen] { chosen = [flags](Application& application) { return Copy(*flags, application); }; });
}

}  // namespace sluice::cli
