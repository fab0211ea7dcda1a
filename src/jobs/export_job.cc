#include "jobs/export_job.h"

#include <utility>

#include "jobs/input_opener.h"
#include "jobs/schema_discovery.h"
#include "schema/schema_file.h"

namespace sluice::jobs {
namespace {

using pipeline::PlannedTask;

constexpr const char* kDate = "date";
constexpr const char* kFingerprint = "fingerprint";

core::Result<Discovery> Discover(const ExportJob& exported, const PlannedOutput& output,
                                 const Environment& environment) {
  std::vector<std::string> paths;
  paths.reserve(output.inputs.size());
  for (const pipeline::InputFile& input : output.inputs) paths.push_back(input.path);
  InputOpener opener(environment, exported.source.read);
  return DiscoverSchema(paths, exported.source.read, output.schema, environment, opener);
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

}  // namespace

core::Result<PlannedJob> MakeExportJob(const JobConfig& job, std::span<const PlannedOutput> outputs,
                                       const Environment& environment, const std::string& run) {
  SLUICE_ASSIGN_OR_RETURN(const ExportJob* exported, RequireExport(job));
  PlannedJob planned;
  planned.plan = {.run = run, .job = job.name, .kind = "export", .mode = pipeline::TargetMode::kReplace};
  planned.plan.rejects_max = exported->rejects_max;
  planned.settings.read = exported->source.read;
  planned.settings.write = exported->target.write;
  for (const PlannedOutput& output : outputs) {
    SLUICE_ASSIGN_OR_RETURN(Discovery discovery, Discover(*exported, output, environment));
    planned.plan.tasks.push_back(MakeTask(output, discovery, planned.plan.tasks.size()));
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
    record.inputs = task.inputs;
    for (pipeline::InputFile& input : record.inputs) input.path = LedgerPath(input.path);
  }
  return ledger.RecordOutputs(plan.run, records);
}

}  // namespace sluice::jobs
