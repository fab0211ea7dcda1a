#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "sluice/recorder_append.h"
#include "sluice/recorder_fields.h"
#include "sluice/result.h"

/// Rows from hot threads, in nanoseconds: memory first, Parquet files behind it, each row once.
///
/// Nothing but the standard library is needed, and nothing here throws.
namespace sluice {

/// What Append does when the memory of its thread is full. Each outcome is counted.
enum class FullPolicy : std::uint8_t {
  kDrop,          ///< refuse the new row
  kSpinThenPark,  ///< wait, at first without a system call
  kPark,          ///< wait
  kFail,          ///< refuse this row and every later one
};

/// What Stamp columns are made from.
enum class StampClock : std::uint8_t {
  kTicks,   ///< the processor's, converted behind; the system's where they are not steady
  kSystem,  ///< the system's
};

/// When rows survive a power cut. A kill they survive from the moment that Append takes them.
enum class Durability : std::uint8_t {
  kFile,      ///< with their file
  kRowGroup,  ///< with their block: the disk is waited for once a block, by the back end
};

struct RecorderOptions {
  std::string directory = {};  ///< for the recorder's folder of files; made when absent
  /// Where rows wait for their file, in memory that outlives the process. "": /dev/shm/sluice-<uid>.
  std::string mapping_directory = {};
  bool survive_kill = true;  ///< false: rows wait in private memory, and are lost with the process
  std::uint64_t ring_bytes_per_thread = 8 << 20;
  std::uint32_t threads_max = 64;
  FullPolicy when_full = FullPolicy::kSpinThenPark;
  std::uint64_t file_rows_max = 500'000;
  std::uint64_t file_bytes_max = 128 << 20;
  std::uint64_t min_rows_for_split = 100'000;  ///< rotate_after leaves smaller files open
  std::uint64_t files_max = 0;                 ///< in the folder, not loaded yet; 0: any number
  std::uint64_t folder_bytes_max = 0;          ///< of published files in the folder; 0: any
  /// Rows go to their file in blocks, or so long after the first one of a block.
  std::chrono::milliseconds hand_over_after{100};
  std::chrono::milliseconds rotate_after{0};  ///< since the file's first row; 0: never by time
  Durability durability = Durability::kFile;
  StampClock stamps = StampClock::kTicks;
  /// "{test_id}", "{worker_id}" and "{sequence:04}" are filled in.
  std::string file_pattern = "qe_{test_id}_{worker_id}_{sequence:04}.parquet";
  std::string codec = "zstd:1";  ///< as `--codec` of `sluice copy`
};

/// Rows: accepted = landed + dropped once the recorder is closed; before that the difference is on its way.
struct RecorderStats {
  std::uint64_t total_rows = 0;     ///< given to Append
  std::uint64_t buffered_rows = 0;  ///< in memory, in no published file yet
  std::uint64_t files_written = 0;
  std::uint64_t current_file_rows = 0;
  std::uint64_t landed = 0;         ///< in published files
  std::uint64_t dropped = 0;        ///< refused by Append, or given up after a failure
  std::uint64_t cut_texts = 0;      ///< rows of which a text was longer than 64 KiB
  std::uint64_t blocked_count = 0;  ///< appends that waited
  std::uint64_t blocked_ns = 0;
  std::uint64_t high_water_bytes = 0;  ///< of the fullest thread
  std::string last_error = {};         ///< of the back end, or why a thread got no memory; "" while all is well
};

struct CloseReport {
  std::string directory = {};  ///< the folder of the files
  std::uint64_t accepted = 0;
  std::uint64_t landed = 0;
  std::uint64_t dropped = 0;
  std::uint64_t files = 0;
};

/// A value of a row whose schema is known at run time only. Integers are also times, in ticks of the column's unit, and
/// doubles without a fraction; a Decimal<38, 0> is the unscaled number of any decimal column; texts are copied while
/// Append runs, and are interned where the column holds symbols. What stands in a column of stamps is not looked at.
using RecorderValue =
    std::variant<std::monostate, bool, std::int64_t, double, std::string_view, Symbol, Decimal<38, 0>>;

/// A column that the back end makes from others; they stand behind the recorded ones, in this order.
struct DerivedColumn {
  std::string name = {};
  std::string value = {};   ///< the column whose value is taken …
  std::string when = {};    ///< … where the text of this column, without spaces around it, …
  std::string equals = {};  ///< … is this, whatever the case; else null
};

/// A schema at run time.
struct RecorderSchema {
  /// "id int64 not null, at timestamp(us), note string": as `--columns` of `sluice copy`. A timestamp(us, UTC) holds
  /// instants. A json column that is not null gets {} for a missing value.
  std::string columns = {};
  std::vector<std::string> symbols = {};  ///< text columns that take interned texts
  std::vector<std::string> stamps = {};   ///< timestamp(us) columns that take the moment of Append
  std::vector<DerivedColumn> derived = {};
};

/// The recorder behind every face.
class RecorderCore {
 public:
  virtual ~RecorderCore() = default;
  /// InvalidInput for options or columns that cannot be; Conflict when another recorder with these ids is at work in
  /// the folder; LimitExceeded when there is no room for the memory that outlives the process. What a killed recorder
  /// left in the folder is published first.
  static Result<std::unique_ptr<RecorderCore>> Open(const RecorderOptions& options, std::string_view test_id,
                                                    std::string_view worker_id,
                                                    std::span<const recording::ColumnSpec> columns,
                                                    const std::vector<DerivedColumn>& derived = {});

