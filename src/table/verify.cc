#include "table/verify.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <tuple>
#include <utility>

#include "core/byte_size.h"
#include "core/executor.h"
#include "delta/path.h"
#include "delta/protocol_gate.h"
#include "delta/version_checksum.h"
#include "storage/path.h"
#include "table/checkpoint_check.h"
#include "table/checksum_check.h"
#include "table/file_check.h"
#include "table/needed_files.h"
#include "table/table_listing.h"

namespace sluice::table {
namespace {

using delta_log::FileRef;

constexpr std::string_view kChangeData = "_change_data/";

/// One look at everything.
class Verification {
 public:
  Verification(const storage::Environment& environment, std::shared_ptr<const delta_log::Snapshot> snapshot,
               const VerifyRequest& request)
      : environment_(environment), snapshot_(std::move(snapshot)), request_(request) {}

  core::Result<VerifyReport> Run();

 private:
  core::Status CheckChecksum();
  core::Status CheckFiles();
  core::Status CheckSome(const FileCheck& check, const std::vector<FileRef>& files,
                         const delta_log::StatsTexts& statistics);
  core::Status FindOrphans();
  core::Status CheckCheckpoints();
  core::Status Repair();
  core::Result<TableChange> Commit(delta_log::Transaction& transaction);
  core::Status RepairStatistics();
  core::Status RemoveMissing();
  core::Status RewriteCheckpoint();
  void MarkRepaired(Finding::Kind kind);

