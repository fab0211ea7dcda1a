#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "recorder/back_end.h"
#include "recorder/recorder_marker.h"
#include "recorder/recovery.h"
#include "storage/environment.h"
#include "storage/lock_file.h"

namespace sluice::recorder {

struct RecordingOptions {
  std::string directory = {};
  std::string mapping_directory = {};  ///< "": /dev/shm/sluice-<uid>
  bool survive_kill = true;
  std::uint64_t ring_bytes = 8 << 20;
  std::uint32_t threads_max = 64;
  FullPolicy when_full = FullPolicy::kSpinThenPark;
  LandingLimits limits = {};
  bool stamps_ticks = true;  ///< where the processor's ticks are steady
  std::string file_pattern = "qe_{test_id}_{worker_id}_{sequence:04}.parquet";
  std::string codec = "zstd:1";
};

struct RecordingStats {
  std::uint64_t accepted = 0;  ///< given to Append, refused ones as well
  std::uint64_t dropped = 0;
  std::uint64_t cut = 0;
  std::uint64_t blocked_count = 0;
  std::uint64_t blocked_ns = 0;
  std::uint64_t high_water_bytes = 0;
  BackEndCounts files = {};
};

/// A recorder: rings, back end, and what they leave behind. accepted = landed + dropped once it is closed.
///
/// Threads: any; Close by one, when all appending threads have stopped. In the child of a fork nothing of it works, and
/// nothing of the parent's is touched. Destroyed without Close it leaves everything as a killed process would.
class Recording {
 public:
  static core::Result<std::unique_ptr<Recording>> Open(const storage::Environment& environment,
                                                       const RecordingOptions& options, std::string_view test_id,
                                                       std::string_view worker_id, RecordSchema schema);
  ~Recording();

  /// A ring for a thread that begins to append; nullptr, and a row counted as dropped, when there is none to be had:
  /// stats() says why. After a failure none is made for as long as the back end waits after one.
  Ring* TakeRing() noexcept;
  /// The thread of a ring has ended: another one may go on with it.
  void GiveBack(Ring& ring) noexcept;
  core::Result<std::uint32_t> Intern(std::string_view text) { return symbols_->Number(text); }
  RecordingStats stats() const;
  /// After an error rows are still in memory and spool: again, or leave them to recovery.
  core::Result<ManifestClose> Close();

  const std::string& folder() const { return folder_; }
  const RecordSchema& schema() const { return marker_.schema; }
  const std::vector<RecoveredRecorder>& recovered() const { return recovered_; }
  /// In the child of a fork: take no row any more, and touch nothing that the parent shares.
  void Disown() noexcept;

 private:
  Recording(const storage::Environment& environment, const RecordingOptions& options);
  core::Status Prepare(std::string_view test_id, std::string_view worker_id, RecordSchema schema);
  core::Status MakeMapping();
  core::Result<Ring*> MakeRing();
  core::Result<Ring*> NextRing();
  core::Status RemoveTemporaries();

  const storage::Environment& environment_;
  RecordingOptions options_;
  std::string folder_;
  RecorderMarker marker_;
  std::optional<storage::LockFile> lock_;
  std::vector<RecoveredRecorder> recovered_;
  std::unique_ptr<SymbolTable> symbols_;
  std::unique_ptr<TickClock> ticks_;
  mutable std::mutex mutex_;
  std::deque<std::unique_ptr<Ring>> rings_;
  std::vector<Ring*> idle_;
  std::uint64_t turned_away_ = 0;          ///< appends of threads that got no ring …
  std::string no_ring_ = {};               ///< … and why; "" once one got one
  std::chrono::nanoseconds next_ring_{0};  ///< when making one is tried again after a failure
  bool closed_ = false;
  pid_t process_;
  std::optional<ManifestClose> close_;
  std::unique_ptr<BackEnd> back_end_;  // its thread ends before anything that it uses
};

}  // namespace sluice::recorder
