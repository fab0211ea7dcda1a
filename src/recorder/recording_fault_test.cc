#include <gtest/gtest.h>

#include "recorder/test_calls.h"
#include "storage/fault_file_system.h"

namespace sluice::recorder {
namespace {

using storage::FaultPlan;

constexpr std::int64_t kRows = 5'000;

/// Small memory and small files, so that a sweep takes seconds.
void MakeSmall(RecorderWorld& world) {
  world.options.ring_bytes = 1;
  world.options.limits.file_rows_max = 2'000;
  world.options.limits.retry_after = std::chrono::milliseconds(1);
}

std::vector<std::string> HiddenNames(const std::string& folder) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().filename().string().starts_with('.')) names.push_back(entry.path().filename());
  }
  return names;
}

/// What a run without faults changes.
std::uint64_t Changes() {
  storage::LocalFileSystem local;
  storage::FaultFileSystem files(local);
  RecorderWorld world(&files);
  MakeSmall(world);
  const auto recording = OpenCalls(world);
  EXPECT_OK(recording);
  AppendCalls(**recording, 0, kRows);
  EXPECT_OK((*recording)->Close());
  return files.changes();
}

TEST(RecordingFaults, OneFailureLosesNothing) {
  const std::uint64_t changes = Changes();
  ASSERT_GT(changes, 30U);
  for (const FaultPlan::Mode mode : {FaultPlan::Mode::kOnce, FaultPlan::Mode::kLostReply}) {
    for (std::uint64_t at = 1; at <= changes; ++at) {
      SCOPED_TRACE(at);
      storage::LocalFileSystem local;
      storage::FaultFileSystem files(local, {.at = at, .mode = mode});
      RecorderWorld world(&files);
      MakeSmall(world);
      auto recording = OpenCalls(world);
      if (!recording.has_value()) {
        ASSERT_OK_AND_ASSIGN(recording, OpenCalls(world));  // what the first try left is in nobody's way
      }
      AppendCalls(**recording, 0, kRows);
      auto closed = (*recording)->Close();
      if (!closed.has_value()) closed = (*recording)->Close();
      ASSERT_OK(closed);
      EXPECT_EQ(closed->landed, static_cast<std::uint64_t>(kRows));
      ExpectCalls(*world.Rows((*recording)->folder()), kRows);
      EXPECT_THAT(HiddenNames((*recording)->folder()), ::testing::IsEmpty());
    }
  }
}

TEST(RecordingFaults, AProcessThatDiesLeavesWhatTheNextOnePublishes) {
  const std::uint64_t changes = Changes();
  for (std::uint64_t at = 1; at <= changes; ++at) {
    SCOPED_TRACE(at);
    RecorderWorld world;
    MakeSmall(world);
    std::int64_t appended = 0;
    {
      storage::FaultFileSystem files(world.local, {.at = at, .mode = FaultPlan::Mode::kDie});
      const storage::Environment dying{files,          world.clock,        world.random,
                                       world.executor, world.cancellation, arrow::default_memory_pool(),
                                       256 << 20};
      auto options = world.options;
      options.when_full = FullPolicy::kDrop;  // nobody takes the rows
      auto recording = Recording::Open(dying, options, "t", "w", SchemaOf<Call>());
      if (recording.has_value()) {
        appended = kRows;
        AppendCalls(**recording, 0, kRows);
        (void)(*recording)->Close();
      }
    }
    ASSERT_OK_AND_ASSIGN(const auto next, OpenCalls(world));
    ASSERT_OK(next->Close());
    const auto rows = world.Rows(next->folder());
    if (appended == 0) {
      EXPECT_EQ(rows, nullptr);
    } else {
      ASSERT_NE(rows, nullptr);
      ExpectCalls(*rows, appended);
    }
    EXPECT_THAT(HiddenNames(next->folder()), ::testing::IsEmpty());
    EXPECT_TRUE(std::filesystem::is_empty(world.options.mapping_directory));
  }
}

TEST(RecordingFaults, AFolderThatIsFullOfFilesIsAFailureOfTheBackEnd) {
  RecorderWorld world;
  MakeSmall(world);
  world.options.limits.files_max = 2;
  ASSERT_OK_AND_ASSIGN(const auto recording, OpenCalls(world));
  AppendCalls(*recording, 0, kRows);
  const auto closed = recording->Close();
  EXPECT_THAT(closed, testing::FailsWith(core::ErrorKind::kLimitExceeded, ::testing::HasSubstr("2 files")));
  EXPECT_THAT(recording->stats().files.last_error, ::testing::HasSubstr("files_max"));
  EXPECT_EQ(recording->stats().files.landed, 4'000U);
  // Somebody loads a file: then the rest has room.
  std::filesystem::rename(recording->folder() + "/qe_t_w_0000.parquet", recording->folder() + "/loaded");
  ASSERT_OK_AND_ASSIGN(const ManifestClose again, recording->Close());
  EXPECT_EQ(again.landed, 5'000U);
}

TEST(RecordingFaults, FailRefusesAllRowsAfterTheFirst) {
  RecorderWorld world;
  MakeSmall(world);
  world.options.when_full = FullPolicy::kFail;
  world.options.limits.hand_over_after = std::chrono::hours(1);
  ASSERT_OK_AND_ASSIGN(const auto recording, OpenCalls(world));
  Ring* const ring = recording->TakeRing();
  std::uint64_t taken = 0;
  bool refused = false;
  for (std::int64_t id = 0; id < 1'000'000; ++id) {
    const bool good = recording::Append(ring->producer(), Call{.id = id});
    ASSERT_FALSE(good && refused);
    refused = refused || !good;
    taken += good ? 1 : 0;
  }
  ASSERT_OK_AND_ASSIGN(const ManifestClose close, recording->Close());
  EXPECT_EQ(close.landed, taken);
  EXPECT_EQ(close.accepted, 1'000'000U);
}

}  // namespace
}  // namespace sluice::recorder
