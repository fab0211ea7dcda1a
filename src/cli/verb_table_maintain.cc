#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/count_text.h"
#include "cli/name_list.h"
#include "cli/open_table.h"
#include "cli/table_verbs.h"
#include "core/byte_size.h"
#include "core/duration.h"
#include "delta_log/checkpoint_writer.h"
#include "delta_log/log_cleanup.h"
#include "table/optimize.h"
#include "table/vacuum.h"
#include "table/verify.h"

namespace sluice::cli {
namespace {

using Json = nlohmann::ordered_json;
using core::FormatByteSizeRounded;
using core::FormatCount;

struct MaintainFlags {
  std::string path;
  std::vector<std::string> cluster_by;
  std::string curve;
  std::string target_size;
  std::string where;
  bool full = false;
  bool dry_run = false;
  std::string retain;
  bool unsafe_retention = false;
  bool lite = false;
  bool repair = false;
  std::string kind;
};

std::string Files(std::uint64_t count) { return CountText(count, "file"); }

core::Result<table::OptimizeRequest> MakeOptimize(const MaintainFlags& flags) {
  table::OptimizeRequest request{.where = flags.where, .full = flags.full, .dry_run = flags.dry_run};
  SLUICE_ASSIGN_OR_RETURN(request.cluster_by, SplitNames(flags.cluster_by, "--cluster-by"));
  if (flags.curve == "z" || flags.curve == "zorder") request.curve = table::Curve::kZOrder;
  if (flags.curve == "hilbert") request.curve = table::Curve::kHilbert;
  if (!flags.curve.empty() && !request.curve) {
    return core::UsageError(fmt::format("--curve '{}' is unknown", flags.curve)).WithHint("say hilbert or z");
  }
  if (!flags.target_size.empty()) {
    const auto bytes = core::ParseByteSize(flags.target_size);
    if (!bytes) return core::UsageError("--target-size: " + bytes.error().message()).WithHint(bytes.error().hint());
    if (*bytes == 0)
      return core::UsageError("--target-size: a file has more than 0 bytes").WithHint("--target-size 128MiB");
    request.target_bytes = *bytes;
  }
  return request;
}

Json ToJson(const table::OptimizeReport& report, bool dry_run) {
  Json object;
  object["version"] = report.change.version;
  object["dry_run"] = dry_run;
  object["commits"] = report.commits;
  object["files_considered"] = report.files_considered;
  object["files_to_rewrite"] = report.files_to_rewrite;
  object["bytes_to_rewrite"] = report.bytes_to_rewrite;
  object["files_added"] = report.change.files_added;
  object["files_removed"] = report.change.files_removed;
  object["rows"] = report.change.rows;
  object["bytes_added"] = report.change.bytes_added;
  object["bytes_removed"] = report.change.bytes_removed;
  object["skipping"] = Json::array();
  for (const table::ColumnSkipping& column : report.skipping) {
    object["skipping"].push_back({{"column", column.column},
                                  {"point_before", column.point_before},
                                  {"point_after", column.point_after},
                                  {"range_before", column.range_before},
                                  {"range_after", column.range_after}});
  }
  return object;
}

void SayOptimize(const table::OptimizeReport& report, bool dry_run, Console& console) {
  const std::string_view mark = console.symbols().done;
  const std::string_view arrow = console.symbols().arrow;
  if (dry_run) {
    console.Say(fmt::format("{} Would rewrite {} of {} ({})", arrow, Files(report.files_to_rewrite),
                            FormatCount(report.files_considered),
                            FormatByteSizeRounded(static_cast<std::uint64_t>(report.bytes_to_rewrite))));
  } else if (report.commits > 0) {
    console.Say(fmt::format("{} {} became {} ({} {} {}, {} rows, version {})", mark, Files(report.change.files_removed),
                            FormatCount(report.change.files_added),
                            FormatByteSizeRounded(static_cast<std::uint64_t>(report.change.bytes_removed)), arrow,
                            FormatByteSizeRounded(static_cast<std::uint64_t>(report.change.bytes_added)),
                            FormatCount(report.change.rows), report.change.version));
  } else {
    console.Say(fmt::format("{} nothing to do (version {})", console.symbols().skipped, report.change.version));
  }
  for (const table::ColumnSkipping& column : report.skipping) {
    console.Say(fmt::format("  {}: one value skips {:.0f} % {} {:.0f} % of the files, a hundredth {:.0f} % {} {:.0f} %",
                            column.column, 100 * column.point_before, arrow, 100 * column.point_after,
                            100 * column.range_before, arrow, 100 * column.range_after));
  }
  if (dry_run) console.Say("DRY RUN - no files written");
}

core::Result<ExitCode> Optimize(const MaintainFlags& flags, Application& application) {
  SLUICE_ASSIGN_OR_RETURN(const table::OptimizeRequest request, MakeOptimize(flags));
  SLUICE_ASSIGN_OR_RETURN(const auto snapshot, OpenTableToWrite(flags.path, application));
  SLUICE_ASSIGN_OR_RETURN(const jobs::Environment* environment, application.environment());
  SLUICE_ASSIGN_OR_RETURN(const table::OptimizeReport report, table::Optimize(*environment, snapshot, request));
  Console& console = application.console();
  for (const std::string& note : report.change.notes) console.Hint("note: " + note);
  if (console.json()) {
    console.Data(ToJson(report, flags.dry_run).dump(console.json_indent()) + "\n");
  } else {
    SayOptimize(report, flags.dry_run, console);
  }
  return flags.dry_run || report.commits > 0 ? ExitCode::kDone : ExitCode::kNothingToDo;
}

core::Result<ExitCode> Vacuum(const MaintainFlags& flags, Application& application) {
  table::VacuumRequest request{
      .unsafe_retention = flags.unsafe_retention, .lite = flags.lite, .dry_run = flags.dry_run};
  if (!flags.retain.empty()) {
    const auto retain = core::ParseDuration(flags.retain);
    if (!retain) return core::UsageError("--retain: " + retain.error().message()).WithHint(retain.error().hint());
    request.retain = *retain;
  }
  SLUICE_ASSIGN_OR_RETURN(const auto snapshot,
                          OpenTableToWrite(flags.path, application, delta_log::SnapshotParts::kFilesAndTombstones));
  SLUICE_ASSIGN_OR_RETURN(const jobs::Environment* environment, application.environment());
  SLUICE_ASSIGN_OR_RETURN(const table::VacuumReport report, table::Vacuum(*environment, snapshot, request));
  Console& console = application.console();
  for (const std::string& note : report.notes) console.Hint("note: " + note);
  if (console.json()) {
    Json object{{"dry_run", flags.dry_run},
                {"files_deleted", report.files.size()},
                {"bytes_deleted", report.bytes},
                {"folders_deleted", report.folders},
                {"files", Json::array()}};
    for (const table::VacuumedFile& file : report.files) {
      Json& entry = object["files"].emplace_back(Json::value_t::object);
      entry.emplace("path", file.path);
      entry.emplace("bytes", file.bytes);
      entry.emplace("reason", file.reason);
    }
    console.Data(object.dump(console.json_indent()) + "\n");
    return ExitCode::kDone;
  }
  for (const table::VacuumedFile& file : report.files) {
    if (flags.dry_run) {
      console.Say(fmt::format("  {} ({}): {}", file.path, FormatByteSizeRounded(file.bytes), file.reason));
    }
  }
  console.Say(fmt::format("{} {} {} ({})", flags.dry_run ? console.symbols().arrow : console.symbols().done,
                          flags.dry_run ? "Would delete" : "Deleted", Files(report.files.size()),
                          FormatByteSizeRounded(report.bytes)));
  if (flags.dry_run) console.Say("DRY RUN - no files deleted");
  return ExitCode::kDone;
}

core::Result<delta_log::CheckpointOptions> CheckpointOptionsOf(const MaintainFlags& flags,
                                                               const delta_log::Snapshot& snapshot) {
  delta_log::CheckpointOptions options{.kind = delta_log::CheckpointKindOf(snapshot)};
  if (flags.kind == "v2-json") {
    if (options.kind != delta_log::CheckpointKind::kV2) {
      return core::UsageError("--kind v2-json is for tables with V2 checkpoints")
          .WithHint("set delta.checkpointPolicy=v2 first");
    }
    options.kind = delta_log::CheckpointKind::kV2Json;
  } else if (!flags.kind.empty()) {
    return core::UsageError(fmt::format("--kind '{}' is unknown", flags.kind)).WithHint("say v2-json, or nothing");
  }
  return options;
}

core::Result<ExitCode> Checkpoint(const MaintainFlags& flags, Application& application) {
  SLUICE_ASSIGN_OR_RETURN(const auto snapshot, OpenTableToWrite(flags.path, application));
  SLUICE_ASSIGN_OR_RETURN(const jobs::Environment* environment, application.environment());
  SLUICE_ASSIGN_OR_RETURN(const auto options, CheckpointOptionsOf(flags, *snapshot));
  SLUICE_ASSIGN_OR_RETURN(const auto report, delta_log::WriteCheckpoint(*environment, *snapshot, options));
  SLUICE_ASSIGN_OR_RETURN(const auto cleanup, delta_log::CleanUpLog(*environment, *snapshot));
  Console& console = application.console();
  for (const std::string& note : cleanup.notes) console.Hint("note: " + note);
  if (console.json()) {
    const Json object{{"version", snapshot->version},
                      {"already_there", report.already_there},
                      {"adds", report.adds},
                      {"removes", report.removes},
                      {"sidecars", report.sidecars},
                      {"paths", report.files.paths},
                      {"log_files_deleted", cleanup.deleted.size()}};
    console.Data(object.dump(console.json_indent()) + "\n");
  } else if (report.already_there) {
    console.Say(fmt::format("{} version {} has a checkpoint", console.symbols().skipped, snapshot->version));
  } else {
    console.Say(fmt::format("{} Wrote the checkpoint of version {} ({})", console.symbols().done, snapshot->version,
                            Files(report.adds)));
  }
  return report.already_there ? ExitCode::kNothingToDo : ExitCode::kDone;
}

Json ToJson(const table::VerifyReport& report) {
  Json object{{"version", report.version}, {"files", report.files}, {"rows", report.rows}};
  object["findings"] = Json::array();
  for (const table::Finding& finding : report.findings) {
    object["findings"].push_back({{"kind", table::FindingName(finding.kind)},
                                  {"path", finding.path},
                                  {"message", finding.message},
                                  {"repaired", finding.repaired}});
  }
  object["repair_version"] = report.repair ? Json(report.repair->version) : Json();
  object["new_checkpoint"] = report.new_checkpoint ? Json(*report.new_checkpoint) : Json();
  return object;
}

void SayWhatNext(const table::VerifyReport& report, Console& console) {
  using Kind = table::Finding::Kind;
  const auto left = [&](auto... kinds) {
    return std::ranges::any_of(report.findings, [&](const table::Finding& finding) {
      return !finding.repaired && ((finding.kind == kinds) || ...);
    });
  };
  if (report.repair) console.Say(fmt::format("Repaired by version {}", report.repair->version));
  if (report.new_checkpoint) console.Say(fmt::format("Wrote the checkpoint of version {}", *report.new_checkpoint));
  if (left(Kind::kCheckpoint))
    console.Hint("  hint: --repair writes a new checkpoint; until then the commits are read");
  if (left(Kind::kMissingFile)) {
    console.Hint(
        "  hint: put the files back from a copy of the table; or --repair takes them out of it, with their rows");
  }
  if (left(Kind::kStatistics)) console.Hint("  hint: --repair writes the statistics anew");
  if (left(Kind::kDamagedFile, Kind::kVector)) {
    console.Hint("  hint: put the files back from a copy of the table, or restore a version that does not need them");
  }
  if (left(Kind::kOrphanFile)) console.Hint("  hint: 'sluice table vacuum' deletes what no version names");
}

core::Result<ExitCode> Verify(const MaintainFlags& flags, Application& application) {
  SLUICE_ASSIGN_OR_RETURN(const auto snapshot, flags.repair ? OpenTableToWrite(flags.path, application)
                                                            : OpenTable(flags.path, application));
  SLUICE_ASSIGN_OR_RETURN(const jobs::Environment* environment, application.environment());
  SLUICE_ASSIGN_OR_RETURN(const table::VerifyReport report,
                          table::Verify(*environment, snapshot, {.repair = flags.repair}));
  Console& console = application.console();
  if (console.json()) {
    console.Data(ToJson(report).dump(console.json_indent()) + "\n");
  } else {
    for (const table::Finding& finding : report.findings) {
      console.Say(fmt::format("  {}: {}: {}{}", table::FindingName(finding.kind), finding.path, finding.message,
                              finding.repaired ? " (repaired)" : ""));
    }
    const std::string_view mark = report.harmful() == 0 ? console.symbols().done : console.symbols().failed;
    console.Say(fmt::format("{} version {}: {}, {}, {} finding{}", mark, report.version, Files(report.files),
                            CountText(report.rows, "row"), report.findings.size(),
                            report.findings.size() == 1 ? "" : "s"));
    SayWhatNext(report, console);
  }
  return report.harmful() == 0 ? ExitCode::kDone : ExitCode::kBadData;
}

template <typename Action>
CLI::App* Add(CLI::App& table, const char* name, const char* help, const std::shared_ptr<MaintainFlags>& flags,
              VerbAction& chosen, Action action) {
  CLI::App* verb = table.add_subcommand(name, help);
  verb->add_option("path", flags->path, "the table's folder")->required();
  verb->callback([flags, &chosen, action] {
    chosen = [flags, action](Application& application) { return action(*flags, application); };
  });
  return verb;
}

}  // namespace

void AddTableMaintainVerbs(CLI::App& table, VerbAction& chosen) {
  const auto flags = std::make_shared<MaintainFlags>();
  CLI::App* optimize = Add(table, "optimize", "fewer files, sorted so that readers skip more", flags, chosen, Optimize);
  optimize->add_option("--cluster-by", flags->cluster_by, "COL,... (the table's own); \"a, b\" is one name")
      ->allow_extra_args(false);
  optimize->add_option("--curve", flags->curve, "hilbert or z (hilbert)");
  optimize->add_option("--target-size", flags->target_size, "bytes in a file (128MiB)");
  optimize->add_option("--where", flags->where, "SQL over partition columns: the partitions to work on");
  optimize->add_flag("--full", flags->full, "files that are clustered already, too");
  optimize->add_flag("--dry-run", flags->dry_run, "say what it would do, and what readers would skip");
  CLI::App* vacuum = Add(table, "vacuum", "delete files that no version needs", flags, chosen, Vacuum);
  vacuum->add_option("--retain", flags->retain, "7d: files removed since then stay (the table's retention)");
  vacuum->add_flag("--unsafe-retention", flags->unsafe_retention, "allow less than the table's retention");
  vacuum->add_flag("--lite", flags->lite, "only what the log says was removed");
  vacuum->add_flag("--dry-run", flags->dry_run, "say which files would go");
  CLI::App* checkpoint =
      Add(table, "checkpoint", "write a checkpoint, and clean up the log", flags, chosen, Checkpoint);
  checkpoint->add_option("--kind", flags->kind, "v2-json: the top file of a V2 checkpoint in JSON");
  CLI::App* verify = Add(table, "verify", "compare log, files and statistics", flags, chosen, Verify);
  verify->add_flag("--repair", flags->repair, "mend what can be mended, by commits and a new checkpoint");
}

}  // namespace sluice::cli
