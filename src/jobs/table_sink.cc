#include "jobs/table_sink.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "delta/action_json.h"
#include "delta/path.h"
#include "delta/schema_json.h"
#include "delta_log/snapshot.h"
#include "jobs/reject_file.h"
#include "jobs/table_input.h"
#include "jobs/table_output.h"
#include "schema/arrow_mapping.h"
#include "storage/owner.h"
#include "storage/publish.h"
#include "table/table_write.h"

namespace sluice::jobs {
namespace {

std::string RootOf(const pipeline::Plan& plan, const TableSettings& settings) {
  if (!settings.root.empty()) return settings.root;
  const std::string& name = plan.tasks.front().output;
  return IsTable(name) ? name.substr(name.find(':') + 1) : name;
}

// Where rejected rows go: as the task says, as the plan says, or beside the output.
std::string RejectsPath(const pipeline::Plan& plan, const pipeline::PlannedTask& task, const std::string& root) {
  const auto own = task.settings.find(kTaskRejectsPath);
  if (own != task.settings.end()) return own->second;
  if (!plan.rejects_path.empty()) return plan.rejects_path;
  return (IsTable(task.output) ? root : task.output) + ".rejects.ndjson";
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
      SLUICE_ASSIGN_OR_RETURN(schema.shape.schema, delta::ParseSchema(actions.metadata->schema_string));
      schema.metadata = *std::move(actions.metadata);
      schema.protocol = std::move(actions.protocol);
      written.schema = std::move(schema);
    }
  }
  return written;
}

core::Status PublishRejects(const pipeline::TaskReport& report, storage::FileSystem& files) {
  const pipeline::PendingFile& rejects = report.rejects;
  if (rejects.temporary_path.empty()) return core::Ok();
  const storage::FinishedFile finished{.temp_path = rejects.temporary_path,
                                       .final_path = rejects.final_path,
                                       .bytes = rejects.bytes,
                                       .checksum = rejects.checksum};
  return storage::Publish(files, finished, storage::PublishMode::kReplace);
}

// Several that start with the same configuration make one table: whoever is first makes it.
core::Status CheckSameTable(const table::NewTable& planned, const delta_log::Snapshot& there) {
  delta::Metadata metadata = there.metadata;
  metadata.id = planned.metadata.id;
  metadata.created_time_ms = planned.metadata.created_time_ms;
  if (metadata == planned.metadata) return core::Ok();
  return core::Conflict(fmt::format("{}: somebody made another table there since the plan was made", there.root))
      .WithHint("run the job again: it writes to the table that is there");
}

core::Error Superseded(const std::string& root, const TableOutput& output) {
  return core::Conflict(
             fmt::format("{}: {} was published or rewritten by another run since the plan was made", root, output.id))
      .WithHint("run the job again: it looks at what is there now");
}

// The table has this version of the output. It is this publication, done before, when it was made of the same.
core::Result<table::TableChange> FindOwn(const std::shared_ptr<const delta_log::Snapshot>& snapshot,
                                         const TableOutput& output) {
  const PublishedOutput published = FindPublished(*snapshot, output.id);
  const bool same = published.files.empty() || published.contents == output.contents;
  if (!same || PublishedVersion(*snapshot, output.id) != output.version) return Superseded(snapshot->root, output);
  return table::TableChange{.version = snapshot->version, .already_applied = true, .snapshot = snapshot};
}

}  // namespace

