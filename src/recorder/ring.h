#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/result.h"
#include "sluice/recorder_append.h"

namespace sluice::recorder {

enum class FullPolicy : std::uint8_t { kDrop, kSpinThenPark, kPark, kFail };

/// What the rings of one recorder have in common.
struct RingSpec {
  std::vector<recording::Shape> shapes = {};
  std::uint64_t schema_hash = 0;
  std::uint64_t bytes = 8 << 20;
  FullPolicy when_full = FullPolicy::kSpinThenPark;
  bool stamps_ticks = false;
};

/// The first page of a ring. Little-endian, offsets fixed: docs/formats/recorder.md. Lines that different threads write
/// are 128 bytes apart, because processors fetch lines in pairs.
struct RingHeader {
  std::array<char, 8> magic = {'S', 'L', 'U', 'I', 'C', 'E', 'Q', '1'};
  std::uint32_t version = 1;
  std::uint32_t header_bytes = 4096;
  std::uint64_t schema_hash = 0;
  std::uint32_t ordinal = 0;
  std::uint32_t blocks = 0;
  std::uint32_t block_rows = 0;
  std::uint32_t columns = 0;
  std::uint64_t block_bytes = 0;

  // Written by the appending thread.
  alignas(128) std::uint64_t head = 0;  ///< the first position that is not there yet: block × its rows + row
  std::uint64_t begun = 0;              ///< blocks begun
  std::uint64_t refused = 0;
  std::uint64_t cut = 0;
  std::uint64_t blocked_count = 0;
  std::uint64_t blocked_ns = 0;
  std::uint64_t high_water_bytes = 0;

  // Written by the back end.
  alignas(128) std::uint64_t tail = 0;  ///< the first position that is not durable elsewhere
  std::uint32_t freed = 0;              ///< counts the moves of tail; what a full thread waits for
  std::uint32_t closed = 0;             ///< no row is taken any more
};

/// What an appending thread counted.
struct RingCounts {
  std::uint64_t refused = 0;
  std::uint64_t cut = 0;
  std::uint64_t blocked_count = 0;
  std::uint64_t blocked_ns = 0;
  std::uint64_t high_water_bytes = 0;
};

/// Rows of one block that are there: [begin, end).
struct BlockRows {
  const char* block = nullptr;
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
  std::uint64_t position = 0;      ///< of `begin`
  std::uint64_t position_end = 0;  ///< once they are taken; the next block's when this one is over
  bool full = false;               ///< no more rows come to this block
};

/// The memory of one appending thread: a header and blocks of rows, column by column, in a ring. Rows below `head` are
/// there, rows below `tail` are durable elsewhere; both outlive the process when the ring is a file.
///
/// Threads: one appends through producer(), one reads; counters may be read by any.
class Ring {
 public:
  /// A file at `path` of memory (tmpfs), or private memory when `path` is "". All of it is allocated and touched now.
  /// LimitExceeded, with the size, when there is no room.
  static core::Result<std::unique_ptr<Ring>> Create(const std::string& path, const RingSpec& spec,
                                                    std::uint32_t ordinal);
  /// What a process left. Corruption when it is not a ring of this schema.
  static core::Result<std::unique_ptr<Ring>> Attach(const std::string& path, const RingSpec& spec);
  ~Ring();
  Ring(const Ring&) = delete;
  Ring& operator=(const Ring&) = delete;

  recording::Producer& producer() { return *producer_; }
  std::uint32_t ordinal() const { return header_->ordinal; }

  /// The rows from `position` on that are in one block; begin == end when there are none yet.
  BlockRows Next(std::uint64_t position) const;
  std::uint64_t tail() const;
  std::uint64_t head() const;
  /// Rows appended so far.
  std::uint64_t accepted() const;
  /// Rows below this position.
  std::uint64_t RowsBefore(std::uint64_t position) const;
  /// What is below `position` is durable elsewhere: its blocks may be used again.
  void Free(std::uint64_t position);
  /// Blocks that hold rows which nobody took below `position`, as a share of all.
  double Fill(std::uint64_t position) const;
  /// Take no rows any more; whoever waits is refused. `producer` stands still, or is the caller.
  void Refuse();
  /// In the child of a fork: as Refuse, without touching the memory that the parent shares.
  void Disown() noexcept;

  RingCounts counts() const;

 private:
  friend class RoomMaker;
  Ring() = default;
  core::Status Map(const std::string& path, std::uint64_t bytes, bool fresh);
  void Lay(const RingSpec& spec);
  char* Block(std::uint64_t number) const;

  struct OwnProducer;
  char* memory_ = nullptr;
  std::uint64_t bytes_ = 0;
  RingHeader* header_ = nullptr;
  recording::LayoutView layout_ = {};
  std::vector<std::uint32_t> values_, validity_;
  FullPolicy when_full_ = FullPolicy::kSpinThenPark;
  std::unique_ptr<OwnProducer> own_;
  recording::Producer* producer_ = nullptr;
};

}  // namespace sluice::recorder
