#include "delta_log/time_travel.h"

#include <filesystem>

#include "delta_log/history.h"
#include "delta_log/table_location.h"
#include "delta_log/test_log.h"
#include "storage/local_file_system.h"
#include "tests/support/result_matchers.h"
#include "tests/support/scratch_folder.h"

namespace sluice::delta_log {
namespace {

using ::testing::AllOf;
using testing::FailsWith;
using ::testing::HasSubstr;
using testing::IsOk;
using ErrorKind = core::ErrorKind;

constexpr std::int64_t kSecond = 1'000'000;

/// A table on disk, whose commits have the times that a test wants.
class TimeTravelTest : public ::testing::Test {
 protected:
  void Commit(std::int64_t version, std::int64_t seconds, const std::string& lines) {
    const std::string path = CommitPath(root_, version);
    ASSERT_OK(files_.CreateDirectories(LogFolder(root_)));
    ASSERT_OK_AND_ASSIGN(const auto file, files_.Create(path));
    ASSERT_OK(file->Append(lines));
    ASSERT_OK(file->Close());
    const auto time =
        std::filesystem::file_time_type::clock::from_sys(std::chrono::sys_seconds(std::chrono::seconds(seconds)));
    std::filesystem::last_write_time(path, time);
  }
  std::string First() { return std::string(kProtocolLine) + "\n" + kMetadataLine + "\n"; }
  core::Result<std::int64_t> At(std::int64_t micros) { return ResolveTimestamp(world_.environment, root_, micros); }

