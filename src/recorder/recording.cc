#include "recorder/recording.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "core/run_id.h"
#include "storage/owner.h"
#include "storage/path.h"
#include "storage/recovery.h"
#include "storage/temporary_name.h"

namespace sluice::recorder {
namespace {

std::string DefaultMappingDirectory() { return fmt::format("/dev/shm/sluice-{}", ::getuid()); }

core::Status CheckOptions(const RecordingOptions& options) {
  if (options.directory.empty()) return core::InvalidInput("a recorder needs a directory for its files");
  if (options.limits.file_rows_max == 0 || options.limits.file_bytes_max == 0) {
    return core::InvalidInput("a file needs room for a row: file_rows_max and file_bytes_max are at least 1");
  }
  if (options.threads_max == 0) return core::InvalidInput("a recorder needs a thread: threads_max is at least 1");
  return core::Ok();
}

}  // namespace

Recording::Recording(const storage::Environment& environment, const RecordingOptions& options)
    : environment_(environment), options_(options), process_(::getpid()) {}

core::Result<std::unique_ptr<Recording>> Recording::Open(const storage::Environment& environment,
                                                         const RecordingOptions& options, std::string_view test_id,
                                                         std::string_view worker_id, RecordSchema schema) {
  SLUICE_TRY(CheckOptions(options));
  SLUICE_TRY(schema.Validate());
  std::unique_ptr<Recording> recording(new Recording(environment, options));
  SLUICE_TRY(recording->Prepare(test_id, worker_id, std::move(schema)));
  return recording;
}

core::Status Recording::Prepare(std::string_view test_id, std::string_view worker_id, RecordSchema schema) {
  BackEndSpec spec;
  SLUICE_ASSIGN_OR_RETURN(spec.name, FileName::Parse(options_.file_pattern, test_id, worker_id));
  SLUICE_ASSIGN_OR_RETURN(spec.landing.write.codec, parquet::ParseCodec(options_.codec));
  folder_ = storage::JoinPath(options_.directory, FolderName(test_id, worker_id));
  marker_ = {.recorder = core::NewRunId(environment_.clock, environment_.random),
             .test_id = std::string(test_id),
             .worker_id = std::string(worker_id),
             .file_pattern = options_.file_pattern,
             .codec = options_.codec,
             .schema = std::move(schema),
             .stamps_ticks = options_.stamps_ticks && HasSteadyTicks(),
             .started = core::FormatTimestamp(environment_.clock.Now())};
  SLUICE_TRY(environment_.files.CreateDirectories(folder_));
  SLUICE_ASSIGN_OR_RETURN(
      storage::LockAttempt attempt,
      storage::LockFile::TryAcquire(
          folder_, {.run_id = marker_.recorder, .command = "recorder", .started = environment_.clock.Now()}));
  if (!attempt.lock.has_value()) {
    return core::Conflict(fmt::format("{} is in use by {}", storage::QuotedPath(folder_), attempt.holder))
        .WithHint("give each recorder its own test_id and worker_id");
  }
  lock_ = std::move(attempt.lock);
  SLUICE_TRY(storage::Recover(environment_.files, {folder_}, {.now = environment_.clock.Now()}));
  SLUICE_TRY(RemoveTemporaries());
  SLUICE_ASSIGN_OR_RETURN(Manifest manifest, ReadManifest(environment_.files, folder_));
  SLUICE_ASSIGN_OR_RETURN(recovered_, RecoverFolder(environment_, folder_, manifest));
  const core::Status made = MakeMapping();
  if (!made.has_value()) (void)RemoveRemains(environment_.files, folder_, marker_);  // nothing was recorded yet
  SLUICE_TRY(made);
  spec.landing.folder = folder_;
  spec.landing.recorder = marker_.recorder;
  spec.landing.schema = marker_.schema;
  spec.landing.write.row_group_rows_max = 128 * 1024;
  spec.limits = options_.limits;
  back_end_ = std::make_unique<BackEnd>(environment_, std::move(spec), *symbols_, ticks_.get(), std::move(manifest));
  back_end_->Add(*rings_.front());
  back_end_->Start();
  return core::Ok();
}

core::Status Recording::MakeMapping() {
  if (options_.survive_kill) {
    const std::string root =
        options_.mapping_directory.empty() ? DefaultMappingDirectory() : options_.mapping_directory;
    marker_.mapping = storage::JoinPath(root, marker_.recorder);
  }
  const std::string& mapping = marker_.mapping;
  // First the marker, then memory: nothing is left that nobody can find.
  SLUICE_TRY(WriteMarker(environment_, folder_, marker_));
  if (!mapping.empty()) SLUICE_TRY(environment_.files.CreateDirectories(mapping));
  SLUICE_ASSIGN_OR_RETURN(symbols_, SymbolTable::Create(mapping.empty() ? "" : SymbolsPath(mapping)));
  if (marker_.stamps_ticks) {
    SLUICE_ASSIGN_OR_RETURN(ticks_, TickClock::Create(mapping.empty() ? "" : ClockPath(mapping)));
  }
  // The first thread's ring is made now, so that a lack of memory is heard of here.
  SLUICE_ASSIGN_OR_RETURN(Ring* const ring, MakeRing());
  idle_.push_back(ring);
  return core::Ok();
}

core::Result<Ring*> Recording::MakeRing() {
  const auto ordinal = static_cast<std::uint32_t>(rings_.size());
  const RingSpec spec{.shapes = marker_.schema.Shapes(),
                      .schema_hash = marker_.schema.Hash(),
                      .bytes = options_.ring_bytes,
                      .when_full = options_.when_full,
                      .stamps_ticks = marker_.stamps_ticks};
  SLUICE_ASSIGN_OR_RETURN(
      auto ring, Ring::Create(marker_.mapping.empty() ? "" : RingPath(marker_.mapping, ordinal), spec, ordinal));
  return rings_.emplace_back(std::move(ring)).get();
}

core::Result<Ring*> Recording::NextRing() {
  if (!idle_.empty()) {
    Ring* const ring = idle_.back();
    idle_.pop_back();
    return ring;
  }
  if (rings_.size() >= options_.threads_max) {
    return core::LimitExceeded(fmt::format("more threads append than threads_max, which is {}", options_.threads_max));
  }
  SLUICE_ASSIGN_OR_RETURN(Ring* const made, MakeRing());
  back_end_->Add(*made);
  return made;
}

Ring* Recording::TakeRing() noexcept {
  const std::lock_guard lock(mutex_);
  const auto now = environment_.clock.Monotonic();
  // Each append of a thread without a ring comes here: most of them must find out quickly that there is none.
  const bool tries = !closed_ && (no_ring_.empty() || !idle_.empty() || now >= next_ring_);
  if (tries) {
    const core::Result<Ring*> ring = NextRing();
    no_ring_ = ring.has_value() ? "" : ring.error().ToString();
    if (ring.has_value()) return *ring;
    next_ring_ = now + options_.limits.retry_after;
  }
  ++turned_away_;
  return nullptr;
}

void Recording::GiveBack(Ring& ring) noexcept {
  const std::lock_guard lock(mutex_);
  idle_.push_back(&ring);
}

RecordingStats Recording::stats() const {
  RecordingStats stats;
  stats.files = back_end_->counts();
  const std::lock_guard lock(mutex_);
  stats.dropped = turned_away_;
  if (stats.files.last_error.empty()) stats.files.last_error = no_ring_;
  for (const auto& ring : rings_) {
    const RingCounts counts = ring->counts();
    stats.accepted += ring->accepted();
    stats.dropped += counts.refused;
    stats.cut += counts.cut;
    stats.blocked_count += counts.blocked_count;
    stats.blocked_ns += counts.blocked_ns;
    stats.high_water_bytes = std::max(stats.high_water_bytes, counts.high_water_bytes);
  }
  stats.accepted += stats.dropped;
  return stats;
}

core::Result<ManifestClose> Recording::Close() {
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    for (const auto& ring : rings_) ring->Refuse();
  }
  if (close_.has_value()) return *close_;
  SLUICE_TRY(back_end_->Stop());
  const RecordingStats done = stats();
  std::uint64_t recovered_rows = 0;
  for (const RecoveredRecorder& one : recovered_) recovered_rows += one.rows;
  ManifestClose close{.recorder = marker_.recorder,
                      .accepted = done.accepted,
                      .landed = done.files.landed,
                      .dropped = done.dropped,
                      .recovered = recovered_rows,
                      .blocked_ns = done.blocked_ns,
                      .files = done.files.files_written};
  if (close.accepted != close.landed + close.dropped) {
    return core::Internal(fmt::format("{} rows were accepted, {} landed and {} were dropped", close.accepted,
                                      close.landed, close.dropped));
  }
  Manifest manifest = back_end_->manifest();
  manifest.closes.push_back(close);
  SLUICE_TRY(WriteManifest(environment_, folder_, manifest));
  SLUICE_TRY(RemoveTemporaries());
  SLUICE_TRY(RemoveRemains(environment_.files, folder_, marker_));
  lock_.reset();
  close_ = close;
  return close;
}

// Files that this process began and could not finish. Nobody else is at work in the folder.
core::Status Recording::RemoveTemporaries() {
  SLUICE_ASSIGN_OR_RETURN(const auto entries, environment_.files.ListNames(folder_));
  for (const storage::FolderEntry& entry : entries) {
    const auto name = storage::ParseTemporaryName(entry.name);
    if (!name.has_value() || name->owner != storage::ThisProcessOwner()) continue;
    SLUICE_TRY(environment_.files.Remove(storage::JoinPath(folder_, entry.name)));
  }
  return core::Ok();
}

void Recording::Disown() noexcept {
  for (const auto& ring : rings_) ring->Disown();
}

Recording::~Recording() {
  if (::getpid() == process_) return;
  // The child of a fork: the thread is the parent's, and so is everything else.
  (void)back_end_.release();
}

}  // namespace sluice::recorder
