#include "recorder/back_end.h"

#include <arrow/record_batch.h>
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/byte_size.h"
#include "recorder/recorder_marker.h"
#include "schema/arrow_mapping.h"
#include "storage/path.h"

namespace sluice::recorder {
namespace {

using std::chrono::milliseconds;

// A ring of 8 MiB takes a million rows of 60 bytes a second for longer than this.
constexpr milliseconds kNapMax{10};
constexpr milliseconds kNapMin{1};
constexpr double kBusy = 0.2;  // of a ring
constexpr milliseconds kClockEvery{500};
constexpr std::uint64_t kRowsThatTell = 64 * 1024;  // how columns are best encoded

/// For a program that goes on, where others would be told to run again.
core::Error WithWhatIsKept(core::Error error) {
  if (error.kind() != core::ErrorKind::kIo) return error;
  return std::move(error).WithHint(
      "make room, or bring the disk back: what was recorded is kept, and tried again each second and by Close");
}

}  // namespace

BackEnd::BackEnd(const storage::Environment& environment, BackEndSpec spec, const SymbolTable& symbols,
                 TickClock* ticks, Manifest manifest)
    : environment_(environment),
      spec_(std::move(spec)),
      ticks_(ticks),
      batches_(spec_.landing.schema, symbols, ticks, environment.pool),
      manifest_(std::move(manifest)),
      sequence_(manifest_.NextSequence()) {}

BackEnd::~BackEnd() { Abandon(); }

void BackEnd::Start() {
  thread_ = std::thread([this] { Work(); });
}

void BackEnd::Add(Ring& ring) {
  const std::lock_guard lock(mutex_);
  rings_.push_back({.ring = &ring});
}

void BackEnd::Abandon() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

core::Status BackEnd::Stop() {
  Abandon();
  SLUICE_TRY(Round(Extent::kAll));
  core::Status published = file_ == nullptr ? core::Ok() : Publish();
  if (!published.has_value()) published = WithWhatIsKept(std::move(published).error());
  Note(published);
  return published;
}

BackEndCounts BackEnd::counts() const {
  const std::lock_guard lock(mutex_);
  return counts_;
}

void BackEnd::Note(const core::Status& status) {
  const std::lock_guard lock(mutex_);
  counts_.last_error = status.has_value() ? "" : status.error().ToString();
  counts_.current_file_rows = file_ == nullptr ? 0 : file_->rows();
}

void BackEnd::Nap(double fullest) {
  const milliseconds calm = std::min(kNapMax, std::max(kNapMin, spec_.limits.hand_over_after));
  std::unique_lock lock(mutex_);
  wake_.wait_for(lock, fullest > kBusy ? kNapMin : calm, [this] { return stopping_; });
}

void BackEnd::Work() {
  while (true) {
    {
      const std::lock_guard lock(mutex_);
      if (stopping_) return;
    }
    const core::Result<double> done = Round(Extent::kDue);
    if (done.has_value()) {
      Nap(*done);
      continue;
    }
    std::unique_lock lock(mutex_);
    wake_.wait_for(lock, spec_.limits.retry_after, [this] { return stopping_; });
  }
}

core::Result<double> BackEnd::Round(Extent extent) {
  const auto round = [this, extent]() -> core::Result<double> {
    SLUICE_TRY(Mend());
    const auto now = environment_.clock.Monotonic();
    if (ticks_ != nullptr && now - clock_noted_ >= kClockEvery) {
      SLUICE_TRY(ticks_->Note());
      clock_noted_ = now;
    }
    std::size_t count = 0;
    {
      const std::lock_guard lock(mutex_);
      count = rings_.size();
    }
    double fullest = 0;
    for (std::size_t i = 0; i < count; ++i) {
      Taken* taken = nullptr;
      {
        const std::lock_guard lock(mutex_);
        taken = &rings_[i];  // a deque: it stays where it is
      }
      fullest = std::max(fullest, taken->ring->Fill(taken->position));
      SLUICE_TRY(Take(*taken, extent));
    }
    SLUICE_TRY(RotateIfDue());
    return fullest;
  };
  core::Result<double> done = round();
  if (!done.has_value()) done = WithWhatIsKept(std::move(done).error());
  Note(done.has_value() ? core::Ok() : core::Status(tl::unexpect, done.error()));
  return done;
}

bool BackEnd::IsDue(Taken& taken) const {
  const auto now = environment_.clock.Monotonic();
  if (!taken.seen.has_value()) taken.seen = now;
  return now - *taken.seen >= spec_.limits.hand_over_after;
}

core::Status BackEnd::Take(Taken& taken, Extent extent) {
  // What is appended meanwhile waits for the next round, so that no ring starves the others.
  const std::uint64_t head = taken.ring->head();
  while (taken.position < head) {
    const BlockRows block = taken.ring->Next(taken.position);
    if (block.begin == block.end) return core::Ok();
    if (!block.full && extent == Extent::kDue && !IsDue(taken)) return core::Ok();
    SLUICE_TRY(Land(taken, block));
  }
  return core::Ok();
}

core::Status BackEnd::Land(Taken& taken, BlockRows block) {
  if (file_ == nullptr) SLUICE_TRY(OpenFile());
  const std::uint64_t room = spec_.limits.file_rows_max - std::min(spec_.limits.file_rows_max, file_->rows());
  if (block.end - block.begin > room) {
    block.end = block.begin + static_cast<std::uint32_t>(room);
    block.position_end = block.position + room;
  }
  SLUICE_ASSIGN_OR_RETURN(const auto rows, batches_.Make(block));
  SLUICE_TRY(spool_->Append({taken.ring->ordinal(), block.position, block.position_end}, *rows));
  // From here on the spool has them: a file that fails is made from it.
  taken.position = block.position_end;
  taken.seen.reset();
  taken.ring->Free(block.position_end);
  const core::Status written = file_->Write(rows);
  broken_ = !written.has_value();
  SLUICE_TRY(written);
  const bool full = file_->rows() >= spec_.limits.file_rows_max || file_->bytes() >= spec_.limits.file_bytes_max;
  return full ? Publish() : core::Ok();
}

core::Status BackEnd::CheckRoom() const {
  if (spec_.limits.files_max == 0 && spec_.limits.folder_bytes_max == 0) return core::Ok();
  std::uint64_t files = 0;
  std::uint64_t bytes = 0;
  SLUICE_ASSIGN_OR_RETURN(const auto entries, environment_.files.List(spec_.landing.folder));
  for (const storage::FileInfo& entry : entries) {
    const std::string_view name = storage::FileName(entry.path);
    if (entry.directory || name.starts_with('.') || !name.ends_with(".parquet")) continue;
    ++files;
    bytes += entry.bytes;
  }
  if (spec_.limits.files_max > 0 && files >= spec_.limits.files_max) {
    return core::LimitExceeded(fmt::format("{} holds {} files that are not loaded yet; at most {} are allowed",
                                           storage::QuotedPath(spec_.landing.folder), files, spec_.limits.files_max))
        .WithHint("load them, or raise files_max");
  }
  if (spec_.limits.folder_bytes_max > 0 && bytes >= spec_.limits.folder_bytes_max) {
    return core::LimitExceeded(fmt::format("{} holds {} that are not loaded yet; at most {} are allowed",
                                           storage::QuotedPath(spec_.landing.folder), core::FormatByteSize(bytes),
                                           core::FormatByteSize(spec_.limits.folder_bytes_max)))
        .WithHint("load them, or raise folder_bytes_max");
  }
  return core::Ok();
}

core::Status BackEnd::OpenFile() {
  SLUICE_TRY(CheckRoom());
  if (spool_ == nullptr) {
    const bool sync = spec_.limits.sync_blocks;
    SLUICE_ASSIGN_OR_RETURN(auto spool,
                            RowSpool::Create(SpoolPath(spec_.landing.folder, spec_.landing.recorder), sync));
    if (sync) SLUICE_TRY(environment_.files.SyncDirectory(spec_.landing.folder));
    spool_ = std::move(spool);
  }
  SLUICE_TRY(spool_->Begin(sequence_));
  SLUICE_ASSIGN_OR_RETURN(file_, LandingFile::Open(environment_, spec_.landing, spec_.name.Of(sequence_)));
  file_opened_ = environment_.clock.Monotonic();
  return core::Ok();
}

core::Status BackEnd::RotateIfDue() {
  if (file_ == nullptr || spec_.limits.rotate_after.count() == 0 || file_->rows() < spec_.limits.min_rows_for_split)
    return core::Ok();
  return environment_.clock.Monotonic() - file_opened_ >= spec_.limits.rotate_after ? Publish() : core::Ok();
}

core::Status BackEnd::Publish() {
  if (!unlisted_.has_value()) {
    auto published = file_->Publish(sequence_, false);
    half_named_ = !published.has_value() && published.error().kind() == core::ErrorKind::kOutcomeUnknown;
    broken_ = !published.has_value() && !half_named_;
    if (!published.has_value()) return std::move(published).error();
    unlisted_ = *std::move(published);
    if (file_->rows() >= kRowsThatTell) spec_.landing.write.encodings = file_->encodings();
    file_.reset();
  }
  manifest_.files.push_back(*unlisted_);
  core::Status listed = WriteManifest(environment_, spec_.landing.folder, manifest_);
  if (!listed.has_value()) {
    manifest_.files.pop_back();
    return listed;
  }
  {
    const std::lock_guard lock(mutex_);
    counts_.landed += unlisted_->rows;
    ++counts_.files_written;
    counts_.current_file_rows = 0;
  }
  unlisted_.reset();
  ++sequence_;
  return core::Ok();
}

core::Status BackEnd::Mend() {
  if (unlisted_.has_value() || half_named_) return Publish();
  if (!broken_) return core::Ok();
  file_.reset();
  SLUICE_ASSIGN_OR_RETURN(file_, LandingFile::Open(environment_, spec_.landing, spec_.name.Of(sequence_)));
  const auto schema = schema::ToArrow(spec_.landing.schema.FileSchema());
  SLUICE_TRY(ReadSpool(spool_->path(), schema, [this](const SpooledRows&, std::shared_ptr<arrow::RecordBatch> rows) {
    return file_->Write(rows);
  }));
  broken_ = false;
  return core::Ok();
}

}  // namespace sluice::recorder
