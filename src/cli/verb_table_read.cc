#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <limits>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/grid_printer.h"
#include "cli/open_table.h"
#include "cli/print_answer.h"
#include "cli/table_text.h"
#include "cli/table_verbs.h"
#include "delta_log/history.h"
#include "jobs/table_rows.h"
#include "query/text_width.h"
#include "schema/type_text.h"
#include "table/change_feed.h"
#include "table/file_condition.h"
#include "table/scan_plan.h"
#include "table/table_summary.h"

namespace sluice::cli {
namespace {

using Json = nlohmann::ordered_json;

struct ReadFlagsOfTable {
  std::string path;
  std::string where;
  std::int64_t limit = 0;
  std::int64_t from = 0;
  std::optional<std::int64_t> to;
};

std::string TimeText(std::int64_t milliseconds) {
  return core::FormatTimestamp(core::Timestamp(std::chrono::milliseconds(milliseconds)));
}

Json Optional(const auto& value) { return value ? Json(*value) : Json(nullptr); }

Json FeatureList(const std::optional<std::vector<std::string>>& features) { return Optional(features); }

core::Result<Json> DescribeJson(const delta_log::Snapshot& snapshot, const table::TableSummary& summary) {
  Json object;
  object["path"] = snapshot.root;
  object["id"] = snapshot.metadata.id;
  object["name"] = Optional(snapshot.metadata.name);
  object["description"] = Optional(snapshot.metadata.description);
  object["version"] = snapshot.version;
  object["created"] = snapshot.metadata.created_time_ms ? Json(TimeText(*snapshot.metadata.created_time_ms)) : Json();
  object["files"] = snapshot.files.size();
  object["bytes"] = snapshot.files.size_bytes();
  object["rows"] = Optional(summary.rows);
  object["columns"] = Json::array();
  for (const table::DescribedColumn& column : summary.columns) {
    object["columns"].push_back({{"name", column.name}, {"type", column.type}, {"nullable", column.nullable}});
  }
  object["partition_columns"] = snapshot.metadata.partition_columns;
  object["clustering_columns"] = summary.clustering_columns;
  object["properties"] = snapshot.metadata.configuration;
  object["protocol"] = {{"min_reader_version", snapshot.protocol.min_reader_version},
                        {"min_writer_version", snapshot.protocol.min_writer_version},
                        {"reader_features", FeatureList(snapshot.protocol.reader_features)},
                        {"writer_features", FeatureList(snapshot.protocol.writer_features)}};
  object["transactions"] = Json::object();
  for (const auto& [app, transaction] : snapshot.transactions) object["transactions"][app] = transaction.version;
  object["domains"] = Json::object();
  for (const auto& [name, domain] : snapshot.domains) object["domains"][name] = domain.configuration;
  return object;
}

void DescribeText(const delta_log::Snapshot& snapshot, const table::TableSummary& summary, Console& console) {
  const auto line = [&](std::string_view name, const std::string& value) {
    if (!value.empty()) console.Data(fmt::format("{:<18}{}\n", name, query::OneLine(value)));
  };
  line("path", snapshot.root);
  line("name", snapshot.metadata.name.value_or(""));
  line("description", snapshot.metadata.description.value_or(""));
  line("version", std::to_string(snapshot.version));
  line("files", core::FormatCount(snapshot.files.size()));
  line("size", core::FormatByteSizeRounded(static_cast<std::uint64_t>(snapshot.files.size_bytes())));
  line("rows", summary.rows ? core::FormatCount(static_cast<std::uint64_t>(*summary.rows)) : "not known");
  line("partitioned by", fmt::format("{}", fmt::join(snapshot.metadata.partition_columns, ", ")));
  line("clustered by", fmt::format("{}", fmt::join(summary.clustering_columns, ", ")));
  line("protocol",
       fmt::format("reader {}, writer {}", snapshot.protocol.min_reader_version, snapshot.protocol.min_writer_version));
  if (snapshot.protocol.writer_features) {
    line("features", fmt::format("{}", fmt::join(*snapshot.protocol.writer_features, ", ")));
  }
  for (const auto& [key, value] : snapshot.metadata.configuration) line("property", key + "=" + value);
  for (const auto& [app, transaction] : snapshot.transactions) {
    line("transaction", fmt::format("{}:{}", app, transaction.version));
  }
  console.Data("\n");
  constexpr std::size_t kNameWidth = 24;
  for (const table::DescribedColumn& column : summary.columns) {
    const std::string name = query::OneLine(column.name);
    const std::string blanks(kNameWidth - std::min(kNameWidth - 1, query::DisplayWidth(name)), ' ');
    console.Data(fmt::format("  {}{}{}{}\n", name, blanks, column.type, column.nullable ? "" : " not null"));
  }
}

core::Result<ExitCode> Describe(const ReadFlagsOfTable& flags, Application& application) {
  SLUICE_ASSIGN_OR_RETURN(const auto snapshot, OpenTable(flags.path, application));
  SLUICE_ASSIGN_OR_RETURN(const table::TableSummary summary, table::Summarize(*snapshot));
  Console& console = application.console();
  if (!console.json()) {
    DescribeText(*snapshot, summary, console);
    return ExitCode::kDone;
  }
  SLUICE_ASSIGN_OR_RETURN(const Json object, DescribeJson(*snapshot, summary));
  console.Data(object.dump(console.json_indent()) + "\n");
  return ExitCode::kDone;
}

core::Result<ExitCode> History(const ReadFlagsOfTable& flags, Application& application) {
  SLUICE_ASSIGN_OR_RETURN(const auto snapshot, OpenTable(flags.path, application));
  SLUICE_ASSIGN_OR_RETURN(const jobs::Environment* environment, application.environment());
  if (flags.limit < 0) return core::UsageError(fmt::format("--limit {}: it is 0 (all) or more", flags.limit));
  const std::size_t limit =
      flags.limit > 0 ? static_cast<std::size_t>(flags.limit) : std::numeric_limits<std::size_t>::max();
  SLUICE_ASSIGN_OR_RETURN(const auto entries, delta_log::ReadHistory(*environment, snapshot->root, limit));
  const bool json = application.console().json();
  const bool text = application.console().format() == OutputFormat::kText;
  std::vector<std::vector<Json>> rows;
  for (const delta_log::HistoryEntry& entry : entries) {
    if (entry.version > snapshot->version) continue;  // the path named an old version
    const delta::CommitInfo info = entry.info.value_or(delta::CommitInfo());
    if (text) {
      rows.push_back({entry.version, TimeText(entry.timestamp_ms), info.operation, CommitText(info),
                      info.engine_info.value_or(""), info.user_metadata.value_or("")});
      continue;
    }
    const Json parameters(info.operation_parameters);
    const Json metrics(info.operation_metrics);
    rows.push_back({entry.version, TimeText(entry.timestamp_ms), info.operation,
                    json ? parameters : Json(parameters.dump()), json ? metrics : Json(metrics.dump()),
                    Optional(info.is_blind_append), Optional(info.engine_info), Optional(info.user_metadata)});
  }
  if (text) {
    PrintGrid(application.console(), {"version", "timestamp", "operation", "details", "engine", "user_metadata"}, rows);
    return ExitCode::kDone;
  }
  PrintGrid(application.console(),
            {"version", "timestamp", "operation", "parameters", "metrics", "blind_append", "engine", "user_metadata"},
            rows);
  return ExitCode::kDone;
}

const std::string& PhysicalName(const delta::PartitionValues::value_type& value) { return value.first; }

/// One row for each file.
void PrintFiles(const delta_log::Snapshot& snapshot, const std::vector<delta_log::FileRef>& refs,
                const std::vector<std::string>& stats, Console& console) {
  const bool text = console.format() == OutputFormat::kText;
  std::vector<std::vector<Json>> rows;
  for (std::size_t i = 0; i < refs.size(); ++i) {
    const delta::AddFile file = snapshot.files.Get(refs[i]);
    Json partition = Json::object();
    for (const delta::Field* field : snapshot.PartitionFields()) {
      const auto value = std::ranges::find(file.partition_values, field->physical_name, PhysicalName);
      partition[field->name] = value == file.partition_values.end() ? Json() : Optional(value->second);
    }
    const Json parsed = Json::parse(stats[i], nullptr, false);
    const Json named = parsed.is_discarded() ? Json() : WithUserNames(parsed, snapshot.schema);
    const Json deleted = file.deletion_vector ? Json(file.deletion_vector->cardinality) : Json(0);
    const Json time = TimeText(file.modification_time_ms);
    if (text) {
      const Json records = named.is_object() ? named.value("numRecords", Json()) : Json();
      rows.push_back({file.path, file.size_bytes, records, deleted, PartitionText(partition), BoundsText(named)});
    } else if (console.json()) {
      rows.push_back({file.path, file.size_bytes, time, partition, deleted, named});
    } else {
      rows.push_back({file.path, file.size_bytes, time, partition.dump(), deleted,
                      named.is_null() ? Json(stats[i]) : Json(named.dump())});
    }
  }
  if (text) return PrintGrid(console, {"path", "bytes", "rows", "deleted_rows", "partition", "bounds"}, rows);
  PrintGrid(console, {"path", "bytes", "modified", "partition", "deleted_rows", "statistics"}, rows);
}

core::Result<ExitCode> Files(const ReadFlagsOfTable& flags, Application& application) {
  SLUICE_ASSIGN_OR_RETURN(const auto snapshot, OpenTable(flags.path, application));
  std::optional<expression::Expression> condition;
  if (!flags.where.empty()) {
    SLUICE_ASSIGN_OR_RETURN(condition, table::BindCondition(*snapshot, flags.where));
  }
  SLUICE_ASSIGN_OR_RETURN(const table::ScanPlan plan, table::PlanScan(*snapshot, condition, {.with_reasons = true}));
  std::vector<delta_log::FileRef> refs;
  for (const table::PlannedFile& file : plan.files) refs.push_back(file.file);
  SLUICE_ASSIGN_OR_RETURN(const auto stats, snapshot->files.LoadStats(refs));
  PrintFiles(*snapshot, refs, stats, application.console());
  if (!flags.where.empty()) {
    application.console().Hint(
        fmt::format("{} of {} files may hold such rows", plan.files.size(), plan.files.size() + plan.skipped.size()));
    for (const table::SkippedFile& file : plan.skipped) {
      application.console().Hint(fmt::format("  skipped {}: {}", snapshot->files.path(file.file), file.reason));
    }
  }
  return ExitCode::kDone;
}

core::Result<ExitCode> Changes(const ReadFlagsOfTable& flags, Application& application) {
  SLUICE_ASSIGN_OR_RETURN(const auto snapshot, OpenTable(flags.path, application));
  SLUICE_ASSIGN_OR_RETURN(const jobs::Environment* environment, application.environment());
  SLUICE_ASSIGN_OR_RETURN(auto source, jobs::ChangesSource(*environment, snapshot->root, flags.from, flags.to));
  SLUICE_ASSIGN_OR_RETURN(const auto session, OpenSession(application));
  SLUICE_TRY(session->AddSource({"changes", std::move(source)}));
  SLUICE_TRY(PrintAnswer("SELECT * FROM changes ORDER BY _commit_version", 0, *session, application));
  return ExitCode::kDone;
}

template <typename Action>
CLI::App* Add(CLI::App& table, const char* name, const char* help, const std::shared_ptr<ReadFlagsOfTable>& flags,
              VerbAction& chosen, Action action) {
  CLI::App* verb = table.add_subcommand(name, help);
  verb->add_option("path", flags->path, "the table's folder; PATH@v3 or PATH@2026-01-01T00:00:00Z for an old version")
      ->required();
  verb->callback([flags, &chosen, action] {
    chosen = [flags, action](Application& application) { return action(*flags, application); };
  });
  return verb;
}

}  // namespace

void AddTableReadVerbs(CLI::App& table, VerbAction& chosen) {
  const auto flags = std::make_shared<ReadFlagsOfTable>();
  Add(table, "describe", "columns, properties, protocol, size", flags, chosen, Describe);
  CLI::App* history = Add(table, "history", "the commits, newest first", flags, chosen, History);
  history->add_option("--limit", flags->limit, "commits shown at most (all)");
  CLI::App* files = Add(table, "files", "the data files with their statistics", flags, chosen, Files);
  files->add_option("--where", flags->where, "SQL: only files that may hold such rows");
  CLI::App* changes = Add(table, "changes", "the rows that commits added and took away", flags, chosen, Changes);
  changes->add_option("--from", flags->from, "first version")->required();
  changes->add_option("--to", flags->to, "last version (the newest)");
}

}  // namespace sluice::cli
