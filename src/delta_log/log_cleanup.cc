#include "delta_log/log_cleanup.h"

#include <algorithm>
#include <chrono>
#include <set>
#include <utility>

#include "delta/path.h"
#include "delta/protocol_gate.h"
#include "delta/table_feature.h"
#include "delta_log/checkpoint_reader.h"
#include "delta_log/checkpoint_writer.h"
#include "delta_log/log_listing.h"
#include "delta_log/log_name.h"
#include "storage/path.h"

namespace sluice::delta_log {
namespace {

using std::chrono::days;
using std::chrono::milliseconds;
using std::chrono::sys_time;

std::int64_t ModifiedMs(const storage::FileInfo& file) { return file.mtime_ns / 1'000'000; }

/// One cleanup.
class LogCleanup {
 public:
  LogCleanup(const storage::Environment& environment, const Snapshot& snapshot, const CleanupOptions& options)
      : environment_(environment), snapshot_(snapshot), options_(options) {
    const auto now = std::chrono::floor<milliseconds>(environment.clock.Now());
    cutoff_ms_ = MidnightMs(now - snapshot.properties.log_retention);
    stray_cutoff_ms_ = MidnightMs(now) - milliseconds(days(1)).count();
  }

  core::Result<CleanupReport> Run();

 private:
  static std::int64_t MidnightMs(sys_time<milliseconds> time) {
    return sys_time<milliseconds>(std::chrono::floor<days>(time)).time_since_epoch().count();
  }
  core::Result<bool> NothingIsOld() const;
  std::int64_t NewestOldCommit() const;
  std::optional<std::int64_t> KeptCheckpoint(std::int64_t newest_old);
  bool NothingBefore(std::int64_t version) const;
  bool IsProtected(std::int64_t kept) const;
  core::Status EnsureClassicName(std::int64_t kept);
  core::Status DeleteBefore(std::int64_t kept);
  core::Status DeleteTemporaryFiles(const std::string& folder);
  core::Status DeleteSidecars();
  core::Result<std::set<std::string, std::less<>>> NamedSidecars();
  core::Status Delete(const std::string& path);

