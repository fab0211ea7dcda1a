#include "jobs/load_job.h"

#include <fmt/format.h>

#include <chrono>
#include <utility>

#include "storage/path.h"
#include "warehouse/load_by_url.h"

namespace sluice::jobs {
namespace {

using pipeline::JobReport;
using pipeline::JobStatus;
using warehouse::FileReport;
using warehouse::LoadReport;

core::Result<EnvironmentLookup> SecretsOf(const LoadJob& job, const EnvironmentLookup& variable) {
  if (!job.password) return variable;
  SLUICE_ASSIGN_OR_RETURN(const core::Secret secret, ResolveSecret(*job.password, variable));
  return EnvironmentLookup([secret](const std::string& name) {
    return name.ends_with("PASSWORD") ? std::optional(secret.Reveal()) : std::nullopt;
  });
}

core::Result<LoadReport> Load(const LoadJob& job, const LoadContext& context) {
  SLUICE_ASSIGN_OR_RETURN(const EnvironmentLookup secrets, SecretsOf(job, context.variable));
  warehouse::LoadRequest request{
      .folder = job.folder, .target = job.target, .options = job.options, .variable = secrets};
  request.options.dry_run = context.dry_run;
  request.options.command = "sluice run";
  return warehouse::LoadByUrl(context.environment, context.waiter, request);
}

JobStatus StatusOf(const LoadReport& load) {
  if (load.dry_run) return JobStatus::kDryRun;
  if (load.rejected()) return JobStatus::kRejected;
  return load.acts == 0 ? JobStatus::kSkipped : JobStatus::kDone;
}

void Count(const LoadReport& load, JobReport& report) {
  for (const FileReport& file : load.files) {
    if (file.earlier) continue;
    report.rows_read += file.rows;
    report.bytes_read += file.bytes;
    report.rows_written += file.rows_loaded;
    report.rows_rejected += file.rows_rejected;
    if (file.loaded() || load.dry_run) report.files.push_back({file.file, file.rows, file.bytes});
    if (!file.loaded() && !file.reason.empty()) {
      report.warnings.push_back(fmt::format("{}: {}", storage::FileName(file.file), file.reason));
    }
  }
  report.bytes_written = load.bytes_uploaded;
  report.warnings.insert(report.warnings.end(), load.notes.begin(), load.notes.end());
  report.timings.write_ms = static_cast<std::int64_t>(load.put_ms + load.copy_ms);
  report.timings.commit_ms = static_cast<std::int64_t>(load.cleanup_ms);
}

pipeline::TaskRecord ToRecord(const LoadedJob& loaded) {
  const JobReport& report = loaded.report;
  return {.job = report.job,
          .output = loaded.load ? loaded.load->target : "",
          .status = std::string(JobStatusName(report.status)),
          .rows_read = report.rows_read,
          .rows_written = report.rows_written,
          .rows_rejected = report.rows_rejected,
          .total_ms = report.timings.total_ms,
          .message = report.error ? report.error->message() : ""};
}

}  // namespace

LoadedJob RunLoad(const JobConfig& job, const LoadContext& context) {
  const auto begun = context.environment.clock.Monotonic();
  LoadedJob loaded{.report = {.run = context.run, .job = job.name}};
  JobReport& report = loaded.report;
  core::Result<LoadReport> load = Load(*job.load_job, context);
  if (load) {
    report.status = StatusOf(*load);
    report.error = load->Verdict();
    Count(*load, report);
    loaded.load = *std::move(load);
  } else {
    report.error = std::move(load).error();
  }
  if (report.error) report.status = JobStatus::kFailed;
  const auto elapsed = context.environment.clock.Monotonic() - begun;
  report.timings.total_ms = std::chrono::duration_cast<std::chrono::milliseconds>(elapsed).count();
  if (context.ledger != nullptr && !context.dry_run) {
    core::Status recorded = context.ledger->RecordTask(context.run, ToRecord(loaded));
    if (!recorded && !report.error) {
      report.status = JobStatus::kFailed;
      report.error = std::move(recorded).error();
    }
  }
  return loaded;
}

}  // namespace sluice::jobs
