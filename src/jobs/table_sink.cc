#include "jobs/table_sink.h"

#include <fmt/format.h>

#include <optional>
#include <utility>

#include "delta/action_json.h"
#include "delta/arrow_types.h"
#include "delta/path.h"
#include "delta_log/snapshot.h"
#include "jobs/reject_file.h"
#include "jobs/table_input.h"
#include "schema/arrow_mapping.h"
#include "storage/owner.h"
#include "storage/path.h"
#include "storage/publish.h"
#include "table/table_write.h"

namespace sluice::jobs {
namespace {

std::string RootOf(const pipeline::Plan& plan) {
  const std::string& name = plan.tasks.front().output;
  return IsTable(name) ? name.substr(name.find(':') + 1) : name;
}

core::Result<table::NewTable> PlanNewTable(const Environment& environment, const TableSettings& settings,
                                           const schema::Schema& columns, const std::string& root) {
  table::CreateRequest request;
  SLUICE_ASSIGN_OR_RETURN(request.schema, delta::FromEngineSchema(columns));
  request.partition_by = settings.partition_by;
  request.cluster_by = settings.cluster_by;
  request.properties = settings.properties;
  return table::PlanTable(environment, root, std::move(request));
}

class TableTaskWriter final : public pipeline::TaskWriter {
 public:
  TableTaskWriter(std::string root, std::unique_ptr<table::TableWrite> write, RejectFile rejects)
      : root_(std::move(root)), write_(std::move(write)), rejects_(std::move(rejects)) {}

  core::Status Write(std::shared_ptr<arrow::RecordBatch> rows) override { return write_->Write(*rows); }
  core::Status Reject(const columns::Reject& reject) override { return rejects_.Add(reject); }

  core::Status Finish(pipeline::TaskReport& report) override {
    SLUICE_ASSIGN_OR_RETURN(table::WrittenFiles written, write_->Finish());
    delta::ActionSet actions;
    actions.adds = std::move(written.files);
    if (written.schema) {
      actions.metadata = written.schema->metadata;
      actions.protocol = written.schema->protocol;
    }
    for (const delta::AddFile& add : actions.adds) report.output.bytes += static_cast<std::uint64_t>(add.size_bytes);
    report.output.final_path = root_;
    report.log_lines = delta::FormatActions(actions);
    return rejects_.Finish(report);
  }