core::Result<std::unique_ptr<pipeline::TaskWriter>> TableSink::Open(const pipeline::Plan& plan,
                                                                    const pipeline::PlannedTask& task,
                                                                    const schema::Schema& schema) {
  const TableSettings& settings = *settings_.table;
  const std::string root = RootOf(plan, settings);
  const auto columns = schema::ToArrow(schema);
  SLUICE_ASSIGN_OR_RETURN(const auto output, TableOutputOf(task));
  table::WriteRequest request = output ? ToWriteRequest(settings, *output) : ToWriteRequest(settings);
  std::unique_ptr<table::TableWrite> write;
  if (settings.create) {
    SLUICE_ASSIGN_OR_RETURN(table::NewTable table, table::ParseNewTable(root, settings.new_table));
    SLUICE_ASSIGN_OR_RETURN(write,
                            table::TableWrite::Create(environment_, std::move(table), *columns, std::move(request)));
  } else {
    SLUICE_ASSIGN_OR_RETURN(auto snapshot, delta_log::OpenSnapshot(environment_, root));
    SLUICE_ASSIGN_OR_RETURN(write,
                            table::TableWrite::Open(environment_, std::move(snapshot), *columns, std::move(request)));
  }
  const bool detached = publisher_ == Publisher::kOtherProcess;
  RejectFile rejects(environment_.files, RejectsPath(plan, task, root),
                     fmt::format("{}-{}-{:08x}", plan.run, task.index, environment_.random.Next() & 0xFFFFFFFF),
                     detached ? std::string(storage::kDetachedOwner) : storage::ThisProcessOwner());
  return std::unique_ptr<pipeline::TaskWriter>(
      std::make_unique<TableTaskWriter>(root, std::move(write), std::move(rejects)));
}

core::Result<pipeline::CommitOutcome> TableCommitter::Commit(const pipeline::Plan& plan,
                                                             std::span<const pipeline::TaskReport> reports) {
  SLUICE_ASSIGN_OR_RETURN(const auto output, TableOutputOf(plan.tasks.front()));
  const core::Status done = output ? CommitOutputs(plan, reports) : CommitTogether(plan, reports);
  if (!done && done.error().kind() == core::ErrorKind::kOutcomeUnknown) {
    return pipeline::CommitOutcome(pipeline::CommitUnknown{done.error().message()});
  }
  SLUICE_TRY(done);
  // Outputs that were there before are done; rows of a copy were not taken.
  pipeline::Committed committed{.published = {}, .already_applied = already_applied_ && !output};
  for (const pipeline::TaskReport& report : reports) committed.published.push_back(report.output);
  return pipeline::CommitOutcome(std::move(committed));
}

core::Status TableCommitter::CommitTogether(const pipeline::Plan& plan, std::span<const pipeline::TaskReport> reports) {
  TableSettings settings = *settings_.table;
  const std::string root = RootOf(plan, settings);
  if (publisher_ == Publisher::kOtherProcess && !settings.application) {
    settings.application = table::ApplicationVersion{"sluice.run." + plan.run, 1};
  }
  const auto commit = [&]() -> core::Result<table::TableChange> {
    SLUICE_ASSIGN_OR_RETURN(table::WrittenFiles written, ReadFiles(reports));
    if (settings.create) {
      SLUICE_ASSIGN_OR_RETURN(const table::NewTable table, table::ParseNewTable(root, settings.new_table));
      return table::CommitNewTable(environment_, table, ToWriteRequest(settings), std::move(written));
    }
    SLUICE_ASSIGN_OR_RETURN(auto snapshot, delta_log::OpenSnapshot(environment_, root));
    return table::CommitFiles(environment_, std::move(snapshot), ToWriteRequest(settings), std::move(written));
  };
  return CommitWithRejects(reports, commit);
}

core::Status TableCommitter::CommitOutputs(const pipeline::Plan& plan, std::span<const pipeline::TaskReport> reports) {
  std::vector<const pipeline::TaskReport*> ordered;
  for (const pipeline::TaskReport& report : reports) ordered.push_back(&report);
  std::sort(ordered.begin(), ordered.end(), [](const auto* a, const auto* b) { return a->index < b->index; });
  for (const pipeline::TaskReport* report : ordered) {
    SLUICE_TRY(CommitOutput(plan, plan.tasks[report->index], *report));
  }
  return core::Ok();
}