  testing::ScratchFolder folder_;
  std::string root_ = folder_ / "t";
  storage::LocalFileSystem files_;
  TestEnvironment world_{files_};
};

TEST_F(TimeTravelTest, FindsTheLastVersionThatIsNotLater) {
  Commit(0, 1000, First());
  Commit(1, 2000, AddLine("a"));
  Commit(2, 3000, AddLine("b"));
  EXPECT_EQ(At(1000 * kSecond).value(), 0);
  EXPECT_EQ(At(2000 * kSecond - 1).value(), 0);
  EXPECT_EQ(At(2000 * kSecond).value(), 1);
  EXPECT_EQ(At(3000 * kSecond).value(), 2);
  EXPECT_THAT(
      At(1000 * kSecond - 1),
      FailsWith(ErrorKind::kNotFound,
                HasSubstr("1970-01-01T00:16:39.999999Z is before the oldest version that is there: version 0 of "
                          "1970-01-01T00:16:40.000000Z")));
  EXPECT_THAT(At(3001 * kSecond),
              FailsWith(ErrorKind::kNotFound, HasSubstr("after the newest version that is there: version 2")));
}

TEST_F(TimeTravelTest, FileTimesAreMadeToAscend) {
  Commit(0, 1000, First());
  Commit(1, 500, AddLine("a"));  // a clock that is behind
  Commit(2, 900, AddLine("b"));
  EXPECT_EQ(At(1000 * kSecond).value(), 0);
  EXPECT_EQ(At(1000 * kSecond + 1000).value(), 1);
  EXPECT_EQ(At(1000 * kSecond + 2000).value(), 2);
  EXPECT_THAT(At(900 * kSecond), FailsWith(ErrorKind::kNotFound, HasSubstr("before the oldest")));
}

TEST_F(TimeTravelTest, CarriedTimesCountFromTheVersionThatTurnsThemOn) {
  const std::string protocol =
      R"({"protocol":{"minReaderVersion":1,"minWriterVersion":7,"writerFeatures":["inCommitTimestamp"]}})";
  std::string metadata = kMetadataLine;
  metadata.replace(
      metadata.find("\"configuration\":{}"), 18,
      R"("configuration":{"delta.enableInCommitTimestamps":"true",)"
      R"("delta.inCommitTimestampEnablementVersion":"2","delta.inCommitTimestampEnablementTimestamp":"5000000"})");
  Commit(0, 1000, First());
  Commit(1, 2000, AddLine("a"));
  Commit(2, 9999,
         R"({"commitInfo":{"inCommitTimestamp":5000000}})"
         "\n" +
             protocol + "\n" + metadata);
  Commit(3, 1,
         R"({"commitInfo":{"inCommitTimestamp":6000000}})"
         "\n" +
             AddLine("b"));
  Commit(4, 1,
         R"({"commitInfo":{"inCommitTimestamp":7000000,"operation":"WRITE"}})"
         "\n" +
             AddLine("c"));
  EXPECT_EQ(At(1500 * kSecond).value(), 0);
  EXPECT_EQ(At(4999 * kSecond).value(), 1);
  EXPECT_EQ(At(5000 * kSecond).value(), 2);
  EXPECT_EQ(At(6999 * kSecond).value(), 3);
  EXPECT_EQ(At(7000 * kSecond).value(), 4);
  EXPECT_THAT(At(7000 * kSecond + 1),
              FailsWith(ErrorKind::kNotFound, HasSubstr("version 4 of 1970-01-01T01:56:40.000000Z")));
  EXPECT_THAT(At(1), FailsWith(ErrorKind::kNotFound, HasSubstr("version 0 of")));
  ASSERT_OK_AND_ASSIGN(const auto history, ReadHistory(world_.environment, root_, 4));
  ASSERT_EQ(history.size(), 4U);
  EXPECT_EQ(history[0].version, 4);
  EXPECT_EQ(history[0].timestamp_ms, 7'000'000);
  EXPECT_EQ(history[0].info->operation, "WRITE");
  EXPECT_EQ(history[3].version, 1);
  EXPECT_EQ(history[3].timestamp_ms, 2'000'000);
  EXPECT_FALSE(history[3].info.has_value());
}

TEST_F(TimeTravelTest, HistoryFindsCommitInfoWhereverItStands) {
  Commit(0, 1000, First() + R"({"commitInfo":{"operation":"CREATE TABLE","timestamp":12}})");
  ASSERT_OK_AND_ASSIGN(const auto history, ReadHistory(world_.environment, root_, 100));
  ASSERT_EQ(history.size(), 1U);
  EXPECT_EQ(history[0].info->operation, "CREATE TABLE");
  EXPECT_EQ(history[0].info->timestamp_ms, 12);
  EXPECT_EQ(history[0].timestamp_ms, 1'000'000);
}

TEST_F(TimeTravelTest, LocationsNameVersionsAndTimes) {
  const auto parse = [this](const std::string& text) { return ParseTableLocation(files_, text); };
  EXPECT_EQ(parse("a/b/").value(), (TableLocation{.root = "a/b"}));
  EXPECT_EQ(parse("delta:a@v3").value(), (TableLocation{.root = "a", .version = 3}));
  EXPECT_EQ(parse("a@2026-01-01T00:00:00Z").value(),
            (TableLocation{.root = "a", .timestamp_us = 1767225600 * kSecond}));
  EXPECT_EQ(parse("a@2026-01-01 00:00:00.5").value(),
            (TableLocation{.root = "a", .timestamp_us = 1767225600 * kSecond + kSecond / 2}));
  EXPECT_EQ(parse("a@2026-01-01").value(), (TableLocation{.root = "a", .timestamp_us = 1767225600 * kSecond}));
  EXPECT_EQ(parse("file:///a%20b/@v0").value(), (TableLocation{.root = "/a b", .version = 0}));
  EXPECT_EQ(parse("file:/a").value(), (TableLocation{.root = "/a"}));
  EXPECT_EQ(parse("x@y/t").value(), (TableLocation{.root = "x@y/t"}));
  for (const char* bad : {"a@", "a@v", "a@vx", "a@yesterday", "a@v99999999999999999999", "a@2026-13-01"}) {
    EXPECT_THAT(parse(bad), FailsWith(ErrorKind::kInvalidInput, HasSubstr("no version and no time"))) << bad;
  }
  EXPECT_THAT(parse(""), FailsWith(ErrorKind::kInvalidInput, HasSubstr("empty")));
  EXPECT_THAT(parse("s3://bucket/t"), FailsWith(ErrorKind::kUnsupported, HasSubstr("s3:")));
  const std::string literal = folder_ / "odd@v3";
  ASSERT_OK(files_.CreateDirectories(literal));
  EXPECT_EQ(parse(literal).value(), (TableLocation{.root = literal}));
  EXPECT_EQ(parse(literal + "@v1").value(), (TableLocation{.root = literal, .version = 1}));
}

}  // namespace
}  // namespace sluice::delta_log
