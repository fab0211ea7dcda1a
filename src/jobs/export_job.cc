#include "jobs/export_job.h"

#include <fmt/format.h>

#include <memory>
#include <optional>
#include <utility>

#include "jobs/input_opener.h"
#include "jobs/schema_discovery.h"
#include "jobs/table_input.h"
#include "jobs/table_output.h"
#include "jobs/table_plan.h"
#include "schema/schema_file.h"

namespace sluice::jobs {
namespace {

using pipeline::PlannedTask;

constexpr const char* kDate = "date";
constexpr const char* kFingerprint = "fingerprint";

core::Result<Discovery> Discover(const ExportJob& exported, const PlannedOutput& output,
                                 const std::optional<schema::TableSpec>& declared, const Environment& environment) {
  std::vector<std::string> paths;
  paths.reserve(output.inputs.size());
  for (const pipeline::InputFile& input : output.inputs) paths.push_back(input.path);
  InputOpener opener(environment, exported.source.read);
  return DiscoverSchema(paths, exported.source.read, declared, environment, opener);
}

PlannedTask MakeTask(const PlannedOutput& output, const Discovery& discovery, std::size_t index) {
  PlannedTask task{.index = index, .inputs = output.inputs, .output = output.path};
  for (const pipeline::InputFile& input : output.inputs) task.bytes_estimate += input.bytes / 4;
  task.settings[kDate] = FormatDate(output.date);
  task.settings[kFingerprint] = output.fingerprint;
  if (!output.rejects_path.empty()) task.settings[kTaskRejectsPath] = output.rejects_path;
  StoreTaskSpec(discovery.spec, task);
  return task;
}

/// The outputs of a plan that go into one table.
class TablePlanner {
 public:
  static core::Result<std::unique_ptr<TablePlanner>> Open(const ExportJob& exported, const Environment& environment,
                                                          TableSettings& settings) {
    SLUICE_ASSIGN_OR_RETURN(auto snapshot, OpenTableIfThere(exported.target.folder, environment));
    const TableTarget& target = *exported.target.table;
    settings.create = snapshot == nullptr;
    settings.root = exported.target.folder;
    settings.add_columns = target.add_columns;
    settings.partition_by = target.partition_by;
    settings.cluster_by = target.cluster_by;
    settings.properties = target.properties;
    return std::unique_ptr<TablePlanner>(new TablePlanner(exported, environment, std::move(snapshot), settings));
  }

  /// A job that does not state its columns has those of the table, unless it reads another one.
  core::Result<std::optional<schema::TableSpec>> Declare(const PlannedOutput& output) const {
    std::optional<schema::TableSpec> declared = output.schema;
    const bool stated = (declared && !declared->columns.empty()) || IsTable(output.inputs.front().path);
    if (stated || snapshot_ == nullptr || settings_.add_columns) return declared;
    SLUICE_ASSIGN_OR_RETURN(schema::TableSpec spec, SpecOfTable(*snapshot_));
    if (!declared) return std::optional(std::move(spec));
    declared->columns = std::move(spec.columns);
    return declared;
  }

  core::Status Add(const PlannedOutput& planned, const schema::Schema& columns, PlannedTask& task) {
    SLUICE_ASSIGN_OR_RETURN(const TableOutput output, OutputOf(planned));
    StoreTableOutput(output, task);
    if (settings_.create && columns_) {
      if (*columns_ == columns) return core::Ok();
      return core::InvalidInput(fmt::format("{}: its columns are not those of the outputs before, and there is no "
                                            "table yet that says which are meant",
                                            planned.path))
          .WithHint("state the columns (schema: FILE), or make the first output alone");
    }
    columns_ = columns;
    const core::Status takes =
        CheckTable(columns, settings_.root, ToWriteRequest(settings_, output), environment_, settings_);
    if (takes || settings_.create || settings_.add_columns || !takes.error().hint().empty()) return takes;
    core::Error error = takes.error();
    return std::move(error).WithHint("if the table is to get columns that it lacks: target.add_columns: true");
  }

 private:
  TablePlanner(const ExportJob& exported, const Environment& environment,
               std::shared_ptr<const delta_log::Snapshot> snapshot, TableSettings& settings)
      : exported_(exported), environment_(environment), snapshot_(std::move(snapshot)), settings_(settings) {}

  core::Result<TableOutput> OutputOf(const PlannedOutput& planned) const {
    TableOutput output{.id = planned.table->id, .version = planned.table->version, .contents = ContentsOf(planned)};
    SLUICE_ASSIGN_OR_RETURN(output.replaces, ReplacedBy(planned, output.condition));
    return output;
  }

