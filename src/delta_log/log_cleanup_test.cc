#include "delta_log/log_cleanup.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "delta_log/checkpoint_writer.h"
#include "delta_log/log_fixture.h"
#include "delta_log/log_listing.h"
#include "delta_log/log_name.h"
#include "storage/fault_file_system.h"
#include "storage/local_file_system.h"
#include "storage/memory_file_system.h"
#include "storage/path.h"
#include "tests/support/result_matchers.h"
#include "tests/support/scratch_folder.h"

namespace sluice::delta_log {
namespace {

using storage::MemoryFileSystem;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Snap = std::shared_ptr<const Snapshot>;

constexpr const char* kRoot = "t";

std::vector<std::string> Names(storage::FileSystem& files, const std::string& folder) {
  std::vector<std::string> names;
  const auto listed = files.List(folder);
  if (!listed.has_value()) return names;
  for (const storage::FileInfo& file : *listed) {
    if (!file.directory) names.emplace_back(storage::FileName(file.path));
  }
  return names;
}

/// 10 commits with checkpoints after 3 and 6. In memory every file is of 1970, and so long expired.
class CleanupTest : public ::testing::Test {
 protected:
  MemoryFileSystem files_;
  TestEnvironment test_{files_};

  Snap Table(delta::StringMap configuration = {}, delta::Protocol protocol = {},
             CheckpointKind kind = CheckpointKind::kClassic) {
    auto created = CreateTable(test_, kRoot, std::move(configuration), std::move(protocol), {.maintain = false});
    EXPECT_OK(created);
    Snap table = created->snapshot;
    for (int i = 1; i <= 9; ++i) {
      auto appended = Append(test_, table, {TestFile("f" + std::to_string(i))}, {.maintain = false});
      EXPECT_OK(appended);
      table = appended->snapshot;
      if (i != 3 && i != 6) continue;
      EXPECT_OK(WriteCheckpoint(test_.environment, *table, {.kind = kind}));
    }
    return table;
  }
  std::vector<std::int64_t> Commits() {
    std::vector<std::int64_t> versions;
    const LogListing listing = *ListLog(files_, kRoot);
    for (const CommitFile& commit : listing.commits) versions.push_back(commit.last);
    return versions;
  }
};

TEST_F(CleanupTest, KeepsTheNewestOldCheckpointAndWhatFollows) {
  const Snap table = Table();
  files_.Put(ChecksumPath(kRoot, 2), "{}");
  files_.Put(CompactionPath(kRoot, 4, 7), "{}\n");
  files_.Put(LogFolder(kRoot) + "/.00000000000000000004.json.x.tmp", "half");
  ASSERT_OK_AND_ASSIGN(const CleanupReport report, CleanUpLog(test_.environment, *table));
  EXPECT_EQ(report.first_version, 6);
  EXPECT_EQ(report.deleted.size(), 10U);
  EXPECT_THAT(
      Names(files_, LogFolder(kRoot)),
      ElementsAre("00000000000000000006.checkpoint.parquet", "00000000000000000006.json", "00000000000000000007.json",
                  "00000000000000000008.json", "00000000000000000009.json", "_last_checkpoint"));
  ASSERT_OK_AND_ASSIGN(const Snap opened, OpenSnapshot(test_.environment, kRoot));
  EXPECT_EQ(opened->files.size(), 9U);
  ASSERT_OK_AND_ASSIGN(const CleanupReport again, CleanUpLog(test_.environment, *table));
  EXPECT_THAT(again.deleted, IsEmpty());
}

TEST_F(CleanupTest, KeepsPinnedVersions) {
  const Snap table = Table();
  ASSERT_OK_AND_ASSIGN(const CleanupReport report, CleanUpLog(test_.environment, *table, {.oldest_pinned = 5}));
  EXPECT_EQ(report.first_version, 3);
  EXPECT_EQ(Commits().front(), 3);
  EXPECT_OK(OpenSnapshot(test_.environment, kRoot, 5));
}

TEST_F(CleanupTest, DeletesNothingWithoutACheckpointThatCanBeRead) {
  const Snap table = Table();
  files_.Put(ClassicCheckpointPath(kRoot, 6), "PAR1 torn");
  ASSERT_OK_AND_ASSIGN(const CleanupReport report, CleanUpLog(test_.environment, *table));
  EXPECT_EQ(report.first_version, 3);
  EXPECT_EQ(report.notes.size(), 1U);
  EXPECT_OK(OpenSnapshot(test_.environment, kRoot));
}

TEST_F(CleanupTest, ObeysTheTable) {
  const Snap off = Table({{"delta.enableExpiredLogCleanup", "false"}});
  EXPECT_THAT(CleanUpLog(test_.environment, *off)->deleted, IsEmpty());
  EXPECT_EQ(Commits().size(), 10U);
}

TEST_F(CleanupTest, DoesNotTouchAProtectedHistory) {
  const Snap table =
      Table({{"delta.requireCheckpointProtectionBeforeVersion", "8"}}, FeatureProtocol({}, {"checkpointProtection"}));
  EXPECT_THAT(CleanUpLog(test_.environment, *table)->deleted, IsEmpty());
}

TEST_F(CleanupTest, DeletesSidecarsThatNothingNames) {
  const delta::Protocol protocol = FeatureProtocol({"v2Checkpoint"}, {"v2Checkpoint"});
  const Snap table = Table({{"delta.checkpointPolicy", "v2"}}, protocol, CheckpointKind::kV2);
  EXPECT_EQ(Names(files_, SidecarFolder(kRoot)).size(), 2U);
  ASSERT_OK(CleanUpLog(test_.environment, *table));
  // The one of version 6, and that of the checkpoint of classic name for clients that know no other.
  EXPECT_EQ(Names(files_, SidecarFolder(kRoot)).size(), 2U);
  EXPECT_OK(files_.Stat(ClassicCheckpointPath(kRoot, 9)));
  ASSERT_OK_AND_ASSIGN(const Snap opened, OpenSnapshot(test_.environment, kRoot));
  EXPECT_EQ(opened->files.size(), 9U);
  EXPECT_OK(OpenSnapshot(test_.environment, kRoot, 7));
}

TEST_F(CleanupTest, KeepsAllSidecarsWhenACheckpointCannotBeRead) {
  const delta::Protocol protocol = FeatureProtocol({"v2Checkpoint"}, {"v2Checkpoint"});
  const Snap table = Table({{"delta.checkpointPolicy", "v2"}}, protocol, CheckpointKind::kV2);
  files_.Put(ClassicCheckpointPath(kRoot, 9), "PAR1 torn");
  files_.Put(SidecarFolder(kRoot) + "/stray.parquet", "x");
  ASSERT_OK_AND_ASSIGN(const CleanupReport report, CleanUpLog(test_.environment, *table));
  EXPECT_OK(files_.Stat(SidecarFolder(kRoot) + "/stray.parquet"));
  EXPECT_FALSE(report.notes.empty());
}

TEST_F(CleanupTest, LeavesAUsableTableWhereverItStops) {
  using Mode = storage::FaultPlan::Mode;
  const delta::Protocol protocol = FeatureProtocol({"v2Checkpoint"}, {"v2Checkpoint"});
  const Snap table = Table({{"delta.checkpointPolicy", "v2"}}, protocol, CheckpointKind::kV2);
  for (const Mode mode : {Mode::kOnce, Mode::kSticky, Mode::kDie, Mode::kLostReply}) {
    bool fired = true;
    for (std::uint64_t at = 1; fired; ++at) {
      ASSERT_LT(at, 100U);
      MemoryFileSystem files;
      for (const auto& [path, bytes] : files_.Contents()) files.Put(path, bytes);
      storage::FaultFileSystem faulty(files, {at, mode, EIO});
      TestEnvironment test(faulty, at);
      (void)CleanUpLog(test.environment, *table);
      fired = faulty.fired();
      SCOPED_TRACE("mode " + std::to_string(static_cast<int>(mode)) + ", call " + std::to_string(at));
      files.Crash(static_cast<MemoryFileSystem::Loss>(at % 3));
      TestEnvironment after(files, 1);
      for (const std::int64_t version : {6, 7, 9}) {
        const auto opened = OpenSnapshot(after.environment, kRoot, version);
        ASSERT_OK(opened);
        EXPECT_EQ((*opened)->files.size(), static_cast<std::size_t>(version));
      }
      ASSERT_OK(CleanUpLog(after.environment, *table));
      EXPECT_FALSE(files.Stat(CommitPath(kRoot, 5)).has_value());
    }
  }
}

void SetTime(const std::string& path, core::Timestamp time) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
  const std::array<timespec, 2> times = {timespec{seconds, 0}, timespec{seconds, 0}};
  ASSERT_EQ(::utimensat(AT_FDCWD, path.c_str(), times.data(), 0), 0);
}

TEST(LogCleanup, GoesByTheTimesOfTheCommits) {
  testing::ScratchFolder folder;
  storage::LocalFileSystem files;
  TestEnvironment test(files);
  auto result = CreateTable(test, folder.path(), {{"delta.logRetentionDuration", "interval 2 days"}});
  for (int i = 1; i <= 8; ++i) {
    ASSERT_OK(result);
    result = Append(test, result->snapshot, {TestFile("f" + std::to_string(i))});
    if (i % 2 != 0) continue;
    ASSERT_OK(WriteCheckpoint(test.environment, *result->snapshot, {}));
  }
  // Version v was written on day v, and it is noon of day 9: days 0 to 6 are over the limit of two days.
  const core::Timestamp first = test.clock.Now();
  for (int i = 0; i <= 8; ++i) SetTime(CommitPath(folder.path(), i), first + std::chrono::hours(24 * i - 1));
  test.clock.Advance(std::chrono::hours(24 * 9 + 12));
  ASSERT_OK_AND_ASSIGN(const Snap table, OpenSnapshot(test.environment, folder.path()));
  ASSERT_OK_AND_ASSIGN(const CleanupReport report, CleanUpLog(test.environment, *table));
  EXPECT_EQ(report.first_version, 6);
}

}  // namespace
}  // namespace sluice::delta_log