  const storage::Environment& environment_;
  const Snapshot& snapshot_;
  const CleanupOptions& options_;
  std::int64_t cutoff_ms_ = 0;        // of the log's retention
  std::int64_t stray_cutoff_ms_ = 0;  // what is younger may be somebody's work in progress
  LogListing listing_;
  CleanupReport report_;
};

core::Result<CleanupReport> LogCleanup::Run() {
  if (!snapshot_.properties.enable_expired_log_cleanup) return std::move(report_);
  SLUICE_TRY(
      delta::CheckCanWrite(snapshot_.protocol, snapshot_.metadata, snapshot_.schema, delta::Operation::kMaintain));
  SLUICE_ASSIGN_OR_RETURN(const bool nothing, NothingIsOld());
  if (nothing) return std::move(report_);
  SLUICE_ASSIGN_OR_RETURN(listing_, ListLog(environment_.files, snapshot_.root));
  SLUICE_TRY(DeleteTemporaryFiles(LogFolder(snapshot_.root)));
  const std::optional<std::int64_t> kept = KeptCheckpoint(NewestOldCommit());
  if (!kept.has_value() || IsProtected(*kept)) return std::move(report_);
  SLUICE_TRY(EnsureClassicName(*kept));
  SLUICE_TRY(DeleteBefore(*kept));
  SLUICE_TRY(DeleteSidecars());
  return std::move(report_);
}

// The usual answer, without a listing: the first commit is there and young.
core::Result<bool> LogCleanup::NothingIsOld() const {
  SLUICE_ASSIGN_OR_RETURN(const std::optional<storage::FileInfo> first,
                          environment_.files.StatIfExists(CommitPath(snapshot_.root, 0)));
  return first.has_value() && ModifiedMs(*first) > cutoff_ms_;
}

// By the times of the files, made to grow with the versions; -1 when none is old enough.
std::int64_t LogCleanup::NewestOldCommit() const {
  std::int64_t newest = -1;
  std::int64_t time_ms = 0;
  for (const CommitFile& commit : listing_.commits) {
    time_ms =
        newest < 0 && time_ms == 0 ? commit.modification_time_ms : std::max(commit.modification_time_ms, time_ms + 1);
    if (time_ms > cutoff_ms_) break;
    newest = commit.last;
  }
  return std::min(newest, options_.oldest_pinned.value_or(newest));
}

// The newest checkpoint from which every version that stays can be read: opened and read, not only listed.
std::optional<std::int64_t> LogCleanup::KeptCheckpoint(std::int64_t newest_old) {
  for (const CheckpointFiles& checkpoint : listing_.checkpoints) {
    if (checkpoint.version > newest_old || listing_.FindCommit(checkpoint.version) == nullptr) continue;
    if (NothingBefore(checkpoint.version)) return std::nullopt;
    core::Result<CheckpointReader> reader = CheckpointReader::Open(environment_, snapshot_.root, checkpoint);
    if (reader.has_value() && reader->ReadAdds().has_value()) return checkpoint.version;
    report_.notes.push_back("the checkpoint of version " + std::to_string(checkpoint.version) +
                            " cannot be read; the log before it stays");
  }
  return std::nullopt;
}

bool LogCleanup::NothingBefore(std::int64_t version) const {
  return listing_.commits.front().last >= version && listing_.checkpoints.back().version >= version &&
         (listing_.checksums.empty() || listing_.checksums.begin()->first >= version);
}

bool LogCleanup::IsProtected(std::int64_t kept) const {
  return delta::SupportsForWriters(snapshot_.protocol, "checkpointProtection") &&
         kept < snapshot_.properties.require_checkpoint_protection_before_version;
}

// Clients that do not know V2 look for the classic name only; without the old commits they would find no table at all.
core::Status LogCleanup::EnsureClassicName(std::int64_t kept) {
  if (!delta::SupportsForReaders(snapshot_.protocol, "v2Checkpoint")) return core::Ok();
  const bool there = std::ranges::any_of(listing_.checkpoints, [&](const CheckpointFiles& checkpoint) {
    return checkpoint.version >= kept && checkpoint.paths.size() == 1 &&
           checkpoint.paths.front() == ClassicCheckpointPath(snapshot_.root, checkpoint.version);
  });
  if (there) return core::Ok();
  SLUICE_TRY(WriteCheckpoint(environment_, snapshot_, {.kind = CheckpointKind::kV2ClassicName}));
  SLUICE_ASSIGN_OR_RETURN(listing_, ListLog(environment_.files, snapshot_.root));
  return core::Ok();
}

// Commits first, from the oldest: what remains after a crash is without a gap from the kept checkpoint on.
core::Status LogCleanup::DeleteBefore(std::int64_t kept) {
  report_.first_version = kept;
  for (const CommitFile& commit : listing_.commits) {
    if (commit.last < kept) SLUICE_TRY(Delete(commit.path));
  }
  for (const CommitFile& compaction : listing_.compactions) {
    if (compaction.first <= kept) SLUICE_TRY(Delete(compaction.path));
  }
  for (const auto& [version, path] : listing_.checksums) {
    if (version < kept) SLUICE_TRY(Delete(path));
  }
  SLUICE_ASSIGN_OR_RETURN(const std::vector<storage::FileInfo> files,
                          environment_.files.List(LogFolder(snapshot_.root)));
  for (const storage::FileInfo& file : files) {  // parts of checkpoints that were never whole, too
    const std::optional<LogName> name = ParseLogName(storage::FileName(file.path));
    if (name.has_value() && name->checkpoint() && name->version < kept) SLUICE_TRY(Delete(file.path));
  }
  std::erase_if(listing_.checkpoints, [kept](const CheckpointFiles& checkpoint) { return checkpoint.version < kept; });
  return core::Ok();
}

core::Status LogCleanup::DeleteTemporaryFiles(const std::string& folder) {
  SLUICE_ASSIGN_OR_RETURN(const std::vector<storage::FileInfo> files, environment_.files.List(folder));
  for (const storage::FileInfo& file : files) {
    const std::string_view name = storage::FileName(file.path);
    const bool temporary = !file.directory && name.starts_with('.') && name.ends_with(".tmp");
    if (temporary && ModifiedMs(file) < stray_cutoff_ms_) SLUICE_TRY(Delete(file.path));
  }
  return core::Ok();
}

core::Status LogCleanup::DeleteSidecars() {
  const std::string folder = SidecarFolder(snapshot_.root);
  SLUICE_ASSIGN_OR_RETURN(const std::optional<storage::FileInfo> there, environment_.files.StatIfExists(folder));
  if (!there.has_value()) return core::Ok();
  SLUICE_TRY(DeleteTemporaryFiles(folder));
  const auto named = NamedSidecars();
  if (!named.has_value()) {
    report_.notes.push_back("no sidecar was deleted: " + named.error().message());
    return core::Ok();
  }
  SLUICE_ASSIGN_OR_RETURN(const std::vector<storage::FileInfo> files, environment_.files.List(folder));
  for (const storage::FileInfo& file : files) {
    const std::string_view name = storage::FileName(file.path);
    const bool stray = !file.directory && name.ends_with(".parquet") && !named->contains(name);
    if (stray && ModifiedMs(file) < stray_cutoff_ms_) SLUICE_TRY(Delete(file.path));
  }
  return core::Ok();
}

// By every checkpoint that is left; one that cannot be read might name any of them.
core::Result<std::set<std::string, std::less<>>> LogCleanup::NamedSidecars() {
  std::set<std::string, std::less<>> names;
  SLUICE_ASSIGN_OR_RETURN(const LogListing listing, ListLog(environment_.files, snapshot_.root));
  for (const CheckpointFiles& checkpoint : listing.checkpoints) {
    SLUICE_ASSIGN_OR_RETURN(const CheckpointReader reader,
                            CheckpointReader::Open(environment_, snapshot_.root, checkpoint));
    for (const delta::Sidecar& sidecar : reader.actions().sidecars) {
      names.insert(std::string(storage::FileName(delta::DecodePath(sidecar.path))));
    }
  }
  return names;
}

core::Status LogCleanup::Delete(const std::string& path) {
  core::Status removed = environment_.files.Remove(path);
  // Somebody else may clean up at the same time.
  if (!removed.has_value() && removed.error().kind() != core::ErrorKind::kNotFound) return removed;
  report_.deleted.push_back(path);
  return core::Ok();
}

}  // namespace

core::Result<CleanupReport> CleanUpLog(const storage::Environment& environment, const Snapshot& snapshot,
                                       const CleanupOptions& options) {
  return LogCleanup(environment, snapshot, options).Run();
}

}  // namespace sluice::delta_log
