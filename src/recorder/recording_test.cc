#include "recorder/recording.h"

#include <arrow/api.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <optional>
#include <set>
#include <thread>
#include <tuple>

#include "recorder/folder_state.h"
#include "recorder/test_calls.h"
#include "tests/support/forks.h"

namespace sluice::recorder {
namespace {

using testing::FailsWith;
using ::testing::HasSubstr;

TEST(Recording, LandsEveryRowOnce) {
  RecorderWorld world;
  ASSERT_OK_AND_ASSIGN(const auto recording, OpenCalls(world));
  AppendCalls(*recording, 0, 100'000);
  ASSERT_OK_AND_ASSIGN(const ManifestClose close, recording->Close());
  EXPECT_EQ(close.accepted, 100'000U);
  EXPECT_EQ(close.landed, 100'000U);
  EXPECT_EQ(close.dropped, 0U);
  ExpectCalls(*world.Rows(recording->folder()), 100'000);
  // Nothing is left but files and manifest.
  EXPECT_TRUE(std::filesystem::is_empty(world.options.mapping_directory));
  std::set<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(recording->folder()))
    names.insert(entry.path().filename());
  EXPECT_EQ(names, (std::set<std::string>{"lock", "manifest.jsonl", "qe_t_w_0000.parquet"}));
  ASSERT_OK_AND_ASSIGN(const ManifestClose again, recording->Close());
  EXPECT_EQ(again, close);
}

TEST(Recording, ManyThreadsAppendAtOnce) {
  RecorderWorld world;
  ASSERT_OK_AND_ASSIGN(const auto recording, OpenCalls(world));
  std::vector<std::thread> threads;
  for (int i = 0; i < 6; ++i) {
    threads.emplace_back([&recording, i] { AppendCalls(*recording, i * 20'000, (i + 1) * 20'000); });
  }
  for (std::thread& thread : threads) thread.join();
  ASSERT_OK_AND_ASSIGN(const ManifestClose close, recording->Close());
  EXPECT_EQ(close.landed, 120'000U);
  ExpectCalls(*world.Rows(recording->folder()), 120'000);
}

TEST(Recording, RotatesByRows) {
  RecorderWorld world;
  world.options.limits.file_rows_max = 10'000;
  ASSERT_OK_AND_ASSIGN(const auto recording, OpenCalls(world));
  AppendCalls(*recording, 0, 35'000);
  ASSERT_OK(recording->Close());
  ASSERT_OK_AND_ASSIGN(const Manifest manifest, ReadManifest(world.local, recording->folder()));
  ASSERT_EQ(manifest.files.size(), 4U);
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(manifest.files[i].sequence, i);
    EXPECT_EQ(manifest.files[i].rows, i < 3 ? 10'000U : 5'000U);
  }
  EXPECT_EQ(manifest.files[1].file, "qe_t_w_0001.parquet");
  EXPECT_EQ(manifest.files[0].min_time, "1970-01-01T00:00:00.000000");
  ExpectCalls(*world.Rows(recording->folder()), 35'000);
}

TEST(Recording, ASecondOneWithTheSameIdsIsRefused) {
  RecorderWorld world;
  ASSERT_OK_AND_ASSIGN(const auto recording, OpenCalls(world));
  EXPECT_THAT(OpenCalls(world), FailsWith(core::ErrorKind::kConflict, HasSubstr("in use")));
  ASSERT_OK(recording->Close());
  ASSERT_OK_AND_ASSIGN(const auto next, OpenCalls(world));
  AppendCalls(*next, 0, 10);
  ASSERT_OK(next->Close());
  ASSERT_OK_AND_ASSIGN(const Manifest manifest, ReadManifest(world.local, next->folder()));
  EXPECT_EQ(manifest.files.size(), 1U);
}

TEST(Recording, WhatAKilledOneLeftIsPublishedByTheNext) {
  for (const std::int64_t rows : {1, 5'000, 300'000}) {
    RecorderWorld world;
    world.options.limits.file_rows_max = 100'000;
    {
      ASSERT_OK_AND_ASSIGN(const auto killed, OpenCalls(world));
      AppendCalls(*killed, 0, rows);
    }
    ASSERT_OK_AND_ASSIGN(const auto next, OpenCalls(world));
    ASSERT_OK(next->Close());
    ExpectCalls(*world.Rows(next->folder()), rows);
    EXPECT_TRUE(std::filesystem::is_empty(world.options.mapping_directory));
    // Nobody else will close the one that died.
    ASSERT_OK_AND_ASSIGN(const Manifest manifest, ReadManifest(world.local, next->folder()));
    ASSERT_EQ(manifest.closes.size(), 2U);
    EXPECT_EQ(manifest.closes[0].recorder, manifest.files[0].recorder);
    EXPECT_EQ(manifest.closes[0].landed, static_cast<std::uint64_t>(rows));
    EXPECT_EQ(manifest.closes[0].accepted, static_cast<std::uint64_t>(rows));
    EXPECT_EQ(manifest.closes[0].files, manifest.files.size());
  }
}

TEST(Recording, AKillBetweenABlocksBeginAndItsFirstRowIsRecoveredFrom) {
  for (const std::int64_t rows : {0, 3, 4096}) {
    RecorderWorld world;
    {
      ASSERT_OK_AND_ASSIGN(const auto killed, OpenCalls(world));
      AppendCalls(*killed, 0, rows);
      ASSERT_TRUE(recording::MakeRoom(killed->TakeRing()->producer(), 0));  // texts filled the one before
    }
    ASSERT_OK_AND_ASSIGN(const auto next, OpenCalls(world));
    ASSERT_OK(next->Close());
    if (rows > 0) ExpectCalls(*world.Rows(next->folder()), rows);
  }
}

/// Makes memory for one thread after the other, until it is killed.
[[noreturn]] void TakeRingsForEver(RecorderWorld& world) {
  world.options.threads_max = 1000;
  const auto recording = OpenCalls(world);
  if (!recording.has_value()) ::_exit(1);
  for (std::int64_t id = 0;; ++id) {
    Ring* const ring = (*recording)->TakeRing();
    if (ring == nullptr || !recording::Append(ring->producer(), Call{.id = id, .text = "x"})) ::_exit(2);
  }
}

TEST(Recording, AKillWhileMemoryIsMadeIsRecoveredFrom) {
  if (!testing::kForksAreFollowed) GTEST_SKIP() << "ThreadSanitizer does not follow forks";
  for (int round = 0; round < 20; ++round) {
    testing::ScratchFolder folder("/dev/shm");
    const pid_t child = ::fork();
    if (child == 0) {
      RecorderWorld world;
      std::filesystem::remove_all(world.folder.path());  // nobody will
      world.options.directory = folder / "data";
      world.options.mapping_directory = folder / "memory";
      TakeRingsForEver(world);
    }
    while (!std::filesystem::exists(folder / "memory")) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    std::this_thread::sleep_for(std::chrono::milliseconds(2 * round));
    ASSERT_EQ(::kill(child, SIGKILL), 0);
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status)) << WEXITSTATUS(status);
    RecorderWorld world;
    world.options.directory = folder / "data";
    world.options.mapping_directory = folder / "memory";
    ASSERT_OK_AND_ASSIGN(const auto next, OpenCalls(world));
    ASSERT_OK(next->Close());
    EXPECT_TRUE(std::filesystem::is_empty(world.options.mapping_directory));
  }
}

TEST(Recording, WhatWasHandedOverComesBackThoughMemoryIsGone) {
  RecorderWorld world;
  world.options.limits.sync_blocks = true;
  {
    ASSERT_OK_AND_ASSIGN(const auto cut, OpenCalls(world));
    AppendCalls(*cut, 0, 20'000);
    while (cut->stats().files.current_file_rows < 20'000) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  std::filesystem::remove_all(world.options.mapping_directory);  // as a restart of the machine does
  ASSERT_OK_AND_ASSIGN(const auto next, OpenCalls(world));
  ASSERT_OK(next->Close());
  ExpectCalls(*world.Rows(next->folder()), 20'000);
}

TEST(Recording, FoldersSayWhatIsInThem) {
  RecorderWorld world;
  EXPECT_THAT(ListFolders(world.environment, world.options.directory),
              FailsWith(core::ErrorKind::kNotFound, ::testing::_));
  std::string folder;
  {
    ASSERT_OK_AND_ASSIGN(const auto killed, OpenCalls(world));
    folder = killed->folder();
    AppendCalls(*killed, 0, 1000);
    ASSERT_OK_AND_ASSIGN(const auto live, ListFolders(world.environment, world.options.directory));
    ASSERT_EQ(live.size(), 1U);
    EXPECT_EQ(live[0].use, FolderUse::kLive);
    EXPECT_THAT(live[0].holder, HasSubstr("recorder"));
    EXPECT_THAT(TakeOver(world.environment, folder), FailsWith(core::ErrorKind::kConflict, HasSubstr("in use")));
  }
  ASSERT_OK_AND_ASSIGN(const auto orphans, ListFolders(world.environment, world.options.directory));
  EXPECT_EQ(orphans[0].use, FolderUse::kOrphan);
  ASSERT_OK_AND_ASSIGN(const auto recovered, TakeOver(world.environment, folder));
  ASSERT_EQ(recovered.size(), 1U);
  EXPECT_EQ(recovered[0].rows, 1000U);
  ASSERT_OK_AND_ASSIGN(const auto finished, ListFolders(world.environment, folder));
  EXPECT_EQ(finished[0].use, FolderUse::kFinished);
  EXPECT_EQ(finished[0].rows(), 1000U);
  EXPECT_THAT(*TakeOver(world.environment, folder), ::testing::IsEmpty());
  ExpectCalls(*world.Rows(folder), 1000);
}

TEST(SymbolTableTest, TextsOutliveTheProcess) {
  testing::ScratchFolder folder;
  const std::string path = folder / "symbols";
  {
    ASSERT_OK_AND_ASSIGN(const auto table, SymbolTable::Create(path));
    for (const char* text : {"one", "two", "one", "", "three"}) ASSERT_OK(table->Number(text));
  }
  ASSERT_OK_AND_ASSIGN(const auto read, SymbolTable::Read(path));
  EXPECT_EQ(read->Text(0), "");
  EXPECT_EQ(read->Text(1), "one");
  EXPECT_EQ(read->Text(2), "two");
  EXPECT_EQ(read->Text(3), "three");
  EXPECT_EQ(read->Text(4), "");
  std::filesystem::resize_file(path, std::filesystem::file_size(path) - 1);  // a kill in the middle of a write
  ASSERT_OK_AND_ASSIGN(const auto torn, SymbolTable::Read(path));
  EXPECT_EQ(torn->Text(2), "two");
  EXPECT_EQ(torn->Text(3), "");
}

TEST(Recording, DropsAndCountsWhatDoesNotFit) {
  RecorderWorld world;
  world.options.when_full = FullPolicy::kDrop;
  world.options.limits.hand_over_after = std::chrono::hours(1);
  world.options.ring_bytes = 1;  // the fewest blocks there are
  ASSERT_OK_AND_ASSIGN(const auto recording, OpenCalls(world));
  Ring* const ring = recording->TakeRing();
  std::uint64_t accepted = 0;
  for (std::int64_t id = 0; id < 2'000'000; ++id)
    accepted += recording::Append(ring->producer(), Call{.id = id}) ? 1 : 0;
  ASSERT_OK_AND_ASSIGN(const ManifestClose close, recording->Close());
  EXPECT_EQ(close.accepted, 2'000'000U);
  EXPECT_EQ(close.landed, accepted);
  EXPECT_EQ(close.dropped, 2'000'000U - accepted);
  EXPECT_GT(close.dropped, 0U);
}

/// Stands still until it is told otherwise, also while another thread looks.
class StandingClock final : public core::Clock {
 public:
  core::Timestamp Now() const override { return core::SystemClock().Now(); }
  std::chrono::nanoseconds Monotonic() const override { return std::chrono::milliseconds(now_ms_.load()); }
  void Advance(std::int64_t milliseconds) { now_ms_ += milliseconds; }

 private:
  std::atomic<std::int64_t> now_ms_ = 1000;
};

TEST(Recording, ABlockThatIsNotFullWaitsForHandOverAfterItsFirstRow) {
  RecorderWorld world;
  StandingClock clock;
  const storage::Environment environment{
      world.local, clock, world.random, world.executor, world.cancellation, arrow::default_memory_pool(), 256 << 20};
  world.options.limits.hand_over_after = std::chrono::milliseconds(1000);
  ASSERT_OK_AND_ASSIGN(const auto recording, Recording::Open(environment, world.options, "t", "w", SchemaOf<Call>()));
  const auto there = [&] { return recording->stats().files.current_file_rows; };
  const auto await = [&](std::uint64_t rows, std::int64_t step_ms) {
    for (int i = 0; i < 10'000 && there() < rows; ++i) {
      clock.Advance(step_ms);
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    EXPECT_EQ(there(), rows);
  };
  constexpr std::int64_t kBlock = recording::RowColumns<Call>::kLayout.rows;
  AppendCalls(*recording, 0, 10);
  clock.Advance(990);
  std::this_thread::sleep_for(std::chrono::milliseconds(50));  // some rounds
  EXPECT_EQ(there(), 0U);
  await(10, 5);
  AppendCalls(*recording, 10, kBlock + 3);
  await(kBlock, 0);  // the full one, at once
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  EXPECT_EQ(there(), static_cast<std::uint64_t>(kBlock));
  ASSERT_OK_AND_ASSIGN(const ManifestClose close, recording->Close());  // takes all
  EXPECT_EQ(close.landed, static_cast<std::uint64_t>(kBlock) + 3);
  ExpectCalls(*world.Rows(recording->folder()), kBlock + 3);
}

TEST(Recording, RefusesRowsAfterClose) {
  RecorderWorld world;
  ASSERT_OK_AND_ASSIGN(const auto recording, OpenCalls(world));
  Ring* const ring = recording->TakeRing();
  ASSERT_TRUE(recording::Append(ring->producer(), Call{}));
  ASSERT_OK(recording->Close());
  EXPECT_FALSE(recording::Append(ring->producer(), Call{}));
  EXPECT_EQ(recording->TakeRing(), nullptr);
  EXPECT_EQ(recording->stats().dropped, 2U);
}

TEST(Recording, CutsLongTextsAndRepairsBrokenOnes) {
  RecorderWorld world;
  ASSERT_OK_AND_ASSIGN(const auto recording, OpenCalls(world));
  Ring* const ring = recording->TakeRing();
  std::string longest(70'000, 'a');
  longest.replace(65'532, 3, "\xE2\x82\xAC");  // a character where the cut would be
  ASSERT_TRUE(recording::Append(ring->producer(), Call{.text = longest}));
  ASSERT_TRUE(recording::Append(ring->producer(), Call{.text = "a\xFF\x62"}));
  const std::string limit(65'536, 'b');
  ASSERT_TRUE(recording::Append(ring->producer(), Call{.text = limit}));
  EXPECT_EQ(recording->stats().cut, 1U);
  ASSERT_OK(recording->Close());
  const auto rows = world.Rows(recording->folder());
  const auto& texts = static_cast<const arrow::StringArray&>(*rows->GetColumnByName("text")->chunk(0));
  EXPECT_EQ(texts.GetString(0), std::string(65'532, 'a') + "\xE2\x80\xA6");
  EXPECT_EQ(texts.GetString(1),
            "a\xEF\xBF\xBD"
            "b");
  EXPECT_EQ(texts.GetString(2), limit);
}

}  // namespace
}  // namespace sluice::recorder
