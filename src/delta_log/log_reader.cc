#include "delta_log/log_reader.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "delta_log/log_limits.h"

namespace sluice::delta_log {
namespace {

constexpr std::uint64_t kBatchBytesMax = std::uint64_t{64} << 20;
constexpr std::uint64_t kBatchesInMemory = 8;  // what is parsed takes several times its text
constexpr std::size_t kBatchFilesMax = 512;
// A task is about a millisecond of work.
constexpr std::uint64_t kTaskBytes = 256 * 1024;
constexpr std::size_t kTaskFiles = 16;
constexpr std::size_t kFirstLineBytes = 16 * 1024;

/// The front part of `files` that has at most so many bytes and files; one file at least.
std::span<const CommitFile> Front(std::span<const CommitFile> files, std::uint64_t bytes_max, std::size_t files_max) {
  std::size_t count = 0;
  std::uint64_t bytes = 0;
  while (count < files.size() && count < files_max) {
    bytes += files[count].size_bytes;
    if (count > 0 && bytes > bytes_max) break;
    ++count;
  }
  return files.first(count);
}

delta::ActionReadOptions OptionsFor(const CommitFile& file, delta::ActionSelection selection) {
  return {.kind = file.last > file.first ? delta::LogFileKind::kCompaction : delta::LogFileKind::kCommit,
          .selection = selection};
}

}  // namespace

core::Result<delta::ActionSet> ReadCommit(const storage::Environment& environment, const CommitFile& file,
                                          delta::ActionSelection selection) {
  SLUICE_ASSIGN_OR_RETURN(const std::string bytes,
                          environment.files.ReadAll(file.path, kCommitBytesMax, file.size_bytes));
  return delta::ParseActions(bytes, file.path, OptionsFor(file, selection));
}

core::Status ReadCommits(const storage::Environment& environment, std::span<const CommitFile> files,
                         delta::ActionSelection selection,
                         const std::function<core::Status(const CommitFile&, core::Result<delta::ActionSet>)>& visit) {
  const std::uint64_t batch_bytes = std::min(kBatchBytesMax, environment.memory_bytes / kBatchesInMemory);
  while (!files.empty()) {
    SLUICE_TRY(environment.cancellation.Check());
    const std::span<const CommitFile> batch = Front(files, batch_bytes, kBatchFilesMax);
    std::vector<core::Result<delta::ActionSet>> parsed(batch.size());
    {
      core::TaskGroup group(environment.executor);
      for (std::size_t begin = 0; begin < batch.size();) {
        const std::size_t count = Front(batch.subspan(begin), kTaskBytes, kTaskFiles).size();
        group.Run([&environment, &parsed, batch, begin, count, selection] {
          for (std::size_t i = begin; i < begin + count; ++i) parsed[i] = ReadCommit(environment, batch[i], selection);
        });
        begin += count;
      }
    }
    for (std::size_t i = 0; i < batch.size(); ++i) SLUICE_TRY(visit(batch[i], std::move(parsed[i])));
    files = files.subspan(batch.size());
  }
  return core::Ok();
}

core::Result<std::optional<delta::CommitInfo>> ReadCommitInfo(const storage::Environment& environment,
                                                              const CommitFile& file) {
  {
    SLUICE_ASSIGN_OR_RETURN(const auto input, environment.files.OpenRandomAccess(file.path));
    std::string front(std::min<std::uint64_t>(input->size(), kFirstLineBytes), '\0');
    SLUICE_ASSIGN_OR_RETURN(const std::size_t bytes, input->ReadAt(0, front));
    front.resize(std::min(bytes, front.find('\n')));
    if (front.size() < bytes && front.find("commitInfo") != std::string::npos) {
      auto actions = delta::ParseActions(front, file.path, OptionsFor(file, delta::ActionSelection::kCommitInfo));
      if (actions.has_value() && actions->commit_info.has_value()) return std::move(actions->commit_info);
    }
  }
  SLUICE_ASSIGN_OR_RETURN(delta::ActionSet actions, ReadCommit(environment, file));
  return std::move(actions.commit_info);
}

}  // namespace sluice::delta_log
