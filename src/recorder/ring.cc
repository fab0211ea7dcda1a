#include "recorder/ring.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/futex.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <limits>
#include <new>

#include "core/byte_size.h"
#include "storage/descriptor.h"
#include "storage/path.h"

namespace sluice::recorder {
namespace {

constexpr std::uint32_t kBlocksMin = 4;
constexpr std::uint64_t kHeaderBytes = 4096;
constexpr std::chrono::microseconds kSpin{50};

template <typename T>
T Load(const T& value, std::memory_order order = std::memory_order_relaxed) {
  return std::atomic_ref<T>(const_cast<T&>(value)).load(order);
}
template <typename T>
void Save(T& value, T to, std::memory_order order = std::memory_order_relaxed) {
  std::atomic_ref<T>(value).store(to, order);
}
/// Of a counter that one thread writes.
template <typename T>
void Add(T& value, T by) {
  Save(value, Load(value) + by);
}

void Park(const std::uint32_t& word, std::uint32_t seen) {
  const timespec patience{.tv_sec = 0, .tv_nsec = 20'000'000};  // a lost wake costs this much
  (void)::syscall(SYS_futex, &word, FUTEX_WAIT, seen, &patience, nullptr, 0);
}

void WakeAll(const std::uint32_t& word) {
  (void)::syscall(SYS_futex, &word, FUTEX_WAKE, std::numeric_limits<int>::max(), nullptr, nullptr, 0);
}

}  // namespace

/// What MakeRoom is given, and the ring that it belongs to.
struct Ring::OwnProducer : recording::Producer {
  Ring* ring = nullptr;
  bool disowned = false;
};

/// The cold half of an append.
class RoomMaker {
 public:
  explicit RoomMaker(recording::Producer& producer)
      : ring_(*static_cast<Ring::OwnProducer&>(producer).ring), producer_(producer), header_(*ring_.header_) {}

  bool Make(std::uint64_t text_bytes) {
    if (ring_.own_->disowned) return false;
    if (!Fits(text_bytes) || IsClosed() || !FindBlock()) {
      Add(header_.refused, std::uint64_t{1});
      return false;
    }
    Begin();
    return true;
  }
  bool WouldWait(std::uint64_t text_bytes) const {
    const bool waits = ring_.when_full_ == FullPolicy::kSpinThenPark || ring_.when_full_ == FullPolicy::kPark;
    return waits && !ring_.own_->disowned && Fits(text_bytes) && !IsClosed() && !HasBlock();
  }
  /// Until a block is free or the recorder is closed. False: neither came in time.
  bool Wait(std::chrono::nanoseconds at_most) {
    const auto begin = std::chrono::steady_clock::now();
    const bool spins = ring_.when_full_ == FullPolicy::kSpinThenPark;
    bool over = HasBlock() || IsClosed();
    std::chrono::nanoseconds waited{0};
    while (!over && waited < at_most) {
      const std::uint32_t freed = Load(header_.freed, std::memory_order_acquire);
      if ((!spins || waited >= kSpin) && !HasBlock()) Park(header_.freed, freed);
      over = HasBlock() || IsClosed();
      waited = std::chrono::steady_clock::now() - begin;
    }
    Add(header_.blocked_ns, static_cast<std::uint64_t>(waited.count()));
    if (over) Add(header_.blocked_count, std::uint64_t{1});
    return over;
  }
  void CountCut() { Add(header_.cut, std::uint64_t{1}); }

 private:
  bool Fits(std::uint64_t text_bytes) const { return text_bytes <= ring_.layout_.arena_bytes; }
  bool IsClosed() const { return Load(header_.closed) != 0; }
  bool HasBlock() const {
    const std::uint64_t tail_block = Load(header_.tail, std::memory_order_acquire) / ring_.layout_.rows;
    return Load(header_.begun) - tail_block < header_.blocks;
  }

  bool FindBlock() {
    if (HasBlock()) return true;
    if (ring_.when_full_ == FullPolicy::kDrop) return false;
    if (ring_.when_full_ == FullPolicy::kFail) {
      ring_.Refuse();
      return false;
    }
    (void)Wait(std::chrono::nanoseconds::max());
    return HasBlock() && !IsClosed();
  }

  void Begin() {
    const std::uint64_t number = Load(header_.begun);
    std::uint64_t rows_before = 0;
    if (number > 0) {
      auto& last = *reinterpret_cast<recording::BlockHeader*>(ring_.Block(number - 1));
      if (producer_.row < ring_.layout_.rows) last.rows = producer_.row;  // its arena is full
      rows_before = last.rows_before + last.rows;
    }
    char* const block = ring_.Block(number);
    new (block) recording::BlockHeader{.rows_before = rows_before, .rows = ring_.layout_.rows};
    for (const std::uint32_t validity : ring_.validity_) {
      if (validity != 0) std::memset(block + validity, 0xFF, ring_.layout_.rows / 8);
    }
    producer_.block = block;
    producer_.arena = block + ring_.layout_.arena;
    producer_.text = 0;
    producer_.text_max = ring_.layout_.arena_bytes;
    producer_.row = 0;
    producer_.rows = ring_.layout_.rows;
    producer_.position = number * ring_.layout_.rows;
    const std::uint64_t tail_block = Load(header_.tail) / ring_.layout_.rows;
    const std::uint64_t used = (number + 1 - tail_block) * header_.block_bytes;
    if (used > header_.high_water_bytes) Save(header_.high_water_bytes, used);
    // The block's header is there before anybody counts its rows.
    Save(header_.begun, number + 1, std::memory_order_release);
  }