core::Status TableCommitter::CommitOutput(const pipeline::Plan& plan, const pipeline::PlannedTask& task,
                                          const pipeline::TaskReport& report) {
  const std::string root = RootOf(plan, *settings_.table);
  SLUICE_ASSIGN_OR_RETURN(const auto output, TableOutputOf(task));
  SLUICE_TRY(CommitWithRejects({&report, 1}, [&] { return PutOutput(root, plan, *output, report); }));
  const bool rejected = !report.rejects.temporary_path.empty();
  if (!rejected) (void)environment_.files.Remove(RejectsPath(plan, task, root));  // of an earlier publication
  return core::Ok();
}

// The rejects come first: once the rows are in the table nothing makes them again, and none may be missing.
core::Status TableCommitter::CommitWithRejects(std::span<const pipeline::TaskReport> reports,
                                               const std::function<core::Result<table::TableChange>()>& commit) {
  std::vector<std::string> fresh;
  for (const pipeline::TaskReport& report : reports) {
    if (report.rejects.temporary_path.empty()) continue;
    SLUICE_ASSIGN_OR_RETURN(const auto before, environment_.files.StatIfExists(report.rejects.final_path));
    SLUICE_TRY(PublishRejects(report, environment_.files));
    if (!before) fresh.push_back(report.rejects.final_path);
  }
  const auto change = commit();
  if (change) {
    already_applied_ = change->already_applied;
    RemoveUnused(*change, reports);
    return core::Ok();
  }
  const bool known = change.error().kind() != core::ErrorKind::kOutcomeUnknown;
  for (const std::string& path : fresh) {
    if (known) (void)environment_.files.Remove(path);
  }
  return change.error();
}

core::Result<table::TableChange> TableCommitter::PutOutput(const std::string& root, const pipeline::Plan& plan,
                                                           const TableOutput& output,
                                                           const pipeline::TaskReport& report) {
  const TableSettings& settings = *settings_.table;
  SLUICE_ASSIGN_OR_RETURN(table::WrittenFiles written, ReadFiles({&report, 1}));
  TagFiles(output, written.rows, written.files);
  table::WriteRequest request = ToWriteRequest(settings, output);
  request.user_metadata = fmt::format("run {}", plan.run);
  SLUICE_ASSIGN_OR_RETURN(auto snapshot, OpenTableIfThere(root, environment_));
  if (settings.create) {
    SLUICE_ASSIGN_OR_RETURN(const table::NewTable table, table::ParseNewTable(root, settings.new_table));
    if (snapshot == nullptr) {
      if (!output.Commits(written.rows)) request.application.reset();
      auto change = table::CommitNewTable(environment_, table, request, written);
      if (change || change.error().kind() != core::ErrorKind::kAlreadyExists) return change;
      SLUICE_ASSIGN_OR_RETURN(snapshot, delta_log::OpenSnapshot(environment_, root));
    }
    SLUICE_TRY(CheckSameTable(table, *snapshot));
  } else if (snapshot == nullptr) {
    return core::NotFound(fmt::format("{}: the table is gone since the plan was made", root))
        .WithHint("run the job again: it makes the table anew");
  }
  if (!output.Commits(written.rows)) return table::TableChange{.version = snapshot->version, .snapshot = snapshot};
  if (PublishedVersion(*snapshot, output.id) >= output.version) return FindOwn(snapshot, output);
  if (output.replaces == TableOutput::Replaces::kFiles) {
    PublishedOutput published = FindPublished(*snapshot, output.id);
    if (!published.whole) return Superseded(root, output);
    request.replaced = std::move(published.files);
  }
  SLUICE_ASSIGN_OR_RETURN(table::TableChange change,
                          table::CommitFiles(environment_, snapshot, request, std::move(written)));
  if (change.already_applied) return FindOwn(change.snapshot, output);
  return change;
}

// What was written and is in no commit, of this process: the files of others may be named by a commit of before.
void TableCommitter::RemoveUnused(const table::TableChange& change,
                                  std::span<const pipeline::TaskReport> reports) const {
  if (!change.committed && publisher_ == Publisher::kThisProcess) RemoveTableFiles(environment_, reports);
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