  const storage::Environment& environment_;
  std::shared_ptr<const delta_log::Snapshot> snapshot_;
  const VerifyRequest& request_;
  std::vector<std::pair<FileRef, std::string>> new_statistics_;
  std::vector<std::string> missing_;  // canonical paths
  std::vector<DamagedCheckpoint> damaged_checkpoints_;
  VerifyReport report_;
};

core::Result<VerifyReport> Verification::Run() {
  report_.version = snapshot_->version;
  if (request_.repair) {
    SLUICE_TRY(
        delta::CheckCanWrite(snapshot_->protocol, snapshot_->metadata, snapshot_->schema, delta::Operation::kMaintain));
  }
  SLUICE_TRY(CheckChecksum());
  SLUICE_TRY(CheckCheckpoints());
  SLUICE_TRY(CheckFiles());
  SLUICE_TRY(FindOrphans());
  std::ranges::sort(report_.findings, [](const Finding& left, const Finding& right) {
    return std::tie(left.path, left.kind, left.message) < std::tie(right.path, right.kind, right.message);
  });
  if (request_.repair) SLUICE_TRY(Repair());
  return std::move(report_);
}

core::Status Verification::CheckChecksum() {
  if (!snapshot_->log.checksum_path) return core::Ok();
  const std::string& path = *snapshot_->log.checksum_path;
  const auto find = [&](std::string message) {
    report_.findings.push_back({.kind = Finding::Kind::kChecksum,
                                .path = storage::JoinPath("_delta_log", storage::FileName(path)),
                                .message = std::move(message)});
  };
  const auto text = environment_.files.ReadAll(path, core::kGiB);
  if (!text.has_value()) {
    if (text.error().kind() != core::ErrorKind::kNotFound) find(text.error().message());
    return core::Ok();
  }
  const auto checksum = delta::ParseVersionChecksum(*text, path);
  if (!checksum.has_value()) {
    find(checksum.error().message());
    return core::Ok();
  }
  for (std::string& difference : ChecksumDifferences(*checksum, *snapshot_)) find(std::move(difference));
  return core::Ok();
}

core::Status Verification::CheckCheckpoints() {
  SLUICE_ASSIGN_OR_RETURN(damaged_checkpoints_, FindDamagedCheckpoints(environment_, *snapshot_));
  for (const DamagedCheckpoint& checkpoint : damaged_checkpoints_) {
    report_.findings.push_back(
        {.kind = Finding::Kind::kCheckpoint,
         .path = storage::JoinPath("_delta_log", storage::FileName(checkpoint.files.paths.front())),
         .message = checkpoint.error.message()});
  }
  return core::Ok();
}

core::Status Verification::CheckFiles() {
  SLUICE_ASSIGN_OR_RETURN(const FileCheck check, FileCheck::Make(environment_, snapshot_));
  report_.files = snapshot_->files.size();
  const std::size_t window = 2 * environment_.executor.threads();
  for (std::uint32_t number = 0; number < snapshot_->files.segment_count(); ++number) {
    const delta_log::FileSegment& segment = snapshot_->files.segment(number);
    SLUICE_ASSIGN_OR_RETURN(const auto statistics, segment.LoadStats());
    std::vector<FileRef> files;
    for (std::uint32_t row = 0; row < segment.size(); ++row) {
      if (snapshot_->files.live({number, row})) files.push_back({number, row});
      if (files.size() < window) continue;
      SLUICE_TRY(CheckSome(check, files, *statistics));
      files.clear();
    }
    SLUICE_TRY(CheckSome(check, files, *statistics));
  }
  return core::Ok();
}

core::Status Verification::CheckSome(const FileCheck& check, const std::vector<FileRef>& files,
                                     const delta_log::StatsTexts& statistics) {
  SLUICE_TRY(environment_.cancellation.Check());
  std::vector<std::optional<core::Result<FileVerdict>>> verdicts(files.size());
  core::TaskGroup tasks(environment_.executor);
  for (std::size_t i = 0; i < files.size(); ++i) {
    tasks.Run([&, i] { verdicts[i] = check.Check(files[i], statistics.text(files[i].row)); });
  }
  tasks.Wait();
  for (std::size_t i = 0; i < files.size(); ++i) {
    SLUICE_ASSIGN_OR_RETURN(FileVerdict verdict, std::move(*verdicts[i]));
    report_.rows += verdict.live_rows;
    if (verdict.missing) missing_.push_back(delta::CanonicalPath(snapshot_->files.path(files[i]), snapshot_->root));
    if (verdict.new_statistics) new_statistics_.emplace_back(files[i], *std::move(verdict.new_statistics));
    for (Finding& finding : verdict.findings) report_.findings.push_back(std::move(finding));
  }
  return core::Ok();
}

core::Status Verification::FindOrphans() {
  constexpr std::int64_t kEver = std::numeric_limits<std::int64_t>::min();
  SLUICE_ASSIGN_OR_RETURN(const NeededFiles named, NeededFiles::Collect(environment_, *snapshot_, kEver));
  const auto look = [&](const ListedFile& file) -> core::Status {
    // Only commits name the files of the change data feed, and those are cleaned up first.
    if (file.path.starts_with(kChangeData)) return core::Ok();
    SLUICE_ASSIGN_OR_RETURN(const bool is_named, named.Contain(file.path));
    if (is_named) return core::Ok();
    SLUICE_ASSIGN_OR_RETURN(const auto there,
                            environment_.files.StatIfExists(storage::JoinPath(snapshot_->root, file.path)));
    if (!there.has_value()) return core::Ok();  // gone since
    report_.findings.push_back({.kind = Finding::Kind::kOrphanFile,
                                .path = file.path,
                                .message = fmt::format("no version names it ({} bytes)", there->bytes)});
    return core::Ok();
  };
  SLUICE_ASSIGN_OR_RETURN(const ListedFolders listed, ListTable(environment_, *snapshot_, look));
  return core::Ok();
}

core::Status Verification::Repair() {
  if (!new_statistics_.empty()) SLUICE_TRY(RepairStatistics());
  if (!missing_.empty()) SLUICE_TRY(RemoveMissing());
  if (!damaged_checkpoints_.empty()) SLUICE_TRY(RewriteCheckpoint());
  return core::Ok();
}

core::Result<TableChange> Verification::Commit(delta_log::Transaction& transaction) {
  SLUICE_ASSIGN_OR_RETURN(delta_log::CommitResult result, transaction.Commit());
  SLUICE_ASSIGN_OR_RETURN(TableChange change, ToChange(std::move(result)));
  if (change.snapshot) snapshot_ = change.snapshot;
  return change;
}

// The same files again, with other statistics: their rows stay where they are.
core::Status Verification::RepairStatistics() {
  SLUICE_ASSIGN_OR_RETURN(
      delta_log::Transaction transaction,
      delta_log::Transaction::Begin(environment_, snapshot_,
                                    {.name = "COMPUTE STATS", .kind = delta::Operation::kAlter}, request_.transaction));
  for (auto& [file, statistics] : new_statistics_) {
    delta::AddFile add = snapshot_->files.Get(file);
    add.stats = std::move(statistics);
    add.data_change = false;
    transaction.ReadFile(file);
    transaction.Add(std::move(add));
  }
  const auto count = new_statistics_.size();
  transaction.SetMetric("numFiles", static_cast<std::int64_t>(count));
  SLUICE_ASSIGN_OR_RETURN(TableChange change, Commit(transaction));
  if (change.committed) MarkRepaired(Finding::Kind::kStatistics);
  report_.repair = std::move(change);
  return core::Ok();
}

core::Status Verification::RemoveMissing() {
  SLUICE_ASSIGN_OR_RETURN(
      delta_log::Transaction transaction,
      delta_log::Transaction::Begin(environment_, snapshot_, {.name = "FSCK", .kind = delta::Operation::kReplaceFiles},
                                    request_.transaction));
  std::int64_t bytes = 0;
  for (const std::string& path : missing_) {
    const std::optional<FileRef> file = snapshot_->files.Find(path);
    if (!file) continue;  // gone with somebody else's commit
    transaction.ReadFile(*file);
    transaction.Remove(*file);
    bytes += snapshot_->files.segment(file->segment).size_bytes(file->row);
  }
  transaction.SetMetric("numRemovedFiles", static_cast<std::int64_t>(missing_.size()));
  transaction.SetMetric("numRemovedBytes", bytes);
  SLUICE_ASSIGN_OR_RETURN(TableChange change, Commit(transaction));
  change.files_removed = missing_.size();
  change.bytes_removed = bytes;
  if (change.committed) MarkRepaired(Finding::Kind::kMissingFile);
  report_.repair = std::move(change);
  return core::Ok();
}

core::Status Verification::RewriteCheckpoint() {
  SLUICE_TRY(ReplaceCheckpoints(environment_, *snapshot_, damaged_checkpoints_));
  report_.new_checkpoint = snapshot_->version;
  MarkRepaired(Finding::Kind::kCheckpoint);
  return core::Ok();
}

void Verification::MarkRepaired(Finding::Kind kind) {
  for (Finding& finding : report_.findings) finding.repaired = finding.repaired || finding.kind == kind;
}

}  // namespace

std::string_view FindingName(Finding::Kind kind) {
  switch (kind) {
    case Finding::Kind::kChecksum: return "checksum";
    case Finding::Kind::kMissingFile: return "missing file";
    case Finding::Kind::kDamagedFile: return "damaged file";
    case Finding::Kind::kVector: return "deletion vector";
    case Finding::Kind::kStatistics: return "statistics";
    case Finding::Kind::kCheckpoint: return "checkpoint";
    case Finding::Kind::kOrphanFile: return "orphan file";
  }
  return "";
}

std::uint64_t VerifyReport::harmful() const {
  return static_cast<std::uint64_t>(std::ranges::count_if(findings, [](const Finding& finding) {
    return finding.kind != Finding::Kind::kOrphanFile && !finding.repaired;
  }));
}

core::Result<VerifyReport> Verify(const storage::Environment& environment,
                                  std::shared_ptr<const delta_log::Snapshot> snapshot, const VerifyRequest& request) {
  return Verification(environment, std::move(snapshot), request).Run();
}

}  // namespace sluice::table
