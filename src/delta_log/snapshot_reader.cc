#include "delta_log/snapshot_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "delta/version_checksum.h"
#include "delta_log/checkpoint_reader.h"
#include "delta_log/log_limits.h"
#include "delta_log/log_reader.h"
#include "delta_log/snapshot_state.h"

namespace sluice::delta_log {
namespace {

constexpr int kListingsMax = 4;  // the first, and three more when files vanish

/// What a checkpoint gives beside its actions.
struct CheckpointContent {
  delta::ActionSet actions;
  std::vector<std::shared_ptr<const FileSegment>> adds;
  std::vector<delta::RemoveFile> removes;
};

/// True for errors that an older checkpoint may not have.
bool IsAboutFile(const core::Error& error) {
  return error.kind() == core::ErrorKind::kCorruption || error.kind() == core::ErrorKind::kIo ||
         error.kind() == core::ErrorKind::kPermission || error.kind() == core::ErrorKind::kInvalidInput;
}

/// One attempt to read a version: tries checkpoints from the best one on.
class Attempt {
 public:
  Attempt(const storage::Environment& environment, const std::string& root, const LogListing& listing,
          std::int64_t version, ReplayGoal goal)
      : environment_(environment),
        root_(root),
        listing_(listing),
        version_(version),
        goal_(goal),
        tail_(environment, root, goal),
        replayed_from_(version + 1) {
    for (const auto& [incomplete, why] : listing.incomplete) {
      if (incomplete <= version) tail_.notes.push_back("checkpoint ignored: " + why);
    }
  }

  core::Result<ReadState> Run() {
    for (const CheckpointFiles& candidate : listing_.checkpoints) {
      if (candidate.version > version_) continue;
      SLUICE_TRY(Stand(&candidate));
      core::Result<CheckpointContent> content = Read(candidate);
      if (content.has_value()) return Finish(*std::move(content));
      if (!IsAboutFile(content.error())) return std::move(content).error();
      tail_.notes.push_back("checkpoint ignored: " + content.error().message());
    }
    SLUICE_TRY(Stand(nullptr));
    return Finish({});
  }

  const std::vector<std::string>& notes() const { return tail_.notes; }

 private:
  /// Replay the commits after `checkpoint` that were not replayed yet.
  core::Status Stand(const CheckpointFiles* checkpoint) {
    SLUICE_ASSIGN_OR_RETURN(segment_, MakeSegment(listing_, version_, checkpoint));
    if (replayed_from_ > version_) {
      SLUICE_TRY(tail_.Extend(segment_.replay, segment_.commits));
    } else {
      const auto end = std::ranges::lower_bound(segment_.commits, replayed_from_, {}, &CommitFile::first);
      SLUICE_TRY(tail_.Extend({segment_.commits.begin(), end}, {}));
    }
    replayed_from_ = checkpoint == nullptr ? 0 : checkpoint->version + 1;
    return tail_.protocol().has_value() ? CheckCanReadTable(root_, *tail_.protocol()) : core::Ok();
  }

  core::Result<CheckpointContent> Read(const CheckpointFiles& candidate) {
    SLUICE_ASSIGN_OR_RETURN(const CheckpointReader reader, CheckpointReader::Open(environment_, root_, candidate));
    if (!tail_.protocol().has_value()) SLUICE_TRY(CheckCanReadTable(root_, *reader.actions().protocol));
    if (!tail_.metadata().has_value()) {
      Snapshot state{.root = candidate.paths.front()};  // bytes without a checksum can be damaged unseen
      SLUICE_TRY(SetProtocolAndMetadata(state, tail_.protocol().value_or(*reader.actions().protocol),
                                        *reader.actions().metadata));
    }
    CheckpointContent content;
    if (WantsFiles(goal_)) {
      SLUICE_ASSIGN_OR_RETURN(content.adds, reader.ReadAdds());
    }
    if (WantsTombstones(goal_)) {
      SLUICE_ASSIGN_OR_RETURN(content.removes, reader.ReadRemoves());
    }
    content.actions = reader.actions();
    return content;
  }

  core::Result<ReadState> Finish(CheckpointContent content) {
    tail_.Add(content.actions);
    ReadState state{.snapshot = std::make_shared<Snapshot>()};
    Snapshot& snapshot = *state.snapshot;
    snapshot.root = root_;
    snapshot.version = version_;
    snapshot.log = std::move(segment_);
    for (const auto& [there, name] :
         {std::pair(tail_.protocol().has_value(), "protocol"), std::pair(tail_.metadata().has_value(), "metaData")}) {
      if (!there) {
        return core::Corruption(fmt::format("{}: no commit or checkpoint up to version {} has a {} action",
                                            listing_.folder, version_, name));
      }
    }
    SLUICE_TRY(SetProtocolAndMetadata(snapshot, *tail_.protocol(), *tail_.metadata()));
    if (WantsTombstones(goal_)) state.tombstones = tail_.TakeTombstones(std::move(content.removes));
    if (WantsFiles(goal_)) SLUICE_TRY(Fill(snapshot, std::move(content.adds)));
    snapshot.notes.insert(snapshot.notes.begin(), tail_.notes.begin(), tail_.notes.end());
    return state;
  }

