#include "jobs/file_committer.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "core/byte_size.h"
#include "storage/owner.h"
#include "storage/path.h"
#include "storage/publish.h"
#include "storage/published_file.h"
#include "storage/temporary_name.h"

namespace sluice::jobs {
namespace {

using pipeline::PendingFile;
using pipeline::Plan;
using pipeline::TaskReport;
using storage::FinishedFile;

FinishedFile Finished(const PendingFile& file) {
  return {
      .temp_path = file.temporary_path, .final_path = file.final_path, .bytes = file.bytes, .checksum = file.checksum};
}

core::Status AppendAll(storage::FileSystem& files, const std::string& path, storage::PublishedFile& target) {
  SLUICE_ASSIGN_OR_RETURN(const auto stream, files.OpenStream(path));
  std::string block(core::kMiB, '\0');
  while (true) {
    SLUICE_ASSIGN_OR_RETURN(const std::size_t count, stream->Read(block));
    if (count == 0) return core::Ok();
    SLUICE_TRY(target.Append(std::string_view(block).substr(0, count)));
  }
}

// Tasks write their rejects apart; one file of that name is to be published.
core::Result<FinishedFile> JoinRejects(const Plan& plan, const std::vector<FinishedFile>& parts,
                                       storage::FileSystem& files) {
  if (parts.size() == 1) return parts.front();
  SLUICE_ASSIGN_OR_RETURN(
      const auto joined,
      storage::PublishedFile::Create(files, parts.front().final_path, plan.run + "-all", storage::ThisProcessOwner()));
  for (const FinishedFile& part : parts) SLUICE_TRY(AppendAll(files, part.temp_path, *joined));
  SLUICE_ASSIGN_OR_RETURN(FinishedFile finished, joined->Finish());
  SLUICE_TRY(storage::Discard(files, parts));
  return finished;
}

core::Result<std::vector<FinishedFile>> FilesToPublish(const Plan& plan, std::span<const TaskReport> reports,
                                                       storage::FileSystem& files) {
  std::vector<FinishedFile> finished;
  std::map<std::string, std::vector<FinishedFile>> rejects;
  std::vector<const TaskReport*> ordered;
  for (const TaskReport& report : reports) ordered.push_back(&report);
  std::sort(ordered.begin(), ordered.end(), [](const auto* a, const auto* b) { return a->index < b->index; });
  for (const TaskReport* report : ordered) {
    finished.push_back(Finished(report->output));
    if (!report->rejects.temporary_path.empty()) {
      rejects[report->rejects.final_path].push_back(Finished(report->rejects));
    }
  }
  for (const auto& [path, parts] : rejects) {
    SLUICE_ASSIGN_OR_RETURN(finished.emplace_back(), JoinRejects(plan, parts, files));
  }
  return finished;
}

// Rejects of an earlier run that do not belong to what was published now.
void RemoveStaleRejects(std::span<const TaskReport> reports, storage::FileSystem& files) {
  for (const TaskReport& report : reports) {
    if (report.rejects.temporary_path.empty()) (void)files.Remove(report.output.final_path + ".rejects.ndjson");
  }
}

// A task may have been done more than once; what the other attempts left waits for nobody.
void RemoveOtherAttempts(const Plan& plan, storage::FileSystem& files) {
  std::set<std::string> folders;
  for (const pipeline::PlannedTask& task : plan.tasks) folders.insert(storage::ParentPath(task.output));
  for (const std::string& folder : folders) {
    const auto entries = files.List(folder);
    if (!entries) continue;
    for (const storage::FileInfo& entry : *entries) {
      const auto name = storage::ParseTemporaryName(storage::FileName(entry.path));
      if (name && name->unique.starts_with(plan.run + "-")) (void)files.Remove(entry.path);
    }
  }
}

}  // namespace

core::Result<pipeline::CommitOutcome> FileCommitter::Commit(const Plan& plan, std::span<const TaskReport> reports) {
  storage::FileSystem& files = environment_.files;
  if (reports.empty()) return pipeline::CommitOutcome(pipeline::Committed{});
  SLUICE_ASSIGN_OR_RETURN(std::vector<FinishedFile> finished, FilesToPublish(plan, reports, files));
  const bool create = plan.mode == pipeline::TargetMode::kCreate;
  storage::PublishRequest request;
  request.id = plan.run;
  request.owner = storage::ThisProcessOwner();
  request.directory = storage::ParentPath(finished.front().final_path);
  request.mode = create ? storage::PublishMode::kCreate : storage::PublishMode::kReplace;
  request.files = std::move(finished);
  const core::Status published = storage::PublishAll(files, request);
  if (!published && published.error().kind() == core::ErrorKind::kOutcomeUnknown) {
    return pipeline::CommitOutcome(pipeline::CommitUnknown{published.error().message()});
  }
  SLUICE_TRY(published);
  if (!create) RemoveStaleRejects(reports, files);
  if (publisher_ == Publisher::kOtherProcess) RemoveOtherAttempts(plan, files);
  for (const std::string& path : plan.superseded) {
    const core::Status removed = files.Remove(path);
    if (!removed && removed.error().kind() != core::ErrorKind::kNotFound) return removed.error();
  }
  pipeline::Committed committed;
  for (const TaskReport& report : reports) committed.published.push_back(report.output);
  return pipeline::CommitOutcome(std::move(committed));
}

}  // namespace sluice::jobs