  Ring& ring_;
  recording::Producer& producer_;
  RingHeader& header_;
};

void Ring::Lay(const RingSpec& spec) {
  values_.resize(spec.shapes.size());
  validity_.resize(spec.shapes.size());
  layout_ = recording::PlaceColumns(spec.shapes, values_, validity_);
  when_full_ = spec.when_full;
}

core::Status Ring::Map(const std::string& path, std::uint64_t bytes, bool fresh) {
  bytes_ = bytes;
  if (path.empty()) {
    void* memory = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
    if (memory == MAP_FAILED) return core::ErrorFromErrno(errno, "cannot get memory for a recorder");
    memory_ = static_cast<char*>(memory);
    return core::Ok();
  }
  SLUICE_ASSIGN_OR_RETURN(const storage::Descriptor file,
                          storage::Descriptor::Open(path, O_RDWR | (fresh ? O_CREAT | O_EXCL : 0), 0600));
  if (fresh) {
    // Without room now, a store would end the process later.
    int failed = EINTR;
    while (failed == EINTR) failed = ::posix_fallocate(file.fd(), 0, static_cast<off_t>(bytes));
    if (failed == ENOSPC) {
      return core::LimitExceeded(fmt::format("no room for {} in {}", core::FormatByteSize(bytes),
                                             storage::QuotedPath(storage::ParentPath(path))))
          .WithHint("make it larger, give smaller rings (ring_bytes_per_thread), or give up surviving a kill");
    }
    if (failed != 0) return core::ErrorFromErrno(failed, "cannot make " + storage::QuotedPath(path));
  }
  void* memory = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, file.fd(), 0);
  if (memory == MAP_FAILED) return core::ErrorFromErrno(errno, "cannot map " + storage::QuotedPath(path));
  memory_ = static_cast<char*>(memory);
  return core::Ok();
}

core::Result<std::unique_ptr<Ring>> Ring::Create(const std::string& path, const RingSpec& spec, std::uint32_t ordinal) {
  std::unique_ptr<Ring> ring(new Ring());
  ring->Lay(spec);
  const std::uint64_t block_bytes = ring->layout_.block_bytes;
  const auto blocks = static_cast<std::uint32_t>(std::max<std::uint64_t>(spec.bytes / block_bytes, kBlocksMin));
  static_assert(sizeof(RingHeader) <= kHeaderBytes);
  const std::string making =
      path.empty() ? "" : storage::JoinPath(storage::ParentPath(path), "new-" + std::string(storage::FileName(path)));
  const core::Status mapped = ring->Map(making, kHeaderBytes + blocks * block_bytes, true);
  if (!mapped.has_value() && !making.empty()) (void)::unlink(making.c_str());
  SLUICE_TRY(mapped);
  ring->header_ = new (ring->memory_) RingHeader();
  ring->header_->schema_hash = spec.schema_hash;
  ring->header_->ordinal = ordinal;
  ring->header_->blocks = blocks;
  ring->header_->block_rows = ring->layout_.rows;
  ring->header_->columns = static_cast<std::uint32_t>(spec.shapes.size());
  ring->header_->block_bytes = block_bytes;
  // What has a ring's name is whole: the process may be killed before this.
  if (!path.empty() && ::rename(making.c_str(), path.c_str()) != 0) {
    const int failed = errno;
    (void)::unlink(making.c_str());
    return core::ErrorFromErrno(failed, "cannot make " + storage::QuotedPath(path));
  }
  ring->own_ = std::make_unique<OwnProducer>();
  ring->own_->ring = ring.get();
  ring->own_->head = &ring->header_->head;
  ring->own_->stamps_ticks = spec.stamps_ticks;
  ring->producer_ = ring->own_.get();
  return ring;
}

