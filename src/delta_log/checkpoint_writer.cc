#include "delta_log/checkpoint_writer.h"

#include <algorithm>
#include <utility>

#include "core/uuid.h"
#include "delta/action_json.h"
#include "delta/last_checkpoint.h"
#include "delta/path.h"
#include "delta/protocol_gate.h"
#include "delta/table_feature.h"
#include "delta/version_checksum.h"
#include "delta_log/action_file.h"
#include "delta_log/checkpoint_schema.h"
#include "delta_log/commit_file.h"
#include "delta_log/log_limits.h"
#include "delta_log/log_name.h"
#include "delta_log/sorted_files.h"
#include "storage/path.h"

namespace sluice::delta_log {
namespace {

constexpr std::size_t kHintListMax = 30;
// Up to so many files, one row group is faster for everybody.
constexpr std::size_t kSmallRows = 10'000;
constexpr std::uint64_t kHintBytesMax = 64 << 20;

std::int64_t NowMsOf(const storage::Environment& environment) {
  return std::chrono::floor<std::chrono::milliseconds>(environment.clock.Now()).time_since_epoch().count();
}

/// Writes one checkpoint of one snapshot.
class CheckpointWriter {
 public:
  CheckpointWriter(const storage::Environment& environment, const Snapshot& snapshot, const CheckpointOptions& options)
      : environment_(environment), snapshot_(snapshot), options_(options), now_ms_(NowMsOf(environment)) {}

  core::Result<CheckpointReport> Run();

 private:
  bool v2() const { return options_.kind != CheckpointKind::kClassic; }
  bool classic_name() const {
    return options_.kind == CheckpointKind::kClassic || options_.kind == CheckpointKind::kV2ClassicName;
  }
  core::Result<std::optional<storage::FileInfo>> Existing() const;
  core::Status CompareWithChecksum() const;
  core::Status Gather();
  core::Status WriteClassic();
  core::Status WriteV2();
  core::Status WriteSidecars();
  core::Status WriteSidecar(std::size_t begin, std::size_t end);
  core::Status WriteTop();
  core::Status WriteJsonTop(const std::string& path);
  core::Status WriteParquetTop(const std::string& path, const CheckpointLayout& layout);
  core::Status AddFiles(ActionFile& file, std::size_t begin, std::size_t end);
  core::Status WriteHint();
  ActionFileOptions FileOptions() const {
    return {.codec = snapshot_.properties.parquet_codec, .row_group_rows = options_.row_group_rows};
  }
  std::uint64_t StateActions() const;