 private:
  std::string root_;
  std::unique_ptr<table::TableWrite> write_;
  RejectFile rejects_;
};

/// All that the tasks' log lines name.
core::Result<table::WrittenFiles> ReadFiles(std::span<const pipeline::TaskReport> reports) {
  table::WrittenFiles written;
  for (const pipeline::TaskReport& report : reports) {
    written.rows += report.rows_written;
    if (report.log_lines.empty()) continue;
    SLUICE_ASSIGN_OR_RETURN(delta::ActionSet actions, delta::ParseActions(report.log_lines, "the task's report"));
    for (delta::AddFile& add : actions.adds) written.files.push_back(std::move(add));
    if (actions.metadata) {
      table::NewSchema schema;
      schema.metadata = *std::move(actions.metadata);
      schema.protocol = std::move(actions.protocol);
      written.schema = std::move(schema);
    }
  }
  return written;
}

core::Status PublishRejects(std::span<const pipeline::TaskReport> reports, storage::FileSystem& files) {
  for (const pipeline::TaskReport& report : reports) {
    const pipeline::PendingFile& rejects = report.rejects;
    if (rejects.temporary_path.empty()) continue;
    const storage::FinishedFile finished{.temp_path = rejects.temporary_path,
                                         .final_path = rejects.final_path,
                                         .bytes = rejects.bytes,
                                         .checksum = rejects.checksum};
    SLUICE_TRY(storage::Publish(files, finished, storage::PublishMode::kReplace));
  }
  return core::Ok();
}

}  // namespace

core::Result<std::unique_ptr<pipeline::TaskWriter>> TableSink::Open(const pipeline::Plan& plan,
                                                                    const pipeline::PlannedTask& task,
                                                                    const schema::Schema& schema) {
  const std::string root = RootOf(plan);
  const TableSettings& settings = *settings_.table;
  const auto columns = schema::ToArrow(schema);
  std::unique_ptr<table::TableWrite> write;
  if (settings.create) {
    SLUICE_ASSIGN_OR_RETURN(table::NewTable table, PlanNewTable(environment_, settings, schema, root));
    SLUICE_ASSIGN_OR_RETURN(
        write, table::TableWrite::Create(environment_, std::move(table), *columns, ToWriteRequest(settings)));
  } else {
    SLUICE_ASSIGN_OR_RETURN(auto snapshot, delta_log::OpenSnapshot(environment_, root));
    SLUICE_ASSIGN_OR_RETURN(
        write, table::TableWrite::Open(environment_, std::move(snapshot), *columns, ToWriteRequest(settings)));
  }
  std::string rejects_path = plan.rejects_path.empty() ? root + ".rejects.ndjson" : plan.rejects_path;
  const bool detached = publisher_ == Publisher::kOtherProcess;
  RejectFile rejects(environment_.files, std::move(rejects_path),
                     fmt::format("{}-{}-{:08x}", plan.run, task.index, environment_.random.Next() & 0xFFFFFFFF),
                     detached ? std::string(storage::kDetachedOwner) : storage::ThisProcessOwner());
  return std::unique_ptr<pipeline::TaskWriter>(
      std::make_unique<TableTaskWriter>(root, std::move(write), std::move(rejects)));
}

core::Result<pipeline::CommitOutcome> TableCommitter::Commit(const pipeline::Plan& plan,
                                                             std::span<const pipeline::TaskReport> reports) {
  const std::string root = RootOf(plan);
  TableSettings settings = *settings_.table;
  if (publisher_ == Publisher::kOtherProcess && !settings.application) {
    settings.application = table::ApplicationVersion{"sluice.run." + plan.run, 1};
  }
  SLUICE_ASSIGN_OR_RETURN(table::WrittenFiles written, ReadFiles(reports));
  core::Result<table::TableChange> change = table::TableChange();
  if (settings.create) {
    SLUICE_ASSIGN_OR_RETURN(const table::NewTable table,
                            PlanNewTable(environment_, settings, settings_.spec.ToSchema(), root));
    change = table::CommitNewTable(environment_, table, ToWriteRequest(settings), std::move(written));
  } else {
    SLUICE_ASSIGN_OR_RETURN(auto snapshot, delta_log::OpenSnapshot(environment_, root));
    change = table::CommitFiles(environment_, std::move(snapshot), ToWriteRequest(settings), std::move(written));
  }
  if (!change && change.error().kind() == core::ErrorKind::kOutcomeUnknown) {
    return pipeline::CommitOutcome(pipeline::CommitUnknown{change.error().message()});
  }
  if (!change && change.error().kind() == core::ErrorKind::kConflict) {
    RemoveTableFiles(environment_, reports);
    return pipeline::CommitOutcome(pipeline::CommitConflict{change.error().message()});
  }
  SLUICE_TRY(change);
  if (!change->committed) RemoveTableFiles(environment_, reports);
  SLUICE_TRY(PublishRejects(reports, environment_.files));
  pipeline::Committed committed;
  for (const pipeline::TaskReport& report : reports) committed.published.push_back(report.output);
  return pipeline::CommitOutcome(std::move(committed));
}

void RemoveTableFiles(const Environment& environment, std::span<const pipeline::TaskReport> reports) {
  const auto written = ReadFiles(reports);
  if (!written) return;
  for (const pipeline::TaskReport& report : reports) {
    if (report.log_lines.empty()) continue;
    for (const delta::AddFile& add : written->files) {
      const auto path = delta::ResolveFilePath(add.path, report.output.final_path, false);
      if (path) (void)environment.files.Remove(*path);  // vacuum finds what stays
    }
  }
}

}  // namespace sluice::jobs