  // Rows of before are told from others by the date where rows say it, else by the files that hold them: those carry
  // the output's tags until somebody writes them anew.
  core::Result<TableOutput::Replaces> ReplacedBy(const PlannedOutput& planned, std::string& condition) const {
    using Replaces = TableOutput::Replaces;
    if (exported_.target.table->overwrite) return Replaces::kTable;
    const bool first = planned.table->version == 1;
    if (snapshot_ == nullptr || (first && snapshot_->properties.append_only)) return Replaces::kNothing;
    SLUICE_ASSIGN_OR_RETURN(condition, DateCondition(exported_, snapshot_->metadata.partition_columns, planned.date));
    if (!condition.empty()) return Replaces::kRows;
    if (first || planned.table->empty) return Replaces::kNothing;
    if (FindPublished(*snapshot_, planned.table->id).whole) return Replaces::kFiles;
    return core::InvalidInput(fmt::format("{}: the files that hold its rows were rewritten or removed since it was "
                                          "published (optimize, delete, restore): nothing tells the rows to replace "
                                          "from others",
                                          planned.path))
        .WithHint(
            "say which rows are a date's (target.replace_where: \"day = '{date:%Y-%m-%d}'\"), or partition the "
            "table by a column that the schema gives the date");
  }

  const ExportJob& exported_;
  const Environment& environment_;
  std::shared_ptr<const delta_log::Snapshot> snapshot_;  // null: there is no table yet
  TableSettings& settings_;
  std::optional<schema::Schema> columns_;  // of the new table
};

}  // namespace

core::Result<PlannedJob> MakeExportJob(const JobConfig& job, std::span<const PlannedOutput> outputs,
                                       const Environment& environment, const std::string& run) {
  SLUICE_ASSIGN_OR_RETURN(const ExportJob* exported, RequireExport(job));
  PlannedJob planned;
  planned.plan = {.run = run, .job = job.name, .kind = "export", .mode = pipeline::TargetMode::kReplace};
  planned.plan.rejects_max = exported->rejects_max;
  planned.settings.read = exported->source.read;
  planned.settings.write = exported->target.write;
  std::unique_ptr<TablePlanner> table;
  if (exported->target.table) {
    SLUICE_ASSIGN_OR_RETURN(table, TablePlanner::Open(*exported, environment, planned.settings.table.emplace()));
  }
  for (const PlannedOutput& output : outputs) {
    std::optional<schema::TableSpec> declared = output.schema;
    if (table) {
      SLUICE_ASSIGN_OR_RETURN(declared, table->Declare(output));
    }
    SLUICE_ASSIGN_OR_RETURN(Discovery discovery, Discover(*exported, output, declared, environment));
    planned.plan.tasks.push_back(MakeTask(output, discovery, planned.plan.tasks.size()));
    if (table) SLUICE_TRY(table->Add(output, discovery.spec.ToSchema(), planned.plan.tasks.back()));
    planned.plan.columns = std::move(discovery.columns);
    for (std::string& warning : discovery.warnings) planned.plan.warnings.push_back(std::move(warning));
    planned.settings.inferred = discovery.inferred;
    if (outputs.size() == 1) planned.settings.read = discovery.read;
    planned.settings.spec = std::move(discovery.spec);
  }
  StoreSettings(planned.settings, planned.plan);
  return planned;
}

core::Status RecordCommit(const pipeline::Plan& plan, std::span<const pipeline::TaskReport> reports,
                          pipeline::Ledger& ledger) {
  std::vector<pipeline::OutputRecord> records;
  for (const pipeline::TaskReport& report : reports) {
    const PlannedTask& task = plan.tasks[report.index];
    const auto text = [&](const char* key) {
      const auto found = task.settings.find(key);
      return found == task.settings.end() ? std::string() : found->second;
    };
    pipeline::OutputRecord& record = records.emplace_back();
    record.path = LedgerPath(task.output);
    record.job = plan.job;
    record.date = text(kDate);
    record.fingerprint = text(kFingerprint);
    record.schema = text(kTaskSchema);
    record.bytes = report.output.bytes;
    record.rows = report.output.rows;
    record.checksum = report.output.checksum;
    SLUICE_ASSIGN_OR_RETURN(const auto output, TableOutputOf(task));
    if (output)
      record.checksum = LedgerVersion(output->Commits(report.rows_written) ? output->version : output->version - 1);
    record.inputs = task.inputs;
    for (pipeline::InputFile& input : record.inputs) input.path = LedgerPath(input.path);
  }
  return ledger.RecordOutputs(plan.run, records);
}

core::Status RecordFound(const std::string& run, const std::string& job, const PlannedOutput& output,
                         pipeline::Ledger& ledger) {
  const PlannedTableOutput& table = *output.table;
  pipeline::OutputRecord record;
  record.path = LedgerPath(output.path);
  record.job = job;
  record.date = FormatDate(output.date);
  record.fingerprint = output.fingerprint;
  if (output.schema) record.schema = schema::SchemaFileToJson(*output.schema);
  record.bytes = table.found->bytes;
  record.rows = table.found->rows;
  record.checksum = LedgerVersion(table.version - 1);
  record.inputs = ToLedgerInputs(output);
  return ledger.RecordOutputs(run, {&record, 1});
}

}  // namespace sluice::jobs
