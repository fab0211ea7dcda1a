#include "jobs/copy_plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/run_id.h"
#include "delta_log/snapshot.h"
#include "jobs/copy_target.h"
#include "jobs/input_list.h"
#include "jobs/schema_discovery.h"
#include "jobs/table_input.h"
#include "jobs/table_plan.h"

namespace sluice::jobs {
namespace {

using pipeline::InputFile;
using pipeline::Plan;
using pipeline::PlannedTask;

// A guess for people who ask what a run would write; text shrinks to about a quarter, Parquet stays as it is.
std::uint64_t EstimateOutput(const InputFile& input) {
  const bool columnar = input.path.ends_with(".parquet");
  const bool packed = input.path.ends_with(".gz") || input.path.ends_with(".zst");
  return columnar || packed ? input.bytes : input.bytes / 4;
}

core::Result<std::vector<PlannedTask>> MakeTasks(const std::vector<std::string>& inputs, const CopyTarget& target,
                                                 CopyMode mode, storage::FileSystem& files) {
  const std::vector<std::string> outputs = OutputNames(target, inputs);
  std::vector<PlannedTask> tasks(outputs.size());
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    PlannedTask& task = tasks[std::min(i, outputs.size() - 1)];
    SLUICE_ASSIGN_OR_RETURN(InputFile input, DescribeInput(inputs[i], files));
    task.bytes_estimate += EstimateOutput(input);
    task.inputs.push_back(std::move(input));
  }
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    tasks[i].index = i;
    tasks[i].output = outputs[i];
    if (!target.folder || mode != CopyMode::kAppend) continue;
    SLUICE_ASSIGN_OR_RETURN(const auto existing, files.StatIfExists(outputs[i]));
    if (existing) {
      return core::AlreadyExists(fmt::format("{}: is already there", outputs[i]))
          .WithHint("a file of the same name was copied before; --mode overwrite replaces the folder's files");
    }
  }
  return tasks;
}

core::Result<TableSettings> DecideTable(const CopyRequest& request, const CopyTarget& target,
                                        storage::FileSystem& files) {
  TableSettings table = request.table;
  table.create = !target.table_exists;
  if (table.create && table.must_exist) {
    return core::NotFound(fmt::format("{}: is no Delta table", target.path))
        .WithHint("make it with 'sluice table create', or copy rows to 'delta:DIR'");
  }
  if (table.create) SLUICE_TRY(CheckRoomForTable(target.path, files));
  if (!table.replace_where.empty()) {
    table.mode = table::WriteMode::kReplaceWhere;
  } else if (request.mode == CopyMode::kOverwrite) {
    table.mode = table::WriteMode::kOverwrite;
  }
  return table;
}

// Text that goes into a table that is there is read as the table's types; nothing is guessed.
core::Status TakeTableColumns(const TableSettings& table, const CopyTarget& target,
                              const std::vector<std::string>& inputs, const Environment& environment,
                              std::optional<schema::TableSpec>& declared) {
  const bool from_table = std::any_of(inputs.begin(), inputs.end(), [](const auto& name) { return IsTable(name); });
  if (declared || table.create || table.add_columns || from_table) return core::Ok();
  SLUICE_ASSIGN_OR_RETURN(const auto snapshot, delta_log::OpenSnapshot(environment, target.path));
  SLUICE_ASSIGN_OR_RETURN(declared, SpecOfTable(*snapshot));
  return core::Ok();
}

}  // namespace

core::Result<PlannedJob> PlanCopy(const CopyRequest& request, const Environment& environment, InputOpener& opener) {
  SLUICE_TRY(request.write.Validate());
  SLUICE_ASSIGN_OR_RETURN(const CopyTarget target, ResolveCopyTarget(request.target, request.mode, environment.files));
  SLUICE_ASSIGN_OR_RETURN(std::vector<std::string> sources, ExpandSources(request.sources, environment.files));
  SLUICE_ASSIGN_OR_RETURN(const std::vector<std::string> inputs, PinTables(std::move(sources), environment));
  Plan plan{.run = core::NewRunId(environment.clock, environment.random), .job = "copy", .kind = "copy"};
  plan.mode = request.mode == CopyMode::kOverwrite ? pipeline::TargetMode::kReplace : pipeline::TargetMode::kCreate;
  plan.rejects_max = request.rejects_max;
  plan.rejects_path = request.rejects_path;
  SLUICE_ASSIGN_OR_RETURN(plan.tasks, MakeTasks(inputs, target, request.mode, environment.files));
  std::optional<TableSettings> table;
  std::optional<schema::TableSpec> declared = request.declared;
  if (target.table) {
    SLUICE_ASSIGN_OR_RETURN(table, DecideTable(request, target, environment.files));
    SLUICE_TRY(TakeTableColumns(*table, target, inputs, environment, declared));
  }
  SLUICE_ASSIGN_OR_RETURN(Discovery discovery, DiscoverSchema(inputs, request.read, declared, environment, opener));
  plan.columns = std::move(discovery.columns);
  plan.warnings = std::move(discovery.warnings);
  PlanSettings settings{std::move(discovery.spec), discovery.inferred, discovery.read, request.write};
  settings.table = std::move(table);
  if (settings.table) {
    SLUICE_TRY(CheckTable(settings.spec.ToSchema(), target.path, ToWriteRequest(*settings.table), environment,
                          *settings.table));
  }
  StoreSettings(settings, plan);
  for (const std::string& path : target.superseded) {
    const bool rewritten =
        std::any_of(plan.tasks.begin(), plan.tasks.end(), [&](const PlannedTask& task) { return task.output == path; });
    if (!rewritten) plan.superseded.push_back(path);
  }
  return PlannedJob{std::move(plan), std::move(settings)};
}

}  // namespace sluice::jobs