  core::Status Fill(Snapshot& snapshot, std::vector<std::shared_ptr<const FileSegment>> adds) {
    SLUICE_ASSIGN_OR_RETURN(snapshot.files, tail_.TakeFiles(std::move(adds)));
    snapshot.transactions = tail_.TakeTransactions();
    snapshot.domains = tail_.TakeDomains();
    ExpireTransactions(snapshot, NowMs(environment_));
    if (!snapshot.log.newest_commit.has_value()) {
      snapshot.notes.push_back(fmt::format("commit {} is not there, only its checkpoint", version_));
    }
    SLUICE_ASSIGN_OR_RETURN(snapshot.in_commit_timestamp_ms,
                            ReadInCommitTimestamp(environment_, snapshot, tail_.newest_commit_info()));
    return core::Ok();
  }

  const storage::Environment& environment_;
  const std::string& root_;
  const LogListing& listing_;
  std::int64_t version_;
  ReplayGoal goal_;
  LogTail tail_;
  std::int64_t replayed_from_;
  LogSegment segment_;
};

core::Result<std::optional<std::int64_t>> TimestampOfChecksum(const storage::Environment& environment,
                                                              Snapshot& snapshot) {
  if (!snapshot.log.checksum_path.has_value()) return std::optional<std::int64_t>();
  const std::string& path = *snapshot.log.checksum_path;
  SLUICE_ASSIGN_OR_RETURN(const std::string text, environment.files.ReadAll(path, kChecksumBytesMax));
  const auto checksum = delta::ParseVersionChecksum(text, path);
  if (checksum.has_value()) return checksum->in_commit_timestamp_ms;
  snapshot.notes.push_back("version checksum ignored: " + checksum.error().message());
  return std::optional<std::int64_t>();
}

}  // namespace

std::int64_t NowMs(const storage::Environment& environment) {
  const auto now = environment.clock.Now().time_since_epoch();
  return std::chrono::floor<std::chrono::milliseconds>(now).count();
}

core::Result<std::optional<std::int64_t>> ReadInCommitTimestamp(const storage::Environment& environment,
                                                                Snapshot& snapshot,
                                                                const std::optional<delta::CommitInfo>& info) {
  if (!HasInCommitTimestamps(snapshot)) return std::optional<std::int64_t>();
  if (!snapshot.log.newest_commit.has_value()) return TimestampOfChecksum(environment, snapshot);
  std::optional<delta::CommitInfo> read = info;
  if (!read.has_value()) {
    SLUICE_ASSIGN_OR_RETURN(read, ReadCommitInfo(environment, *snapshot.log.newest_commit));
  }
  if (!read.has_value() || !read->in_commit_timestamp_ms.has_value()) {
    return core::Corruption(fmt::format("{}: no inCommitTimestamp, though the table has delta.enableInCommitTimestamps",
                                        snapshot.log.newest_commit->path));
  }
  return read->in_commit_timestamp_ms;
}

core::Result<ReadState> ReadListed(const storage::Environment& environment, const std::string& root,
                                   const LogListing& listing, std::int64_t version, ReplayGoal goal) {
  Attempt attempt(environment, root, listing, version, goal);
  core::Result<ReadState> state = attempt.Run();
  if (state.has_value()) return state;
  core::Error error = std::move(state).error();
  for (const std::string& note : attempt.notes()) error = std::move(error).WithContext(note);
  return error;
}

core::Result<ReadState> ReadTable(const storage::Environment& environment, const std::string& root,
                                  std::optional<std::int64_t> version, ReplayGoal goal) {
  SLUICE_ASSIGN_OR_RETURN(LogListing listing, ListLog(environment.files, root));
  for (int listings = 1;; ++listings) {
    SLUICE_ASSIGN_OR_RETURN(const std::int64_t chosen, ChooseVersion(listing, version));
    core::Result<ReadState> state = ReadListed(environment, root, listing, chosen, goal);
    if (state.has_value() || listings == kListingsMax) return state;
    // Cleanup may have taken files between the listing and now: then the log looks different.
    SLUICE_ASSIGN_OR_RETURN(LogListing again, ListLog(environment.files, root));
    if (again == listing) return state;
    listing = std::move(again);
  }
}

}  // namespace sluice::delta_log