  const storage::Environment& environment_;
  const Snapshot& snapshot_;
  const CheckpointOptions& options_;
  const std::int64_t now_ms_;
  CheckpointLayout layout_;
  delta::ActionSet state_;  // everything but files
  std::vector<delta::RemoveFile> tombstones_;
  std::vector<FileRef> order_;
  std::optional<StatsCursor> stats_;
  CheckpointReport report_;
  std::uint64_t top_bytes_ = 0;
};

core::Result<CheckpointReport> CheckpointWriter::Run() {
  SLUICE_TRY(
      delta::CheckCanWrite(snapshot_.protocol, snapshot_.metadata, snapshot_.schema, delta::Operation::kMaintain));
  if (v2() && !delta::SupportsForReaders(snapshot_.protocol, "v2Checkpoint")) {
    return core::InvalidInput("the protocol of the table does not list v2Checkpoint, which such a checkpoint needs");
  }
  // What is no version of the log gets no checkpoint.
  SLUICE_TRY(environment_.files.Stat(CommitPath(snapshot_.root, snapshot_.version)));
  report_.files.version = snapshot_.version;
  SLUICE_ASSIGN_OR_RETURN(const std::optional<storage::FileInfo> existing, Existing());
  if (existing.has_value()) {
    report_.already_there = true;
    report_.files.paths = {existing->path};
    report_.files.size_bytes = existing->bytes;
    return std::move(report_);
  }
  SLUICE_TRY(CompareWithChecksum());
  SLUICE_TRY(Gather());
  SLUICE_TRY(v2() ? WriteV2() : WriteClassic());
  SLUICE_TRY(environment_.files.SyncDirectory(LogFolder(snapshot_.root)));
  core::Status hint = WriteHint();
  if (!hint.has_value())
    return std::move(hint).error().WithPrefix("the checkpoint stands, _last_checkpoint does not: ");
  return std::move(report_);
}

core::Result<std::optional<storage::FileInfo>> CheckpointWriter::Existing() const {
  std::optional<storage::FileInfo> none;
  if (!classic_name()) return none;
  SLUICE_ASSIGN_OR_RETURN(std::optional<storage::FileInfo> there,
                          environment_.files.StatIfExists(ClassicCheckpointPath(snapshot_.root, snapshot_.version)));
  return there.has_value() && there->bytes > 0 ? there : none;
}

// Another writer's sum of this version is a second opinion on our state.
core::Status CheckpointWriter::CompareWithChecksum() const {
  const std::string path = ChecksumPath(snapshot_.root, snapshot_.version);
  const core::Result<std::string> text = environment_.files.ReadAll(path, kChecksumBytesMax);
  if (!text.has_value()) return core::Ok();
  const core::Result<delta::VersionChecksum> sum = delta::ParseVersionChecksum(*text, path);
  if (!sum.has_value()) return core::Ok();
  const auto files = static_cast<std::int64_t>(snapshot_.files.size());
  if (sum->file_count == files && sum->table_size_bytes == snapshot_.files.size_bytes()) return core::Ok();
  return core::Corruption(storage::QuotedPath(path) + " counts " + std::to_string(sum->file_count) + " files of " +
                          std::to_string(sum->table_size_bytes) + " bytes, the log makes " + std::to_string(files) +
                          " of " + std::to_string(snapshot_.files.size_bytes()))
      .WithHint("no checkpoint was written; compare the versions of the table with `sluice table verify`");
}

core::Status CheckpointWriter::Gather() {
  SLUICE_ASSIGN_OR_RETURN(layout_, CheckpointLayoutOf(snapshot_));
  state_.protocol = snapshot_.protocol;
  state_.metadata = snapshot_.metadata;
  const std::optional<std::chrono::milliseconds> life = snapshot_.properties.set_transaction_retention;
  for (const auto& [app_id, transaction] : snapshot_.transactions) {
    const bool expired = life.has_value() && transaction.last_updated_ms.has_value() &&
                         *transaction.last_updated_ms <= now_ms_ - life->count();
    if (!expired) state_.transactions.push_back(transaction);
  }
  for (const auto& [name, domain] : snapshot_.domains) state_.domains.push_back(domain);
  SLUICE_ASSIGN_OR_RETURN(tombstones_, LoadTombstones(environment_, snapshot_));
  const std::int64_t oldest = now_ms_ - snapshot_.properties.deleted_file_retention.count();
  std::erase_if(tombstones_, [oldest](const delta::RemoveFile& remove) {
    return remove.deletion_timestamp_ms.value_or(0) <= oldest;
  });
  order_ = SortFiles(snapshot_.files);
  stats_.emplace(snapshot_.files, order_);
  report_.adds = order_.size();
  report_.removes = tombstones_.size();
  return core::Ok();
}

core::Status CheckpointWriter::AddFiles(ActionFile& file, std::size_t begin, std::size_t end) {
  const std::size_t adds_end = std::min(end, order_.size());
  for (std::size_t i = begin; i < adds_end; ++i) {
    SLUICE_ASSIGN_OR_RETURN(const std::string_view stats, stats_->Next(order_[i]));
    SLUICE_TRY(file.Add(snapshot_.files.segment(order_[i].segment), order_[i].row, stats));
  }
  for (std::size_t i = std::max(begin, order_.size()); i < end; ++i) {
    SLUICE_TRY(file.Remove(tombstones_[i - order_.size()]));
  }
  return environment_.cancellation.Check();
}

core::Status CheckpointWriter::WriteClassic() {
  const std::string path = ClassicCheckpointPath(snapshot_.root, snapshot_.version);
  SLUICE_ASSIGN_OR_RETURN(const auto file, ActionFile::Open(environment_, path, layout_, FileOptions()));
  const std::size_t files = order_.size() + tombstones_.size();
  SLUICE_TRY(file->WriteState(state_, files > kSmallRows));
  SLUICE_TRY(AddFiles(*file, 0, files));
  SLUICE_ASSIGN_OR_RETURN(top_bytes_, file->Finish());
  SLUICE_TRY(file->Publish());
  report_.files.paths = {path};
  report_.files.size_bytes = top_bytes_;
  return core::Ok();
}

core::Status CheckpointWriter::WriteV2() {
  SLUICE_TRY(WriteSidecars());
  delta::CheckpointMetadata metadata{.version = snapshot_.version};
  std::int64_t bytes = 0;
  for (const delta::Sidecar& sidecar : state_.sidecars) bytes += sidecar.size_bytes;
  metadata.tags = {{"sidecarNumActions", std::to_string(order_.size() + tombstones_.size())},
                   {"sidecarSizeInBytes", std::to_string(bytes)},
                   {"numOfAddFiles", std::to_string(order_.size())}};
  state_.checkpoint_metadata = std::move(metadata);
  SLUICE_TRY(WriteTop());
  report_.files.size_bytes = top_bytes_ + static_cast<std::uint64_t>(bytes);
  report_.sidecars = state_.sidecars.size();
  return core::Ok();
}

core::Status CheckpointWriter::WriteSidecars() {
  const std::size_t actions = order_.size() + tombstones_.size();
  if (actions == 0) return core::Ok();
  SLUICE_TRY(environment_.files.CreateDirectories(SidecarFolder(snapshot_.root)));
  layout_.state = false;
  const auto step = static_cast<std::size_t>(std::max<std::int64_t>(1, options_.sidecar_rows));
  for (std::size_t begin = 0; begin < actions; begin += step) {
    SLUICE_TRY(WriteSidecar(begin, std::min(actions, begin + step)));
  }
  layout_.state = true;
  return environment_.files.SyncDirectory(SidecarFolder(snapshot_.root));
}

core::Status CheckpointWriter::WriteSidecar(std::size_t begin, std::size_t end) {
  const std::string name = core::FormatUuid(core::NewUuid(environment_.random)) + ".parquet";
  const std::string path = storage::JoinPath(SidecarFolder(snapshot_.root), name);
  SLUICE_ASSIGN_OR_RETURN(const auto file, ActionFile::Open(environment_, path, layout_, FileOptions()));
  SLUICE_TRY(AddFiles(*file, begin, end));
  SLUICE_ASSIGN_OR_RETURN(const std::uint64_t bytes, file->Finish());
  SLUICE_TRY(file->Publish());
  state_.sidecars.push_back(
      {.path = name, .size_bytes = static_cast<std::int64_t>(bytes), .modification_time_ms = now_ms_});
  return core::Ok();
}

core::Status CheckpointWriter::WriteTop() {
  const bool json = options_.kind == CheckpointKind::kV2Json;
  const std::string path = classic_name() ? ClassicCheckpointPath(snapshot_.root, snapshot_.version)
                                          : UuidCheckpointPath(snapshot_.root, snapshot_.version,
                                                               core::FormatUuid(core::NewUuid(environment_.random)),
                                                               json ? "json" : "parquet");
  CheckpointLayout layout = layout_;
  layout.v2 = true;
  layout.stats_struct = false;  // all its files are in sidecars
  SLUICE_TRY(json ? WriteJsonTop(path) : WriteParquetTop(path, layout));
  report_.files.paths = {path};
  return core::Ok();
}

core::Status CheckpointWriter::WriteParquetTop(const std::string& path, const CheckpointLayout& layout) {
  SLUICE_ASSIGN_OR_RETURN(const auto file, ActionFile::Open(environment_, path, layout, FileOptions()));
  SLUICE_TRY(file->WriteState(state_, false));
  SLUICE_ASSIGN_OR_RETURN(top_bytes_, file->Finish());
  return file->Publish();
}

core::Status CheckpointWriter::WriteJsonTop(const std::string& path) {
  const std::string text = delta::FormatActions(state_);
  top_bytes_ = text.size();
  return ReplaceLogFile(environment_.files, environment_.random, path, text);
}

std::uint64_t CheckpointWriter::StateActions() const {
  const std::uint64_t checkpoint_metadata = state_.checkpoint_metadata.has_value() ? 1 : 0;
  return 2 + checkpoint_metadata + state_.transactions.size() + state_.domains.size() + state_.sidecars.size();
}

core::Status CheckpointWriter::WriteHint() {
  const std::string path = LastCheckpointPath(snapshot_.root);
  const core::Result<std::string> old_text = environment_.files.ReadAll(path, kHintBytesMax);
  if (old_text.has_value()) {
    const core::Result<delta::LastCheckpoint> old_hint = delta::ParseLastCheckpoint(*old_text);
    if (old_hint.has_value() && old_hint->version > snapshot_.version) return core::Ok();
  }
  delta::LastCheckpoint hint{.version = snapshot_.version,
                             .size = static_cast<std::int64_t>(StateActions() + report_.adds + report_.removes),
                             .size_bytes = static_cast<std::int64_t>(report_.files.size_bytes),
                             .add_files = static_cast<std::int64_t>(report_.adds)};
  if (v2()) {
    SLUICE_ASSIGN_OR_RETURN(const storage::FileInfo top, environment_.files.Stat(report_.files.paths.front()));
    delta::V2CheckpointHint v2_hint{.path = std::string(storage::FileName(top.path)),
                                    .size_bytes = static_cast<std::int64_t>(top.bytes),
                                    .modification_time_ms = top.mtime_ns / 1'000'000};
    if (state_.sidecars.size() <= kHintListMax) v2_hint.sidecar_files = state_.sidecars;
    if (StateActions() - state_.sidecars.size() <= kHintListMax) {
      v2_hint.non_file_actions = state_;
      v2_hint.non_file_actions->sidecars.clear();
    }
    hint.v2_checkpoint = std::move(v2_hint);
  }
  return ReplaceLogFile(environment_.files, environment_.random, path, delta::FormatLastCheckpoint(hint));
}

}  // namespace

CheckpointKind CheckpointKindOf(const Snapshot& snapshot) {
  const bool v2 = snapshot.properties.checkpoint_policy == delta::CheckpointPolicy::kV2 &&
                  delta::SupportsForReaders(snapshot.protocol, "v2Checkpoint");
  return v2 ? CheckpointKind::kV2 : CheckpointKind::kClassic;
}

core::Result<CheckpointReport> WriteCheckpoint(const storage::Environment& environment, const Snapshot& snapshot,
                                               const CheckpointOptions& options) {
  return CheckpointWriter(environment, snapshot, options).Run();
}

}  // namespace sluice::delta_log