core::Result<std::unique_ptr<Ring>> Ring::Attach(const std::string& path, const RingSpec& spec) {
  struct stat info{};
  if (::stat(path.c_str(), &info) != 0) return core::ErrorFromErrno(errno, "cannot find " + storage::QuotedPath(path));
  const auto corrupt = [&path](std::string_view what) {
    return core::Corruption(fmt::format("{}: {}", storage::QuotedPath(path), what));
  };
  const auto bytes = static_cast<std::uint64_t>(info.st_size);
  if (bytes < sizeof(RingHeader)) return corrupt("too short for the memory of a recorder");
  std::unique_ptr<Ring> ring(new Ring());
  ring->Lay(spec);
  SLUICE_TRY(ring->Map(path, bytes, false));
  ring->header_ = reinterpret_cast<RingHeader*>(ring->memory_);
  const RingHeader& header = *ring->header_;
  if (header.magic != RingHeader().magic) return corrupt("not the memory of a recorder");
  if (header.version != 1) return corrupt(fmt::format("version {}; this one knows 1", header.version));
  if (header.schema_hash != spec.schema_hash) return corrupt("of another schema than the recorder's");
  if (header.block_rows != ring->layout_.rows || header.block_bytes != ring->layout_.block_bytes ||
      header.columns != spec.shapes.size() || header.blocks == 0 ||
      bytes != kHeaderBytes + std::uint64_t{header.blocks} * header.block_bytes) {
    return corrupt("its sizes contradict each other");
  }
  const std::uint64_t rows = header.block_rows;
  // The newest block may have no row yet, and the one before may have ended early.
  if (header.tail > header.head || header.head > header.begun * rows ||
      (header.begun > 1 && header.head + 2 * rows <= header.begun * rows) ||
      header.begun - header.tail / rows > header.blocks) {
    return corrupt("its counters contradict each other");
  }
  return ring;
}

Ring::~Ring() {
  if (memory_ != nullptr) (void)::munmap(memory_, bytes_);
}

char* Ring::Block(std::uint64_t number) const {
  return memory_ + kHeaderBytes + number % header_->blocks * header_->block_bytes;
}

BlockRows Ring::Next(std::uint64_t position) const {
  const std::uint64_t head = Load(header_->head, std::memory_order_acquire);
  while (true) {
    const std::uint64_t number = position / layout_.rows;
    BlockRows found{.position = position, .position_end = position};
    if (position >= head) return found;
    found.block = Block(number);
    found.begin = static_cast<std::uint32_t>(position % layout_.rows);
    const bool over = head / layout_.rows > number;
    const auto& block = *reinterpret_cast<const recording::BlockHeader*>(found.block);
    const std::uint32_t there = over ? block.rows : static_cast<std::uint32_t>(head % layout_.rows);
    found.end = std::max(std::min(there, layout_.rows), found.begin);
    found.full = over;
    found.position_end = over ? (number + 1) * layout_.rows : position + (found.end - found.begin);
    if (found.end > found.begin || !over) return found;
    position = found.position_end;  // a block that ended early was taken already
  }
}

std::uint64_t Ring::tail() const { return Load(header_->tail, std::memory_order_acquire); }
std::uint64_t Ring::head() const { return Load(header_->head, std::memory_order_acquire); }

std::uint64_t Ring::RowsBefore(std::uint64_t position) const {
  // Positions at the end of a block belong to it: the next one may not have begun.
  if (position == 0) return 0;
  const std::uint64_t number = (position - 1) / layout_.rows;
  const auto& block = *reinterpret_cast<const recording::BlockHeader*>(Block(number));
  return block.rows_before + std::min<std::uint64_t>(position - number * layout_.rows, Load(block.rows));
}

std::uint64_t Ring::accepted() const {
  while (true) {
    const std::uint64_t seen = head();
    const std::uint64_t rows = RowsBefore(seen);
    // Its block is written anew only a whole ring later.
    if (head() - seen < std::uint64_t{layout_.rows} * (header_->blocks - 1)) return rows;
  }
}

void Ring::Free(std::uint64_t position) {
  Save(header_->tail, position, std::memory_order_release);
  Save(header_->freed, Load(header_->freed) + 1, std::memory_order_release);
  WakeAll(header_->freed);
}

double Ring::Fill(std::uint64_t position) const {
  const std::uint64_t begun = Load(header_->begun);
  return static_cast<double>(begun - std::min(begun, position / layout_.rows)) / header_->blocks;
}

RingCounts Ring::counts() const {
  return {.refused = Load(header_->refused),
          .cut = Load(header_->cut),
          .blocked_count = Load(header_->blocked_count),
          .blocked_ns = Load(header_->blocked_ns),
          .high_water_bytes = Load(header_->high_water_bytes)};
}

void Ring::Disown() noexcept {
  producer_->row = producer_->rows = 0;
  own_->disowned = true;
}

void Ring::Refuse() {
  if (producer_ != nullptr) producer_->row = producer_->rows = 0;  // the next append asks for a block, in vain
  Save(header_->closed, std::uint32_t{1}, std::memory_order_release);
  Save(header_->freed, Load(header_->freed) + 1, std::memory_order_release);
  WakeAll(header_->freed);
}

}  // namespace sluice::recorder

namespace sluice::recording {

bool MakeRoom(Producer& producer, std::uint64_t text_bytes) noexcept {
  return recorder::RoomMaker(producer).Make(text_bytes);
}

bool WouldWait(Producer& producer, std::uint64_t text_bytes) noexcept {
  return recorder::RoomMaker(producer).WouldWait(text_bytes);
}

bool AwaitRoom(Producer& producer, std::chrono::milliseconds at_most) noexcept {
  return recorder::RoomMaker(producer).Wait(at_most);
}

void CountCut(Producer& producer) noexcept { recorder::RoomMaker(producer).CountCut(); }

}  // namespace sluice::recording
