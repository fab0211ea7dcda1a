#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "core/result.h"
#include "recorder/block_batch.h"
#include "recorder/file_name.h"
#include "recorder/landing_file.h"
#include "recorder/manifest.h"
#include "recorder/ring.h"
#include "recorder/row_spool.h"
#include "storage/environment.h"

namespace sluice::recorder {

/// When a file is published, and how long the back end waits.
struct LandingLimits {
  std::uint64_t file_rows_max = 500'000;
  std::uint64_t file_bytes_max = 128 << 20;
  std::uint64_t min_rows_for_split = 100'000;
  std::uint64_t files_max = 0;
  std::uint64_t folder_bytes_max = 0;
  std::chrono::milliseconds hand_over_after{100};
  std::chrono::milliseconds rotate_after{0};
  std::chrono::milliseconds retry_after{1000};  ///< a failure
  bool sync_blocks = false;                     ///< wait for the disk before the memory of a block is used again
};

struct BackEndSpec {
  LandingSpec landing = {};
  FileName name = {};
  LandingLimits limits = {};
};

/// What the back end has done so far.
struct BackEndCounts {
  std::uint64_t landed = 0;
  std::uint64_t files_written = 0;
  std::uint64_t current_file_rows = 0;
  std::string last_error = {};
};

/// One thread that takes rows out of the rings, in (ring, row) order, and lands them in files: spool, Parquet,
/// manifest. Full blocks are taken at once, others when their first row has waited for hand_over_after. After a failure
/// it tries again, each second, with what the spool kept; meanwhile rings fill and their policy applies.
///
/// Order: Start Add* Stop. Threads: any. Crash: recovery.h.
class BackEnd {
 public:
  /// Borrows what it is given. `manifest`: of the folder, as it is now.
  BackEnd(const storage::Environment& environment, BackEndSpec spec, const SymbolTable& symbols, TickClock* ticks,
          Manifest manifest);
  ~BackEnd();

  void Start();
  /// A ring of a thread that appends from now on; it outlives the back end.
  void Add(Ring& ring);
  /// Land all rows that are there and publish. The error of the first step that failed; again: try again.
  core::Status Stop();
  /// End without landing anything more, as a killed process would.
  void Abandon();

  BackEndCounts counts() const;
  const Manifest& manifest() const { return manifest_; }  ///< after Stop

 private:
  struct Taken {
    Ring* ring = nullptr;
    std::uint64_t position = 0;
    std::optional<std::chrono::nanoseconds> seen = {};  ///< when rows of a block that is not full were found
  };
  enum class Extent : std::uint8_t { kDue, kAll };

  void Work();
  void Nap(double fullest);
  /// Take the rows that are due, or all that are there; how full the fullest ring was.
  core::Result<double> Round(Extent extent);
  core::Status Take(Taken& taken, Extent extent);
  bool IsDue(Taken& taken) const;
  core::Status Land(Taken& taken, BlockRows block);
  core::Status OpenFile();
  core::Status CheckRoom() const;
  core::Status RotateIfDue();
  core::Status Publish();
  /// Go on with what failed: publish again, or make the file anew from its spool.
  core::Status Mend();
  void Note(const core::Status& status);

  const storage::Environment& environment_;
  BackEndSpec spec_;
  TickClock* ticks_;
  BlockBatch batches_;
  Manifest manifest_;
  std::uint64_t sequence_ = 0;

  std::unique_ptr<LandingFile> file_;
  std::unique_ptr<RowSpool> spool_;
  bool broken_ = false;                   ///< file_ failed: what it held is in the spool
  bool half_named_ = false;               ///< file_ has its name, and may not keep it: to be published again
  std::optional<ManifestFile> unlisted_;  ///< published, and not in the manifest yet
  std::chrono::nanoseconds file_opened_{0};
  std::chrono::nanoseconds clock_noted_{0};

  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Taken> rings_;
  BackEndCounts counts_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace sluice::recorder
