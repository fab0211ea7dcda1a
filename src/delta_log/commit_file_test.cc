#include "delta_log/commit_file.h"

#include <gtest/gtest.h>

#include <map>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "delta_log/log_name.h"
#include "storage/fault_file_system.h"
#include "storage/local_file_system.h"
#include "storage/memory_file_system.h"
#include "tests/support/relay_file_system.h"
#include "tests/support/result_matchers.h"
#include "tests/support/scratch_folder.h"

namespace sluice::delta_log {
namespace {

using core::ErrorKind;
using sluice::testing::FailsWith;
using storage::FaultFileSystem;
using storage::FaultPlan;
using storage::MemoryFileSystem;
using ::testing::_;
using ::testing::HasSubstr;

constexpr const char* kRoot = "t";
constexpr const char* kOurs = "{\"commitInfo\":{\"txnId\":\"ours\"}}\n";
constexpr const char* kTheirs = "{\"commitInfo\":{\"txnId\":\"theirs\"}}\n";

void SetScene(MemoryFileSystem& files) { files.Put(CommitPath(kRoot, 0), "{}\n"); }

std::optional<std::string> Read(const MemoryFileSystem& files, const std::string& path) {
  const std::map<std::string, std::string> contents = files.Contents();
  const auto found = contents.find(path);
  return found == contents.end() ? std::nullopt : std::optional(found->second);
}

TEST(CommitFile, PutsAVersionOnceAndLeavesNothingElse) {
  MemoryFileSystem files;
  SetScene(files);
  core::SeededRandom random(1);
  ASSERT_OK_AND_ASSIGN(const CommitOutcome outcome, PutCommit(files, random, kRoot, 1, kOurs));
  ASSERT_TRUE(std::holds_alternative<Committed>(outcome));
  EXPECT_EQ(std::get<Committed>(outcome).version, 1);
  files.Crash();
  EXPECT_EQ(Read(files, CommitPath(kRoot, 1)), kOurs);
  EXPECT_EQ(files.Contents().size(), 2U);
}

TEST(CommitFile, NeverReplacesACommit) {
  MemoryFileSystem files;
  SetScene(files);
  files.Put(CommitPath(kRoot, 1), kTheirs);
  core::SeededRandom random(1);
  ASSERT_OK_AND_ASSIGN(const CommitOutcome outcome, PutCommit(files, random, kRoot, 1, kOurs));
  EXPECT_TRUE(std::holds_alternative<Conflict>(outcome));
  EXPECT_EQ(Read(files, CommitPath(kRoot, 1)), kTheirs);
}

/// Somebody else links the version between our look and our link.
class RacedFileSystem final : public testing::RelayFileSystem<MemoryFileSystem> {
 public:
  using RelayFileSystem::RelayFileSystem;
  core::Status Link(const std::string& from, const std::string& to) override {
    inner_.Put(to, kTheirs);
    return inner_.Link(from, to);
  }
};

TEST(CommitFile, LosesTheRaceWithoutATrace) {
  MemoryFileSystem files;
  SetScene(files);
  RacedFileSystem raced(files);
  core::SeededRandom random(1);
  ASSERT_OK_AND_ASSIGN(const CommitOutcome outcome, PutCommit(raced, random, kRoot, 1, kOurs));
  EXPECT_TRUE(std::holds_alternative<Conflict>(outcome));
  EXPECT_EQ(Read(files, CommitPath(kRoot, 1)), kTheirs);
  EXPECT_EQ(files.Contents().size(), 2U);
}

/// As vfat: no hard links.
class LinklessFileSystem final : public testing::RelayFileSystem<> {
 public:
  using RelayFileSystem::RelayFileSystem;
  core::Status Link(const std::string&, const std::string&) override { return core::Unsupported("no hard links"); }
};

TEST(CommitFile, DoesWithoutHardLinks) {
  MemoryFileSystem files;
  SetScene(files);
  LinklessFileSystem linkless(files);
  core::SeededRandom random(1);
  for (const bool first : {true, false}) {
    ASSERT_OK_AND_ASSIGN(const CommitOutcome outcome, PutCommit(linkless, random, kRoot, 1, first ? kOurs : kTheirs));
    EXPECT_EQ(std::holds_alternative<Committed>(outcome), first);
  }
  files.Crash();
  EXPECT_EQ(Read(files, CommitPath(kRoot, 1)), kOurs);
  EXPECT_EQ(files.Contents().size(), 2U);
}

class CommitFileUnderFaults : public ::testing::TestWithParam<FaultPlan::Mode> {};

TEST_P(CommitFileUnderFaults, TellsTheTruthAtEveryCall) {
  for (const auto loss :
       {MemoryFileSystem::Loss::kBytesAndNames, MemoryFileSystem::Loss::kBytes, MemoryFileSystem::Loss::kNames}) {
    bool fired = true;
    for (std::uint64_t at = 1; fired; ++at) {
      ASSERT_LT(at, 30U);
      MemoryFileSystem files;
      SetScene(files);
      FaultFileSystem faulty(files, {at, GetParam(), EIO});
      core::SeededRandom random(at);
      const core::Result<CommitOutcome> outcome = PutCommit(faulty, random, kRoot, 1, kOurs);
      fired = faulty.fired();
      SCOPED_TRACE("call " + std::to_string(at));
      const std::optional<std::string> before_crash = Read(files, CommitPath(kRoot, 1));
      files.Crash(loss);
      const std::optional<std::string> after_crash = Read(files, CommitPath(kRoot, 1));
      EXPECT_EQ(Read(files, CommitPath(kRoot, 0)), "{}\n");
      EXPECT_EQ(before_crash.value_or(kOurs), kOurs);
      EXPECT_EQ(after_crash.value_or(kOurs), kOurs);
      if (!outcome.has_value()) {
        EXPECT_EQ(before_crash, std::nullopt) << outcome.error().ToString();
        continue;
      }
      EXPECT_FALSE(std::holds_alternative<Conflict>(*outcome));
      if (std::holds_alternative<Committed>(*outcome)) {
        EXPECT_EQ(after_crash, kOurs);
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Modes, CommitFileUnderFaults,
                         ::testing::Values(FaultPlan::Mode::kOnce, FaultPlan::Mode::kSticky, FaultPlan::Mode::kDie,
                                           FaultPlan::Mode::kLostReply));

TEST(CommitFile, CommitsThoughTheReplyToTheLinkIsLost) {
  MemoryFileSystem files;
  SetScene(files);
  FaultFileSystem faulty(files, {5, FaultPlan::Mode::kLostReply, EIO});  // create, append, sync, close, link
  core::SeededRandom random(1);
  ASSERT_OK_AND_ASSIGN(const CommitOutcome outcome, PutCommit(faulty, random, kRoot, 1, kOurs));
  ASSERT_TRUE(faulty.fired());
  EXPECT_TRUE(std::holds_alternative<Committed>(outcome));
}

TEST(CommitFile, SaysUnknownWhenTheFolderCannotBeSynced) {
  MemoryFileSystem files;
  SetScene(files);
  FaultFileSystem faulty(files, {7, FaultPlan::Mode::kSticky, EIO});
  core::SeededRandom random(1);
  ASSERT_OK_AND_ASSIGN(const CommitOutcome outcome, PutCommit(faulty, random, kRoot, 1, kOurs));
  ASSERT_TRUE(std::holds_alternative<Unknown>(outcome));
  EXPECT_THAT(std::get<Unknown>(outcome).what, HasSubstr("may not outlive a power cut"));
}

TEST(CommitFile, NeedsTheLogFolder) {
  MemoryFileSystem files;
  core::SeededRandom random(1);
  EXPECT_THAT(PutCommit(files, random, kRoot, 0, kOurs), FailsWith(ErrorKind::kNotFound, _));
}

TEST(CommitFile, GivesEachVersionToOneOfManyThreads) {
  testing::ScratchFolder folder;
  storage::LocalFileSystem files;
  ASSERT_OK(files.CreateDirectories(LogFolder(folder.path())));
  constexpr int kThreads = 8;
  constexpr std::int64_t kVersions = 20;
  std::vector<std::vector<std::int64_t>> won(kThreads);
  {
    std::vector<std::jthread> threads;
    for (int thread = 0; thread < kThreads; ++thread) {
      threads.emplace_back([&, thread] {
        storage::LocalFileSystem own;
        core::SystemRandom random;
        for (std::int64_t version = 0; version < kVersions; ++version) {
          const auto outcome = PutCommit(own, random, folder.path(), version, "by " + std::to_string(thread));
          if (outcome.has_value() && std::holds_alternative<Committed>(*outcome)) {
            won[static_cast<std::size_t>(thread)].push_back(version);
          }
        }
      });
    }
  }
  std::map<std::int64_t, int> winners;
  for (int thread = 0; thread < kThreads; ++thread) {
    for (const std::int64_t version : won[static_cast<std::size_t>(thread)]) {
      EXPECT_TRUE(winners.emplace(version, thread).second) << version;
      EXPECT_EQ(*files.ReadAll(CommitPath(folder.path(), version), 100), "by " + std::to_string(thread));
    }
  }
  EXPECT_EQ(winners.size(), static_cast<std::size_t>(kVersions));
  ASSERT_OK_AND_ASSIGN(const std::vector<storage::FileInfo> listed, files.List(LogFolder(folder.path())));
  EXPECT_EQ(listed.size(), static_cast<std::size_t>(kVersions));
}

TEST(PutUnlessThere, KeepsWhatIsThere) {
  MemoryFileSystem files;
  SetScene(files);
  core::SeededRandom random(1);
  const std::string path = ChecksumPath(kRoot, 1);
  ASSERT_OK_AND_ASSIGN(const bool first, PutUnlessThere(files, random, path, "1"));
  ASSERT_OK_AND_ASSIGN(const bool second, PutUnlessThere(files, random, path, "2"));
  EXPECT_TRUE(first);
  EXPECT_FALSE(second);
  EXPECT_EQ(Read(files, path), "1");
  EXPECT_EQ(files.Contents().size(), 2U);
}

}  // namespace
}  // namespace sluice::delta_log
