#include "delta_log/snapshot.h"

#include <arrow/memory_pool.h>

#include <functional>
#include <utility>

#include "delta/action_json.h"
#include "delta_log/test_log.h"
#include "tests/support/relay_file_system.h"
#include "tests/support/result_matchers.h"

namespace sluice::delta_log {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using testing::FailsWith;
using ::testing::HasSubstr;
using testing::IsOk;

using SnapshotTest = TestLog;

/// Calls something the first time that a path is opened.
class RacingFiles final : public testing::RelayFileSystem<> {
 public:
  RacingFiles(storage::FileSystem& inner, std::string path, std::function<void()> race)
      : RelayFileSystem(inner), path_(std::move(path)), race_(std::move(race)) {}

  core::Result<std::unique_ptr<storage::ByteStream>> OpenStream(const std::string& path) override {
    if (path == path_ && race_ != nullptr) std::exchange(race_, nullptr)();
    return inner_.OpenStream(path);
  }

 private:
  std::string path_;
  std::function<void()> race_;  // null once it was called
};
using ErrorKind = core::ErrorKind;

TEST_F(SnapshotTest, IsOfTheNewestVersionOrOfTheOneAskedFor) {
  CommitFirst();
  CommitFiles(1, 3);
  ASSERT_OK_AND_ASSIGN(const auto newest, Open());
  EXPECT_EQ(newest->version, 3);
  EXPECT_THAT(Paths(*newest), ElementsAre("f0", "f1", "f2", "f3"));
  EXPECT_EQ(newest->files.size_bytes(), 40);
  ASSERT_OK_AND_ASSIGN(const auto old, Open(1));
  EXPECT_THAT(Paths(*old), ElementsAre("f0", "f1"));
  EXPECT_THAT(Open(4), FailsWith(ErrorKind::kNotFound, HasSubstr("there is no version 4: versions 0 to 3 are there")));
  EXPECT_THAT(Open(-1), FailsWith(ErrorKind::kNotFound, HasSubstr("versions 0 to 3")));
}

TEST_F(SnapshotTest, RefusesGapsNamingTheMissingCommit) {
  CommitFirst();
  CommitFiles(1, 1);
  CommitFiles(3, 4);
  EXPECT_THAT(Open(), FailsWith(ErrorKind::kCorruption, HasSubstr("commit 2 is missing")));
  EXPECT_THAT(Open(3), FailsWith(ErrorKind::kCorruption, HasSubstr("commit 2 is missing")));
  EXPECT_THAT(Open(2), FailsWith(ErrorKind::kCorruption, HasSubstr("commit 2 is missing")));
  EXPECT_THAT(Open(1), IsOk());
}

TEST_F(SnapshotTest, ACompactionOrChecksumDoesNotFillAGap) {
  CommitFirst();
  CommitFiles(2, 2);
  files_.Put(CompactionPath(kRoot, 0, 1), std::string(kProtocolLine) + "\n" + kMetadataLine + "\n");
  files_.Put(ChecksumPath(kRoot, 1), "{}");
  EXPECT_THAT(Open(), FailsWith(ErrorKind::kCorruption, HasSubstr("commit 1 is missing")));
}

TEST_F(SnapshotTest, SaysWhichVersionsRemainAfterCleanup) {
  CommitFiles(4, 8);
  PutCheckpoint(5);
  EXPECT_THAT(Open(4),
              FailsWith(ErrorKind::kNotFound, HasSubstr("version 4 was cleaned up: versions 5 to 8 are there")));
  EXPECT_THAT(Open(9), FailsWith(ErrorKind::kNotFound, HasSubstr("versions 5 to 8 are there")));
  ASSERT_OK_AND_ASSIGN(const auto newest, Open());
  EXPECT_EQ(newest->files.size(), 9U);
  EXPECT_EQ(newest->log.commits.size(), 3U);
}

TEST_F(SnapshotTest, RefusesALogThatDoesNotBegin) {
  CommitFiles(1, 3);
  EXPECT_THAT(Open(), FailsWith(ErrorKind::kCorruption, HasSubstr("the log begins at commit 1")));
}

TEST_F(SnapshotTest, RefusesACheckpointWithoutCommitsAtOrAboveIt) {
  CommitFirst();
  PutCheckpoint(3);
  EXPECT_THAT(Open(), FailsWith(ErrorKind::kCorruption, HasSubstr("no commit at or above checkpoint 3")));
  EXPECT_THAT(Open(3), FailsWith(ErrorKind::kCorruption, HasSubstr("no commit at or above")));
}

TEST_F(SnapshotTest, NotesACheckpointWithoutItsOwnCommit) {
  PutCheckpoint(3);
  CommitFiles(4, 4);
  ASSERT_OK_AND_ASSIGN(const auto old, Open(3));
  EXPECT_THAT(old->notes, Contains(HasSubstr("commit 3 is not there")));
  EXPECT_FALSE(old->log.newest_commit.has_value());
  ASSERT_OK_AND_ASSIGN(const auto refreshed, RefreshSnapshot(world_.environment, old));
  EXPECT_EQ(refreshed->version, 4);
}

TEST_F(SnapshotTest, AnEmptyFolderIsNoTable) {
  EXPECT_THAT(Open(), FailsWith(ErrorKind::kNotFound, HasSubstr("not a Delta table")));
  files_.Put("t/_delta_log/_last_checkpoint", "{}");
  files_.Put("t/_delta_log/00000000000000000000.crc", "{}");
  files_.Put("t/_delta_log/.00000000000000000000.json.crc", "x");
  files_.Put("t/_delta_log/0000000000.json", "x");
  EXPECT_THAT(Open(), FailsWith(ErrorKind::kNotFound, HasSubstr("not a Delta table")));
}

TEST_F(SnapshotTest, BadCommitsAreCorruptionWithFileAndLine) {
  CommitFirst();
  for (const char* line : {"", "{\"add\":{\"path\":\"x\"", "nonsense", "{\"add\":{}}"}) {
    files_.Put(CommitPath(kRoot, 1), line);
    EXPECT_THAT(Open(), FailsWith(ErrorKind::kCorruption, HasSubstr("00000000000000000001.json"))) << line;
  }
  Commit(1, {kMetadataLine, kMetadataLine});
  EXPECT_THAT(Open(), FailsWith(ErrorKind::kCorruption, HasSubstr("00000000000000000001.json: line 2")));
  Commit(1, {AddLine("x"), AddLine("x")});
  EXPECT_THAT(Open(), FailsWith(ErrorKind::kCorruption, HasSubstr("line 2")));
}

TEST_F(SnapshotTest, AFileUnderTwoDeletionVectorsIsCorruptionHoweverItIsRead) {
  CommitFirst();
  ASSERT_OK_AND_ASSIGN(const auto held, Open());
  Commit(1, {AddLine("f0", "aa")});
  EXPECT_THAT(Open(), FailsWith(ErrorKind::kCorruption, HasSubstr("is not removed")));
  EXPECT_THAT(RefreshSnapshot(world_.environment, held),
              FailsWith(ErrorKind::kCorruption, HasSubstr("is not removed")));
  Commit(0, {kProtocolLine, kMetadataLine, AddLine("other")});
  PutCheckpoint(0);
  EXPECT_THAT(Open(), FailsWith(ErrorKind::kCorruption, HasSubstr("is not removed")));
  Commit(1, {AddLine("f0", "aa"), RemoveLine("f0")});
  ASSERT_OK_AND_ASSIGN(const auto replaced, Open());
  ASSERT_EQ(replaced->files.size(), 1U);
  EXPECT_NE(replaced->files.Get(replaced->files.All().front()).deletion_vector, std::nullopt);
}

TEST_F(SnapshotTest, ARemovalOfAnotherDeletionVectorLeavesTheFile) {
  Commit(0, {kProtocolLine, kMetadataLine, AddLine("f0", "aa")});
  ASSERT_OK_AND_ASSIGN(const auto held, Open());
  Commit(1, {RemoveLine("f0"), RemoveLine("never there")});
  ASSERT_OK_AND_ASSIGN(const auto opened, Open());
  EXPECT_THAT(Paths(*opened), ElementsAre("f0"));
  ASSERT_OK_AND_ASSIGN(const auto refreshed, RefreshSnapshot(world_.environment, held));
  EXPECT_THAT(Paths(*refreshed), ElementsAre("f0"));
}

TEST_F(SnapshotTest, AFileThatACheckpointAddsTwiceIsCorruption) {
  CommitFiles(3, 3);
  PutParquet(ClassicCheckpointPath(kRoot, 3), "[" + StateRows() + "," + AddRow("a%20b") + "," + AddRow("a b") + "]");
  EXPECT_THAT(Open(), FailsWith(ErrorKind::kCorruption, HasSubstr("file 'a b' is added though it is there already")));
}

TEST_F(SnapshotTest, RefusesUnknownReaderFeaturesBeforeAnythingElse) {
  CommitFirst();
  Commit(
      1,
      {R"({"protocol":{"minReaderVersion":3,"minWriterVersion":7,"readerFeatures":["future"],"writerFeatures":["future"]}})"});
  files_.Put(ClassicCheckpointPath(kRoot, 0), "no Parquet: not to be looked at");
  EXPECT_THAT(Open(), FailsWith(ErrorKind::kUnsupported, HasSubstr("future")));
  EXPECT_THAT(Open(0), IsOk());
}

TEST_F(SnapshotTest, PartitionColumnsMustBeThere) {
  std::string metadata = kMetadataLine;
  metadata.replace(metadata.find("\"partitionColumns\":[]"), 21, "\"partitionColumns\":[\"b\"]");
  Commit(0, {kProtocolLine, metadata});
  EXPECT_THAT(Open(), FailsWith(ErrorKind::kCorruption, HasSubstr("partition column 'b'")));
}

TEST_F(SnapshotTest, ListsAgainWhenCleanupWasFaster) {
  CommitFirst();
  CommitFiles(1, 6);
  RacingFiles racing(files_, CommitPath(kRoot, 2), [this] {
    PutCheckpoint(5);
    for (std::int64_t version = 0; version < 5; ++version) ASSERT_OK(files_.Remove(CommitPath(kRoot, version)));
  });
  core::Executor alone(1);
  const storage::Environment environment{.files = racing,
                                         .clock = world_.clock,
                                         .random = world_.random,
                                         .executor = alone,
                                         .cancellation = world_.cancellation,
                                         .pool = arrow::default_memory_pool(),
                                         .memory_bytes = 1};
  ASSERT_OK_AND_ASSIGN(const auto snapshot, OpenSnapshot(environment, kRoot));
  EXPECT_EQ(snapshot->log.checkpoint->version, 5);
  EXPECT_EQ(snapshot->files.size(), 7U);
  files_.Put(CommitPath(kRoot, 7), "x");
  RacingFiles gone(files_, CommitPath(kRoot, 7), [this] { ASSERT_OK(files_.Remove(CommitPath(kRoot, 6))); });
  EXPECT_FALSE(OpenSnapshot(TestEnvironment(gone).environment, kRoot).has_value());
}

TEST_F(SnapshotTest, StopsOnRequest) {
  CommitFirst();
  world_.cancellation.Cancel();
  EXPECT_THAT(Open(), FailsWith(ErrorKind::kCancelled, HasSubstr("stopped")));
}

TEST_F(SnapshotTest, UsesCompactionsAndDoesWithoutThem) {
  CommitFirst();
  CommitFiles(1, 5);
  files_.Put(CompactionPath(kRoot, 1, 2), AddLine("f1") + "\n" + AddLine("f2") + "\n");
  files_.Put(CompactionPath(kRoot, 1, 4),
             AddLine("f1") + "\n" + AddLine("f2") + "\n" + AddLine("f3") + "\n" + AddLine("c4"));
  ASSERT_OK_AND_ASSIGN(const auto snapshot, Open());
  EXPECT_THAT(Paths(*snapshot), ElementsAre("c4", "f0", "f1", "f2", "f3", "f5"));
  EXPECT_EQ(snapshot->log.replay.size(), 3U);
  EXPECT_EQ(snapshot->log.commits.size(), 6U);
  files_.Put(CompactionPath(kRoot, 1, 4), "torn");
  ASSERT_OK_AND_ASSIGN(const auto without, Open());
  EXPECT_THAT(Paths(*without), ElementsAre("f0", "f1", "f2", "f3", "f4", "f5"));
  EXPECT_THAT(without->notes, Contains(HasSubstr("compaction ignored")));
}

TEST_F(SnapshotTest, RefreshReadsNewCommitsOnly) {
  CommitFirst();
  CommitFiles(1, 2);
  ASSERT_OK_AND_ASSIGN(const auto held, Open());
  ASSERT_OK_AND_ASSIGN(const auto same, RefreshSnapshot(world_.environment, held));
  EXPECT_EQ(same, held);
  Commit(3, {AddLine("f3"), RemoveLine("f1"), R"({"txn":{"appId":"a","version":4}})"});
  files_.Put(CommitPath(kRoot, 0), "not to be read again");
  ASSERT_OK_AND_ASSIGN(const auto next, RefreshSnapshot(world_.environment, held));
  EXPECT_THAT(Paths(*next), ElementsAre("f0", "f2", "f3"));
  EXPECT_EQ(next->transactions.at("a").version, 4);
  EXPECT_THAT(Paths(*held), ElementsAre("f0", "f1", "f2"));
}

TEST_F(SnapshotTest, RefreshOpensAReplacedTableAnew) {
  CommitFirst();
  CommitFiles(1, 3);
  ASSERT_OK_AND_ASSIGN(const auto held, Open());
  ASSERT_OK(files_.Remove(CommitPath(kRoot, 3)));
  ASSERT_OK(files_.Remove(CommitPath(kRoot, 2)));
  Commit(1, {AddLine("other")});
  ASSERT_OK_AND_ASSIGN(const auto next, RefreshSnapshot(world_.environment, held));
  EXPECT_EQ(next->version, 1);
  EXPECT_THAT(Paths(*next), ElementsAre("f0", "other"));
}

TEST_F(SnapshotTest, AdvancesWithoutReading) {
  CommitFirst();
  ASSERT_OK_AND_ASSIGN(const auto held, Open());
  Commit(1, {AddLine("f1")});
  delta::ActionSet commit;
  commit.adds.push_back({.path = "from-memory", .size_bytes = 3});
  ASSERT_OK_AND_ASSIGN(const auto next, AdvanceSnapshot(world_.environment, held, commit, 1));
  EXPECT_EQ(next->version, 1);
  EXPECT_THAT(Paths(*next), ElementsAre("f0", "from-memory"));
  ASSERT_OK_AND_ASSIGN(const auto same, RefreshSnapshot(world_.environment, next));
  EXPECT_EQ(same, next);
}

TEST_F(SnapshotTest, ALongRunOfRefreshesForgetsCommitsBelowACheckpoint) {
  CommitFirst();
  ASSERT_OK_AND_ASSIGN(auto held, Open());
  for (std::int64_t version = 1; version <= 300; ++version) {
    CommitFiles(version, version);
    if (version % 50 == 0) PutCheckpoint(version);
    ASSERT_OK_AND_ASSIGN(held, RefreshSnapshot(world_.environment, held));
    ASSERT_EQ(held->files.size(), static_cast<std::size_t>(version) + 1);
    ASSERT_LE(held->log.commits.size(), 128U);
    ASSERT_LE(held->files.segment_count(), 10U);
  }
}

TEST_F(SnapshotTest, TransactionsExpireByTheTablesProperty) {
  std::string metadata = kMetadataLine;
  metadata.replace(metadata.find("\"configuration\":{}"), 18,
                   R"("configuration":{"delta.setTransactionRetentionDuration":"interval 1 day"})");
  Commit(0, {kProtocolLine, metadata, R"({"txn":{"appId":"old","version":1,"lastUpdated":1000}})",
             R"({"txn":{"appId":"undated","version":2}})",
             R"({"txn":{"appId":"fresh","version":3,"lastUpdated":1767225599000}})"});
  ASSERT_OK_AND_ASSIGN(const auto snapshot, Open());
  EXPECT_EQ(snapshot->transactions.size(), 2U);
  EXPECT_FALSE(snapshot->transactions.contains("old"));
}

TEST_F(SnapshotTest, InCommitTimestampsMustBeThereOnceTheyAreOn) {
  std::string metadata = kMetadataLine;
  metadata.replace(metadata.find("\"configuration\":{}"), 18,
                   R"("configuration":{"delta.enableInCommitTimestamps":"true"})");
  const std::string protocol =
      R"({"protocol":{"minReaderVersion":1,"minWriterVersion":7,"writerFeatures":["inCommitTimestamp"]}})";
  Commit(0, {R"({"commitInfo":{"inCommitTimestamp":55}})", protocol, metadata});
  ASSERT_OK_AND_ASSIGN(const auto snapshot, Open());
  EXPECT_EQ(snapshot->in_commit_timestamp_ms, 55);
  Commit(1, {AddLine("f1")});
  EXPECT_THAT(Open(), FailsWith(ErrorKind::kCorruption, HasSubstr("no inCommitTimestamp")));
}

TEST_F(SnapshotTest, TheTimeOfACheckpointWithoutItsCommitIsInTheChecksum) {
  const std::string state =
      R"({"protocol":{"minReaderVersion":1,"minWriterVersion":7,"writerFeatures":["inCommitTimestamp"]}},)"
      R"({"metaData":{"id":"t","format":{"provider":"parquet"},"schemaString":"{\"type\":\"struct\",\"fields\":[]}",)"
      R"("partitionColumns":[],"configuration":[["delta.enableInCommitTimestamps","true"]]}})";
  PutParquet(ClassicCheckpointPath(kRoot, 3), "[" + state + "]");
  Commit(4, {R"({"commitInfo":{"inCommitTimestamp":78}})"});
  ASSERT_OK_AND_ASSIGN(const auto unknown, Open(3));
  EXPECT_EQ(unknown->in_commit_timestamp_ms, std::nullopt);
  files_.Put(ChecksumPath(kRoot, 3), "torn");
  ASSERT_OK_AND_ASSIGN(const auto torn, Open(3));
  EXPECT_THAT(torn->notes, Contains(HasSubstr("version checksum ignored")));
  files_.Put(ChecksumPath(kRoot, 3),
             R"({"tableSizeBytes":0,"numFiles":0,"numMetadata":1,"numProtocol":1,"inCommitTimestampOpt":77,)"
             R"("metadata":{"id":"t","format":{"provider":"parquet","options":{}},"schemaString":"{}",)"
             R"("partitionColumns":[],"configuration":{}},"protocol":{"minReaderVersion":1,"minWriterVersion":2}})");
  ASSERT_OK_AND_ASSIGN(const auto known, Open(3));
  EXPECT_EQ(known->in_commit_timestamp_ms, 77);
}

}  // namespace
}  // namespace sluice::delta_log
