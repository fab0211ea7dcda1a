#include <gtest/gtest.h>

#include <atomic>
#include <csignal>
#include <functional>
#include <thread>

#include "recorder/folder_state.h"
#include "recorder/test_calls.h"
#include "tests/support/forks.h"
#include "tests/support/small_disk.h"

namespace sluice::recorder {
namespace {

using testing::Ballast;
using testing::FailsWith;
using ::testing::HasSubstr;
using testing::RunOnSmallDisk;

constexpr std::uint64_t kDiskBytes = 6 << 20;
constexpr std::int64_t kRows = 400'000;  // whose spool alone is larger than the disk

/// Waits for what another thread does.
void Await(const std::function<bool()>& there) {
  for (int i = 0; i < 30'000 && !there(); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  ASSERT_TRUE(there());
}

/// A service that goes on whatever Append says: first until the disk is full, then with as many rows again.
struct Service {
  void Append(Recording& recording, std::int64_t count) {
    Ring* const ring = recording.TakeRing();
    for (const std::int64_t end = rows + count; rows < end; ++rows) {
      const std::string text = TextOfCall(rows);
      if (recording::Append(ring->producer(), Call{.id = rows, .text = text})) taken.push_back(rows);
    }
    recording.GiveBack(*ring);
  }
  void AppendToAFullDisk(Recording& recording) {
    std::string error;
    ASSERT_NO_FATAL_FAILURE(Await([&] {
      Append(recording, kRows / 40);
      error = recording.stats().files.last_error;
      return !error.empty();
    }));
    EXPECT_THAT(error, HasSubstr("No space left on device"));
    EXPECT_THAT(error, HasSubstr("what was recorded is kept"));
    Append(recording, kRows);
  }

  std::int64_t rows = 0;
  std::vector<std::int64_t> taken;  ///< ids
};

void ExpectIds(const arrow::Table& rows, const std::vector<std::int64_t>& ids) {
  ASSERT_EQ(rows.num_rows(), static_cast<std::int64_t>(ids.size()));
  const auto& found = static_cast<const arrow::Int64Array&>(*rows.GetColumnByName("id")->chunk(0));
  const auto& texts = static_cast<const arrow::StringArray&>(*rows.GetColumnByName("text")->chunk(0));
  for (std::int64_t i = 0; i < rows.num_rows(); ++i) {
    ASSERT_EQ(found.Value(i), ids[static_cast<std::size_t>(i)]);
    ASSERT_EQ(texts.GetView(i), TextOfCall(found.Value(i)));
  }
}

/// Its files on a small disk, its memory elsewhere.
struct SmallDiskWorld : RecorderWorld {
  explicit SmallDiskWorld(const std::string& disk) {
    options.directory = disk;
    options.ring_bytes = 1;  // the fewest blocks there are
    options.limits.retry_after = std::chrono::milliseconds(20);
  }
};

class FullDisk : public ::testing::Test {
 protected:
  void OnDisk(const std::function<void()>& body) {
    if (!testing::kForksAreFollowed) GTEST_SKIP() << "ThreadSanitizer does not follow forks";
    if (!RunOnSmallDisk(disk_.path(), kDiskBytes, body)) {
      GTEST_SKIP() << "this system lets no test mount a small disk (a user namespace and a tmpfs in it)";
    }
  }
  testing::ScratchFolder disk_;
};

constexpr std::uint64_t kLarge = 256 << 20;

// The disk is full before the first row, or when a part of a frame or of a file is written, or of nothing but rows.
TEST_F(FullDisk, DropCountsWhatMemoryCannotHoldAndTheRestLandsLater) {
  for (const std::uint64_t left : {std::uint64_t{0}, std::uint64_t{70'000}, std::uint64_t{300'000}, kDiskBytes}) {
    OnDisk([&] {
      SCOPED_TRACE(left);
      SmallDiskWorld world(disk_.path());
      world.options.when_full = FullPolicy::kDrop;
      ASSERT_OK_AND_ASSIGN(const auto recording, OpenCalls(world));
      Ballast ballast(disk_ / "ballast", left);
      Service service;
      ASSERT_NO_FATAL_FAILURE(service.AppendToAFullDisk(*recording));
      const auto rows = static_cast<std::uint64_t>(service.rows);
      const std::uint64_t taken = service.taken.size();
      EXPECT_EQ(recording->stats().accepted, rows);
      EXPECT_EQ(recording->stats().dropped, rows - taken);
      EXPECT_LT(taken, rows);
      EXPECT_TRUE(!recording->Close().has_value() || left == kDiskBytes);  // whose own files may leave enough room
      testing::GrowSmallDisk(disk_.path(), kLarge);
      ASSERT_OK_AND_ASSIGN(const ManifestClose close, recording->Close());
      EXPECT_EQ(close.accepted, rows);
      EXPECT_EQ(close.landed, taken);
      EXPECT_EQ(close.dropped, rows - taken);
      ExpectIds(*world.Rows(recording->folder()), service.taken);
    });
  }
}

TEST_F(FullDisk, WaitingThreadsGoOnWhenThereIsRoomAndLoseNothing) {
  OnDisk([&] {
    for (const FullPolicy policy : {FullPolicy::kPark, FullPolicy::kSpinThenPark}) {
      SmallDiskWorld world(disk_.path());
      world.options.when_full = policy;
      world.options.limits.file_rows_max = 50'000;
      ASSERT_OK_AND_ASSIGN(const auto recording,
                           Recording::Open(world.environment, world.options, "t",
                                           policy == FullPolicy::kPark ? "park" : "spin", SchemaOf<Call>()));
      Ballast ballast(disk_ / "ballast", 100'000);
      std::atomic<bool> done = false;
      std::thread service([&] {
        AppendCalls(*recording, 0, kRows);
        done = true;
      });
      const auto full = [&] { return !recording->stats().files.last_error.empty(); };
      EXPECT_NO_FATAL_FAILURE(Await(full));
      std::this_thread::sleep_for(std::chrono::milliseconds(100));  // some tries in vain
      EXPECT_FALSE(done);
      EXPECT_THAT(recording->stats().files.last_error, HasSubstr("No space left on device"));
      ballast.Remove();
      service.join();
      ASSERT_OK_AND_ASSIGN(const ManifestClose close, recording->Close());
      EXPECT_EQ(close.landed, static_cast<std::uint64_t>(kRows));
      EXPECT_EQ(close.dropped, 0U);
      EXPECT_GT(close.blocked_ns, 50'000'000U);
      EXPECT_EQ(recording->stats().files.last_error, "");
      ExpectCalls(*world.Rows(recording->folder()), kRows);
    }
  });
}

TEST_F(FullDisk, FailRefusesTheRestAndLandsWhatWasTaken) {
  OnDisk([&] {
    SmallDiskWorld world(disk_.path());
    world.options.when_full = FullPolicy::kFail;
    ASSERT_OK_AND_ASSIGN(const auto recording, OpenCalls(world));
    Ballast ballast(disk_ / "ballast", 50'000);
    Service service;
    service.Append(*recording, kRows);
    ASSERT_LT(service.taken.size(), static_cast<std::size_t>(kRows));
    EXPECT_EQ(service.taken.back(), static_cast<std::int64_t>(service.taken.size()) - 1);
    ballast.Remove();
    ASSERT_OK_AND_ASSIGN(const ManifestClose close, recording->Close());
    EXPECT_EQ(close.accepted, static_cast<std::uint64_t>(kRows));
    EXPECT_EQ(close.landed, service.taken.size());
    ExpectIds(*world.Rows(recording->folder()), service.taken);
  });
}

TEST_F(FullDisk, WhatAProcessLeftThereIsRecoveredOnceThereIsRoom) {
  OnDisk([&] {
    SmallDiskWorld world(disk_.path());
    world.options.when_full = FullPolicy::kDrop;
    Service service;
    std::optional<Ballast> ballast;
    {
      ASSERT_OK_AND_ASSIGN(const auto killed, OpenCalls(world));
      ballast.emplace(disk_ / "ballast", 200'000);
      ASSERT_NO_FATAL_FAILURE(service.AppendToAFullDisk(*killed));
    }
    for (int i = 0; i < 2; ++i) {
      EXPECT_THAT(OpenCalls(world), FailsWith(core::ErrorKind::kIo, HasSubstr("No space left on device")));
    }
    ballast->Remove();
    ASSERT_OK_AND_ASSIGN(const auto next, OpenCalls(world));
    ASSERT_OK(next->Close());
    ExpectIds(*world.Rows(next->folder()), service.taken);
    EXPECT_TRUE(std::filesystem::is_empty(world.options.mapping_directory));
  });
}

/// Its memory on a small disk, its files elsewhere.
struct SmallMemoryWorld : RecorderWorld {
  explicit SmallMemoryWorld(const std::string& disk) { options.mapping_directory = disk; }
};

TEST_F(FullDisk, MemoryThatIsNotThereIsRefusedAndNeverASignal) {
  OnDisk([&] {
    SmallMemoryWorld world(disk_.path());
    EXPECT_THAT(OpenCalls(world), FailsWith(core::ErrorKind::kLimitExceeded, HasSubstr("no room for")));  // 8 MiB
    EXPECT_TRUE(std::filesystem::is_empty(world.options.mapping_directory));
    ASSERT_OK_AND_ASSIGN(const auto folders, ListFolders(world.environment, world.options.directory));
    EXPECT_THAT(folders, ::testing::Each(::testing::Field(&FolderState::use, FolderUse::kFinished)));
    world.options.ring_bytes = 1;
    world.options.when_full = FullPolicy::kDrop;
    ASSERT_OK_AND_ASSIGN(const auto recording, OpenCalls(world));
    Ballast ballast(disk_ / "ballast", 1 << 20);
    Ring* const first = recording->TakeRing();
    ASSERT_NE(first, nullptr);
    // A second thread finds no room: it is refused, and the reason is told.
    EXPECT_EQ(recording->TakeRing(), nullptr);
    EXPECT_EQ(recording->stats().dropped, 1U);
    EXPECT_THAT(recording->stats().files.last_error, HasSubstr("no room for"));
    // Every byte of the ring that there is can be written.
    std::uint64_t taken = 0;
    for (std::int64_t id = 0; id < kRows; ++id) {
      taken += recording::Append(first->producer(), Call{.id = id, .text = TextOfCall(id)}) ? 1 : 0;
    }
    ballast.Remove();
    Ring* second = nullptr;
    ASSERT_NO_FATAL_FAILURE(Await([&] { return (second = recording->TakeRing()) != nullptr; }));
    EXPECT_EQ(recording->stats().files.last_error, "");
    EXPECT_TRUE(recording::Append(second->producer(), Call{.text = "second"}));
    ASSERT_OK_AND_ASSIGN(const ManifestClose close, recording->Close());
    EXPECT_EQ(close.landed, taken + 1);
  });
}

TEST_F(FullDisk, ATextThatCannotBeKeptGetsNoNumberAndSpoilsNoOther) {
  OnDisk([&] {
    const std::string path = disk_ / "symbols";
    ASSERT_OK_AND_ASSIGN(const auto table, SymbolTable::Create(path));
    ASSERT_OK(table->Number("before"));
    Ballast ballast(disk_ / "ballast", 5000);
    const std::string large(20'000, 'x');
    EXPECT_THAT(table->Number(large), FailsWith(core::ErrorKind::kIo, HasSubstr("No space left on device")));
    ballast.Remove();
    EXPECT_EQ(*table->Number("after"), 2U);
    EXPECT_EQ(*table->Number(large), 3U);
    ASSERT_OK_AND_ASSIGN(const auto read, SymbolTable::Read(path));
    EXPECT_EQ(read->Text(1), "before");
    EXPECT_TRUE(read->Text(2) == "after");
    EXPECT_TRUE(read->Text(3) == large);
  });
}

}  // namespace
}  // namespace sluice::recorder