  /// Of the calling thread; nullptr when the recorder is closed or has too many threads.
  virtual recording::Producer* Register() noexcept = 0;
  virtual Symbol Intern(std::string_view text) noexcept = 0;
  virtual RecorderStats stats() const = 0;
  virtual Result<CloseReport> Close() = 0;
  /// Different for each recorder of the process, never 0.
  virtual std::uint64_t number() const noexcept = 0;
};

/// Records rows of one type: a struct with a list of its columns.
///
///     struct Call {
///       std::int64_t id;
///       std::string_view text;
///       std::optional<double> ms;
///       static constexpr std::tuple kFields{sluice::Field("id", &Call::id), sluice::Field("text", &Call::text),
///                                           sluice::Field("ms", &Call::ms)};
///     };
///
/// Threads: any may append; rows of one thread keep their order. Destroyed without Close, files and memory stay as
/// after a crash: the next recorder in the folder, or `sluice recorder recover`, publishes them. In the child of a
/// fork the recorder is closed.
template <typename Row>
class Recorder {
 public:
  /// What one thread appends with, without looking itself up. For that thread only, and not beyond the recorder.
  class Handle {
   public:
    bool Append(const Row& row) noexcept { return producer_ != nullptr && recording::Append(*producer_, row); }

   private:
    friend class Recorder;
    explicit Handle(recording::Producer* producer) : producer_(producer) {}
    recording::Producer* producer_;
  };

  /// As RecorderCore::Open.
  static Result<std::unique_ptr<Recorder>> Open(const RecorderOptions& options, std::string_view test_id,
                                                std::string_view worker_id) {
    auto core = RecorderCore::Open(options, test_id, worker_id, recording::RowColumns<Row>::kSpecs);
    if (!core.ok()) return core.error();
    return std::unique_ptr<Recorder>(new Recorder(*std::move(core)));
  }

  /// True: the row will be in a file, once, also if the process is killed now. False: it was refused and counted.
  /// The first call of a thread registers it, with a lock and memory; texts are copied.
  bool Append(const Row& row) noexcept {
    Cached& mine = ThisThread();
    if (mine.recorder != number_) [[unlikely]] {
      mine = {number_, core_->Register()};
      if (mine.producer == nullptr) return Refuse(mine);
    }
    return recording::Append(*mine.producer, row);
  }

  /// Before the hot part begins.
  Handle Register() noexcept { return Handle(core_->Register()); }
  /// A number for a text that many rows have; the same text gets the same number. Not for the hot path. 0 when it
  /// cannot be kept: a recorder holds up to 1,048,576 texts.
  Symbol Intern(std::string_view text) noexcept { return core_->Intern(text); }
  /// Relaxed reads while threads append; exact after Close.
  RecorderStats stats() const { return core_->stats(); }
  /// Publish what is left, once all threads have stopped appending. Again: the same report.
  Result<CloseReport> Close() { return core_->Close(); }

 private:
  struct Cached {
    std::uint64_t recorder = 0;
    recording::Producer* producer = nullptr;
  };

  explicit Recorder(std::unique_ptr<RecorderCore> core) : core_(std::move(core)), number_(core_->number()) {}

  static Cached& ThisThread() noexcept {
    static constinit thread_local Cached cached;
    return cached;
  }
  [[gnu::cold]] static bool Refuse(Cached& mine) noexcept {
    mine.recorder = 0;  // asked again by the next append, and counted
    return false;
  }

  std::unique_ptr<RecorderCore> core_;
  std::uint64_t number_;
};

/// What became of a row.
enum class Appended : std::uint8_t {
  kTaken,
  kRefused,  ///< and counted
  kNoRoom,   ///< Append would wait now
  kUnfit,    ///< a value is none that its column can have, or the texts are too long
};

/// Records rows whose schema is known at run time; files are those of a Recorder with the same columns.
class RowRecorder {
 public:
  static Result<std::unique_ptr<RowRecorder>> Open(const RecorderOptions& options, std::string_view test_id,
                                                   std::string_view worker_id, const RecorderSchema& schema);
  virtual ~RowRecorder() = default;
  /// One value for each column, in their order. False, and counted, also for a row that does not fit: then nothing of
  /// it is stored, and Check says why.
  virtual bool Append(std::span<const RecorderValue> row) noexcept = 0;
  /// Whether a row fits, whatever the recorder's state. InvalidInput names the first column that cannot have its value,
  /// what it takes and what was given. Not for the hot path.
  virtual Status Check(std::span<const RecorderValue> row) const = 0;
  /// As Append, but instead of waiting it says kNoRoom, and it does not count a row that is kUnfit. For callers with a
  /// lock that others want: they give it back, call AwaitRoom and come again, in the same thread.
  virtual Appended AppendAtOnce(std::span<const RecorderValue> row) noexcept = 0;
  /// Wait as Append does, no longer than `at_most`; the policy is to be one that waits. False: there is no room yet.
  virtual bool AwaitRoom(std::chrono::milliseconds at_most) noexcept = 0;
  /// What a row has, in order, without the derived ones; as long as the recorder.
  virtual std::span<const recording::ColumnSpec> columns() const noexcept = 0;
  virtual Symbol Intern(std::string_view text) noexcept = 0;
  virtual RecorderStats stats() const = 0;
  virtual Result<CloseReport> Close() = 0;
};

/// The columns of a query log: what was asked, when, how long it took, and what came of it. For RowRecorder::Open.
RecorderSchema QueryExecutionSchema();

}  // namespace sluice
