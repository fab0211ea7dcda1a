#include "delta_log/checkpoint_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "delta/action_json.h"
#include "delta/path.h"
#include "delta_log/checkpoint_state.h"
#include "delta_log/checkpoint_stats.h"
#include "delta_log/file_segment_builder.h"
#include "delta_log/log_limits.h"
#include "delta_log/log_name.h"
#include "parquet/open_file.h"
#include "storage/path.h"

namespace sluice::delta_log {
namespace {

/// Files of one checkpoint that stay open for their statistics; of a checkpoint of more files none does.
constexpr std::size_t kOpenFilesMax = 32;
constexpr std::size_t kSidecarsMax = 1'000'000;

bool IsJson(std::string_view path) { return path.ends_with(".json"); }

/// The path of a sidecar: whatever folder its name names, it is in that of sidecars.
std::string SidecarPath(const std::string& root, const delta::Sidecar& sidecar) {
  return SidecarFolder(root) + "/" + std::string(storage::FileName(delta::DecodePath(sidecar.path)));
}

/// A sidecar that is gone makes the checkpoint unusable; what is gone in a listing is another matter.
core::Error SidecarError(core::Error error, const std::string& top_path) {
  if (error.kind() != core::ErrorKind::kNotFound) return error;
  return core::Corruption(fmt::format("{} names a sidecar that is not there: {}", top_path, error.message()));
}

}  // namespace

core::Result<CheckpointReader> CheckpointReader::Open(const storage::Environment& environment, const std::string& root,
                                                      const CheckpointFiles& files) {
  CheckpointReader reader(environment, root, files.version);
  SLUICE_TRY(reader.OpenTopFiles(files));
  SLUICE_TRY(reader.Check(files));
  return reader;
}

core::Status CheckpointReader::OpenTopFiles(const CheckpointFiles& files) {
  top_path_ = files.paths.front();
  if (IsJson(top_path_)) {
    SLUICE_ASSIGN_OR_RETURN(const std::string bytes, environment_->files.ReadAll(top_path_, kCommitBytesMax));
    SLUICE_ASSIGN_OR_RETURN(actions_, delta::ParseActions(bytes, top_path_, {.kind = delta::LogFileKind::kCheckpoint}));
    return core::Ok();
  }
  for (const std::string& path : files.paths) {
    SLUICE_ASSIGN_OR_RETURN(auto file, CheckpointFile::Open(environment_->files, path, environment_->pool));
    const auto read_state = [&]() -> core::Status {
      for (int row_group = 0; row_group < file->row_groups(); ++row_group) {
        SLUICE_TRY(ReadStateActions(*file, row_group, actions_));
      }
      return core::Ok();
    };
    SLUICE_TRY(parquet::ReadGuarded(path, read_state));
    files_.push_back(std::move(file));
  }
  return core::Ok();
}

core::Status CheckpointReader::Check(const CheckpointFiles& files) const {
  const auto unusable = [this](std::string_view why) {
    return core::Corruption(fmt::format("checkpoint {}: {}", top_path_, why));
  };
  if (!actions_.protocol.has_value()) return unusable("it holds no protocol");
  if (!actions_.metadata.has_value()) return unusable("it holds no metaData");
  const auto name = ParseLogName(storage::FileName(top_path_));
  const bool uuid = name.has_value() && (name->kind == LogNameKind::kUuidCheckpointJson ||
                                         name->kind == LogNameKind::kUuidCheckpointParquet);
  if (files.paths.size() > 1 && (actions_.checkpoint_metadata.has_value() || !actions_.sidecars.empty())) {
    return unusable("a checkpoint in parts cannot be of version 2");
  }
  if ((uuid || !actions_.sidecars.empty()) && !actions_.checkpoint_metadata.has_value()) {
    return unusable("it holds no checkpointMetadata");
  }
  if (actions_.checkpoint_metadata.has_value() && actions_.checkpoint_metadata->version != version_) {
    return unusable(fmt::format("its checkpointMetadata is that of version {}", actions_.checkpoint_metadata->version));
  }
  if (actions_.sidecars.size() > kSidecarsMax) {
    return core::LimitExceeded(fmt::format("{} names {} sidecars", top_path_, actions_.sidecars.size()))
        .WithContext(fmt::format("limit {} sidecars", kSidecarsMax));
  }
  return core::Ok();
}

template <typename Row, typename Read>
core::Result<std::vector<Row>> CheckpointReader::ReadRowGroups(Read read) const {
  // One task a row group of the top files, or a sidecar.
  std::vector<core::Result<std::vector<Row>>> results;
  std::vector<std::function<core::Result<std::vector<Row>>()>> tasks;
  const auto one = [&read](const std::shared_ptr<const CheckpointFile>& file, int row_group) {
    return parquet::ReadGuarded(file->path(),
                                [&]() -> core::Result<std::vector<Row>> { return read(file, row_group); });
  };
  for (const auto& file : files_) {
    for (int row_group = 0; row_group < file->row_groups(); ++row_group) {
      tasks.push_back([&one, &file, row_group] { return one(file, row_group); });
    }
  }
  for (const delta::Sidecar& sidecar : actions_.sidecars) {
    tasks.push_back([this, &one, &sidecar]() -> core::Result<std::vector<Row>> {
      auto file = CheckpointFile::Open(environment_->files, SidecarPath(root_, sidecar), environment_->pool);
      if (!file.has_value()) return SidecarError(std::move(file).error(), top_path_);
      std::vector<Row> rows;
      for (int row_group = 0; row_group < (*file)->row_groups(); ++row_group) {
        SLUICE_ASSIGN_OR_RETURN(std::vector<Row> more, one(*file, row_group));
        std::ranges::move(more, std::back_inserter(rows));
      }
      return rows;
    });
  }
  results.resize(tasks.size());
  core::TaskGroup group(environment_->executor);
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    group.Run([this, &tasks, &results, i] {
      const core::Status stop = environment_->cancellation.Check();
      results[i] = stop.has_value() ? tasks[i]() : core::Result<std::vector<Row>>(stop.error());
    });
  }
  group.Wait();
  std::vector<Row> all;
  for (std::size_t i = 0; i < results.size(); ++i) {
    if (!results[i].has_value()) return std::move(results[i]).error();
    const bool of_top = i + actions_.sidecars.size() < results.size();
    if (of_top && !actions_.sidecars.empty() && !results[i]->empty()) {
      return core::Corruption(fmt::format("{} holds both files and sidecars", top_path_));
    }
    std::ranges::move(*results[i], std::back_inserter(all));
  }
  return all;
}

