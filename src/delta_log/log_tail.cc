#include "delta_log/log_tail.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "delta_log/log_reader.h"

namespace sluice::delta_log {
namespace {

constexpr std::size_t kPrefetched = 16;  // keys ahead of the one that is looked up

const delta::DeletionVectorDescriptor* VectorOf(const auto& action) {
  return action.deletion_vector.has_value() ? &*action.deletion_vector : nullptr;
}

}  // namespace

LogTail::LogTail(const storage::Environment& environment, std::string root, ReplayGoal goal)
    : environment_(environment), root_(std::move(root)), goal_(goal), adds_(root_) {}

core::Status LogTail::Extend(std::span<const CommitFile> replay, std::span<const CommitFile> commits) {
  const std::vector<CommitFile> newest_first(replay.rbegin(), replay.rend());
  const auto selection = goal_ == ReplayGoal::kProtocolAndMetadata ? delta::ActionSelection::kProtocolAndMetadata
                                                                   : delta::ActionSelection::kAll;
  return ReadCommits(environment_, newest_first, selection,
                     [&](const CommitFile& file, core::Result<delta::ActionSet> actions) {
                       return Replay(file, std::move(actions), commits);
                     });
}

core::Status LogTail::Replay(const CommitFile& file, core::Result<delta::ActionSet> actions,
                             std::span<const CommitFile> commits) {
  if (actions.has_value()) return Apply(file, *std::move(actions));
  if (file.first == file.last) return std::move(actions).error();
  notes.push_back(fmt::format("compaction ignored: {}", actions.error().message()));
  const auto first = std::ranges::lower_bound(commits, file.first, {}, &CommitFile::first);
  const auto end = std::ranges::upper_bound(commits, file.last, {}, &CommitFile::first);
  return Extend({first, end}, {});
}

core::Status LogTail::Apply(const CommitFile& file, delta::ActionSet actions) {
  if (!std::exchange(began_, true) && file.first == file.last) newest_commit_info_ = actions.commit_info;
  SLUICE_TRY(ApplyFiles(file, actions.adds, std::move(actions.removes)));
  Add(actions);
  return core::Ok();
}

void LogTail::Add(const delta::ActionSet& checkpoint) {
  if (!protocol_.has_value()) protocol_ = checkpoint.protocol;
  if (!metadata_.has_value()) metadata_ = checkpoint.metadata;
  for (const auto& transaction : checkpoint.transactions) transactions_.try_emplace(transaction.app_id, transaction);
  for (const auto& domain : checkpoint.domains) domains_.try_emplace(domain.domain, domain);
}

FileKey LogTail::PathKey(std::string_view path) { return KeyOfPath(CanonicalView(path, root_, path_storage_)); }

core::Error LiveTwice(const std::string& where, std::string_view path) {
  return core::Corruption(
      fmt::format("{}: file '{}' is added though it is there already, perhaps under another deletion "
                  "vector, and is not removed",
                  where, path));
}

core::Status LogTail::ApplyFiles(const CommitFile& file, const std::vector<delta::AddFile>& adds,
                                 std::vector<delta::RemoveFile> removes) {
  if (goal_ == ReplayGoal::kProtocolAndMetadata) return core::Ok();
  for (const delta::AddFile& add : adds) {
    const FileKey path = PathKey(add.path);
    if (!seen_.Insert(KeyOfFile(path, VectorOf(add))) || !WantsFiles(goal_)) continue;
    if (!live_paths_.Insert(path)) return LiveTwice(file.path, add.path);
    adds_.Add(add);
  }
  for (delta::RemoveFile& remove : removes) {
    if (!seen_.Insert(KeyOfFile(PathKey(remove.path), VectorOf(remove)))) continue;
    if (WantsTombstones(goal_)) removes_.push_back(std::move(remove));
  }
  return core::Ok();
}

std::map<std::string, delta::DomainMetadata, std::less<>> LogTail::TakeDomains() {
  std::erase_if(domains_, [](const auto& domain) { return domain.second.removed; });
  return std::move(domains_);
}

core::Status LogTail::AddFiles(std::shared_ptr<const FileSegment> segment, FileTable& files) {
  std::vector<bool> gone;
  if (!seen_.empty()) gone.resize(segment->size());
  std::array<FileKey, kPrefetched> keys;  // of the rows that come next, in a ring
  const auto fetch = [&](std::size_t row) {
    if (row >= segment->size()) return;
    FileKey& key = keys[row % kPrefetched] =
        segment->canonical() ? KeyOfPath(segment->path(row)) : PathKey(segment->path(row));
    live_paths_.Prefetch(key);
  };
  for (std::size_t row = 0; row < kPrefetched; ++row) fetch(row);
  for (std::size_t row = 0; row < segment->size(); ++row) {
    const FileKey key = keys[row % kPrefetched];
    fetch(row + kPrefetched);
    if (!seen_.empty() && seen_.Contains(KeyOfFile(key, segment->deletion_vector(row)))) {
      gone[row] = true;
    } else if (!live_paths_.Insert(key)) {
      return LiveTwice(root_, segment->path(row));
    }
  }
  files.Append(std::move(segment), std::move(gone));
  return core::Ok();
}

core::Result<FileTable> LogTail::TakeFiles(std::vector<std::shared_ptr<const FileSegment>> checkpoint) {
  std::size_t rows = live_paths_.size();
  for (const auto& segment : checkpoint) rows += segment->size();
  live_paths_.Reserve(rows);
  FileTable files;
  for (auto& segment : checkpoint) SLUICE_TRY(AddFiles(std::move(segment), files));
  if (adds_.size() > 0) files.Append(adds_.Build(), {});
  return files;
}

std::vector<delta::RemoveFile> LogTail::TakeTombstones(std::vector<delta::RemoveFile> checkpoint) {
  for (delta::RemoveFile& remove : checkpoint) {
    if (!seen_.Contains(KeyOfFile(PathKey(remove.path), VectorOf(remove)))) removes_.push_back(std::move(remove));
  }
  return std::move(removes_);
}

}  // namespace sluice::delta_log
