#include "table/file_sequence.h"

#include <arrow/record_batch.h>
#include <arrow/util/byte_size.h>
#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <utility>

namespace sluice::table {
namespace {

constexpr std::int64_t kAheadBytes = 4 * 1024 * 1024;         // of one file, before its rows are asked for
constexpr std::uint64_t kFileMemoryBytes = 32 * 1024 * 1024;  // what a file that is read may take: pages and rows

}  // namespace

/// A file being read. Its task and its owner take turns: the owner looks at what is the task's when no task runs.
class FileSequence::Slot {
 public:
  using Batch = std::shared_ptr<arrow::RecordBatch>;

  Slot(FileSequence& sequence, std::size_t file)
      : sequence_(sequence), file_(file), tasks_(sequence.environment_.executor) {
    ReadOn();
  }
  ~Slot() { stopped_.store(true, std::memory_order_relaxed); }

  std::size_t file() const { return file_; }
  /// Of a file that was read to its end.
  const std::vector<std::string>& notes() const { return notes_; }

  /// nullptr at the end of the file.
  core::Result<Batch> Next() {
    if (ready_.empty()) {
      tasks_.Wait();
      ready_.swap(read_);
      if (!finished_) ReadOn();
    }
    if (!ready_.empty()) {
      Batch batch = std::move(ready_.front());
      ready_.pop_front();
      return batch;
    }
    SLUICE_TRY(status_);  // finished: no task runs
    return Batch();
  }

 private:
  void ReadOn() {
    tasks_.Run([this] {
      status_ = Read();
      if (!status_.has_value()) finished_ = true;
      if (finished_ && scan_) notes_ = scan_->TakeNotes();
      if (finished_) scan_.reset();
    });
  }

  core::Status Read() {
    if (!scan_) {
      SLUICE_ASSIGN_OR_RETURN(scan_, sequence_.open_(file_));
    }
    std::int64_t bytes = 0;
    while (bytes < kAheadBytes && !stopped_.load(std::memory_order_relaxed)) {
      SLUICE_ASSIGN_OR_RETURN(Batch batch, scan_->Next());
      if (!batch) {
        finished_ = true;
        break;
      }
      bytes += arrow::util::TotalBufferSize(*batch);
      read_.push_back(std::move(batch));
    }
    return core::Ok();
  }

  FileSequence& sequence_;
  std::size_t file_;
  std::deque<Batch> ready_;  // the owner's
  // The task's:
  std::unique_ptr<FileScan> scan_;
  std::deque<Batch> read_;
  std::vector<std::string> notes_;
  core::Status status_;
  bool finished_ = false;
  std::atomic<bool> stopped_{false};
  core::TaskGroup tasks_;  // last: waits for the task that uses the others
};

FileSequence::FileSequence(const storage::Environment& environment, std::size_t count, OpenFile open)
    : environment_(environment), count_(count), open_(std::move(open)) {}

FileSequence::~FileSequence() = default;

void FileSequence::ReadAhead() {
  const auto by_memory = static_cast<std::size_t>(environment_.memory_bytes / kFileMemoryBytes);
  const std::size_t files_max = std::clamp<std::size_t>(by_memory, 1, 2 * environment_.executor.threads());
  while (slots_.size() < files_max && next_ < count_) slots_.push_back(std::make_unique<Slot>(*this, next_++));
}

core::Result<std::optional<SequenceRows>> FileSequence::Next() {
  while (true) {
    SLUICE_TRY(environment_.cancellation.Check());
    ReadAhead();
    if (slots_.empty()) return std::optional<SequenceRows>();
    SLUICE_ASSIGN_OR_RETURN(auto batch, slots_.front()->Next());
    if (batch) return std::optional(SequenceRows{.rows = std::move(batch), .file = slots_.front()->file()});
    for (const std::string& note : slots_.front()->notes()) {
      notes_.size() < kNotesMax ? notes_.push_back(note) : void(++more_notes_);
    }
    slots_.pop_front();
  }
}

std::vector<std::string> FileSequence::notes() const {
  std::vector<std::string> notes = notes_;
  if (more_notes_ > 0) notes.push_back(fmt::format("and {} more of this kind", more_notes_));
  return notes;
}

}  // namespace sluice::table