core::Result<std::vector<std::shared_ptr<const FileSegment>>> CheckpointReader::ReadAdds() const {
  using Segment = std::shared_ptr<const FileSegment>;
  const bool keep_open = files_.size() + actions_.sidecars.size() <= kOpenFilesMax;
  SLUICE_ASSIGN_OR_RETURN(std::vector<Segment> segments,
                          (ReadRowGroups<Segment>([&](const std::shared_ptr<const CheckpointFile>& file,
                                                      int row_group) -> core::Result<std::vector<Segment>> {
                            const auto stats = [&](std::vector<bool> rows) {
                              return CheckpointStats(*environment_, file, row_group, std::move(rows), keep_open);
                            };
                            SLUICE_ASSIGN_OR_RETURN(Segment segment, ReadAddedFiles(*file, row_group, root_, stats));
                            std::vector<Segment> found;
                            if (segment != nullptr) found.push_back(std::move(segment));
                            return found;
                          })));
  if (actions_.adds.empty()) return segments;
  if (!actions_.sidecars.empty()) return core::Corruption(top_path_ + " holds both files and sidecars");
  FileSegmentBuilder builder(root_);
  for (const delta::AddFile& add : actions_.adds) builder.Add(add);
  segments.push_back(builder.Build());
  return segments;
}

core::Result<std::vector<delta::RemoveFile>> CheckpointReader::ReadRemoves() const {
  using Removes = std::vector<delta::RemoveFile>;
  SLUICE_ASSIGN_OR_RETURN(
      Removes removes,
      (ReadRowGroups<delta::RemoveFile>([](const std::shared_ptr<const CheckpointFile>& file, int row_group) {
        return ReadRemovedFiles(*file, row_group);
      })));
  std::ranges::copy(actions_.removes, std::back_inserter(removes));
  return removes;
}

}  // namespace sluice::delta_log
