#include "table/vacuum.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/stat.h>

#include <filesystem>
#include <functional>

#include "delta/path.h"
#include "delta_log/checkpoint_writer.h"
#include "delta_log/log_fixture.h"
#include "delta_log/log_name.h"
#include "storage/local_file_system.h"
#include "storage/memory_file_system.h"
#include "storage/path.h"
#include "tests/support/relay_file_system.h"
#include "tests/support/result_matchers.h"

namespace sluice::table {
namespace {

using delta_log::FileRef;
using delta_log::Snapshot;
using sluice::testing::FailsWith;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::UnorderedElementsAre;
using SnapshotPointer = std::shared_ptr<const Snapshot>;

constexpr std::chrono::hours kDay(24);

/// Another file system that calls `before_list`, and fails to list one folder.
class WatchedFileSystem final : public testing::RelayFileSystem<> {
 public:
  using RelayFileSystem::RelayFileSystem;
  std::function<void(const std::string&)> after_list = {};
  std::string unlistable = {};
  std::vector<std::string> removed = {};

  core::Result<std::vector<storage::FileInfo>> List(const std::string& directory) override {
    if (directory == unlistable) return core::IoError("cannot list " + directory);
    auto listed = inner_.List(directory);
    if (after_list) after_list(directory);
    return listed;
  }
  core::Status Remove(const std::string& path) override {
    removed.push_back(path);
    return inner_.Remove(path);
  }
};

/// A table whose files hold no rows: vacuum does not look into them. Times of files in memory are all long ago.
class VacuumTest : public ::testing::Test {
 protected:
  static constexpr const char* kRoot = "t";

  void SetUp() override {
    ASSERT_OK_AND_ASSIGN(auto created, delta_log::CreateTable(world_, kRoot));
    newest_ = created.snapshot;
  }

  delta::AddFile FileAt(const std::string& path) {
    delta::AddFile add = delta_log::TestFile("x");
    add.path = delta::EncodePath(path);
    add.size_bytes = 5;
    return add;
  }
  void Put(const std::string& path) { files_.Put(std::string(kRoot) + "/" + path, "bytes"); }
  void Append(const std::vector<std::string>& paths) {
    std::vector<delta::AddFile> adds;
    for (const std::string& path : paths) {
      Put(path);
      adds.push_back(FileAt(path));
    }
    ASSERT_OK_AND_ASSIGN(auto result, delta_log::Append(world_, newest_, adds));
    newest_ = result.snapshot;
  }
  /// In one commit.
  void Remove(const std::vector<std::string>& paths) {
    ASSERT_OK_AND_ASSIGN(auto transaction,
                         delta_log::Transaction::Begin(world_.environment, newest_,
                                                       {.name = "DELETE", .kind = delta::Operation::kReplaceFiles}));
    for (const std::string& path : paths) transaction.Remove(*newest_->files.Find(path));
    ASSERT_OK_AND_ASSIGN(auto result, transaction.Commit());
    newest_ = result.snapshot;
  }
  core::Result<VacuumReport> Run(VacuumRequest request = {}) { return Vacuum(world_.environment, newest_, request); }
  /// What is below the root, without the log.
  std::vector<std::string> Files() const {
    std::vector<std::string> paths;
    for (const auto& [path, bytes] : files_.Contents()) {
      if (path.find("_delta_log") == std::string::npos) paths.push_back(path.substr(2));
    }
    return paths;
  }
  static std::vector<std::string> Paths(const VacuumReport& report) {
    std::vector<std::string> paths;
    for (const VacuumedFile& file : report.files) paths.push_back(file.path);
    return paths;
  }

  storage::MemoryFileSystem files_;
  WatchedFileSystem watched_{files_};
  delta_log::TestEnvironment world_{watched_};
  SnapshotPointer newest_;
};

TEST_F(VacuumTest, DeletesWhatWasRemovedBeforeTheRetention) {
  Append({"p=a/live", "p=a/old", "p=b/young"});
  Remove({"p=a/old"});
  world_.clock.Advance(8 * kDay);
  Remove({"p=b/young"});
  ASSERT_OK_AND_ASSIGN(const auto planned, Run({.dry_run = true}));
  EXPECT_THAT(Paths(planned), ElementsAre("p=a/old"));
  EXPECT_EQ(planned.files[0].reason, "removed 2026-01-01T00:00:00Z");
  EXPECT_EQ(planned.bytes, 5);
  EXPECT_THAT(Files(), ElementsAre("p=a/live", "p=a/old", "p=b/young"));
  ASSERT_OK_AND_ASSIGN(const auto report, Run());
  EXPECT_THAT(Paths(report), ElementsAre("p=a/old"));
  EXPECT_THAT(Files(), ElementsAre("p=a/live", "p=b/young"));
  ASSERT_OK_AND_ASSIGN(const auto again, Run());
  EXPECT_THAT(again.files, IsEmpty());
}

TEST_F(VacuumTest, KeepsLiveFilesWhateverTheirNames) {
  const std::vector<std::string> names = {"a b",   "a%b", "100%25", "a+b", "a%2520b", "\xC3\xBC", "a#b",
                                          "a%20b", "a:b", "a%3Ab",  "%",   "%zz",     "a?b"};
  std::vector<std::string> live;
  for (const std::string& name : names) live.push_back("p=" + name + "/file " + name + ".parquet");
  Append(live);
  for (const std::string& path : live) Put(path + ".stray");
  ASSERT_OK_AND_ASSIGN(const auto report, Run());
  EXPECT_EQ(report.files.size(), live.size());
  std::ranges::sort(live);
  EXPECT_EQ(Files(), live);
}

TEST_F(VacuumTest, FindsAFileHoweverTheLogSpellsItsPath) {
  delta::AddFile encoded = FileAt("p=a/x");
  encoded.path = "./p=a//%78%20y";  // what other writers may do
  Put("p=a/x y");
  delta::AddFile absolute = FileAt("p=a/z");
  absolute.path = "file:/elsewhere/z";
  files_.Put("/elsewhere/z", "bytes");
  files_.Put(
      "t/_delta_log/00000000000000000001.json",
      R"({"add":{"path":"./p=a//%78%20y","partitionValues":{"p":"a"},"size":5,"modificationTime":1,"dataChange":true}})"
      "\n"
      R"({"add":{"path":"file:/elsewhere/z","partitionValues":{"p":"a"},"size":5,"modificationTime":1,"dataChange":true}})"
      "\n");
  ASSERT_OK_AND_ASSIGN(newest_, delta_log::OpenSnapshot(world_.environment, kRoot));
  ASSERT_OK_AND_ASSIGN(const auto report, Run({.retain = std::chrono::milliseconds(0), .unsafe_retention = true}));
  EXPECT_THAT(Paths(report), IsEmpty());
}

TEST_F(VacuumTest, LeavesHiddenNamesAlone) {
  Append({"p=a/live"});
  for (const char* path : {"_delta_log/_sidecars/x.parquet", "_other/x", ".hidden/x", ".file", "_file", "p=a/_x/y",
                           "p=a/.crc", "_change_data/cdc", "stray", "inner/_delta_log/00.json", "inner/data"}) {
    Put(path);
  }
  ASSERT_OK_AND_ASSIGN(const auto report, Run());
  EXPECT_THAT(Paths(report), ElementsAre("_change_data/cdc", "stray"));
  EXPECT_THAT(report.notes, ElementsAre(HasSubstr("'inner' is a table of its own")));
  ASSERT_OK(files_.Stat("t/_delta_log/_sidecars/x.parquet"));
  EXPECT_EQ(report.files[0].reason, "no version names it");
}

TEST_F(VacuumTest, RefusesARetentionBelowTheTables) {
  EXPECT_THAT(Run({.retain = kDay}), FailsWith(core::ErrorKind::kInvalidInput, HasSubstr("below the table's own")));
  EXPECT_THAT(Run({.retain = -kDay, .unsafe_retention = true}),
              FailsWith(core::ErrorKind::kInvalidInput, HasSubstr("negative")));
  Append({"x"});
  Remove({"x"});
  ASSERT_OK_AND_ASSIGN(const auto kept, Run({.retain = kDay, .unsafe_retention = true}));
  EXPECT_THAT(kept.files, IsEmpty());
  ASSERT_OK_AND_ASSIGN(const auto report, Run({.retain = std::chrono::milliseconds(0), .unsafe_retention = true}));
  EXPECT_THAT(Paths(report), ElementsAre("x"));
}

TEST_F(VacuumTest, DeletesNothingWhenAFolderCannotBeListed) {
  Append({"p=a/live", "p=b/live"});
  Put("p=a/stray");
  watched_.unlistable = "t/p=b";
  EXPECT_THAT(Run(), FailsWith(core::ErrorKind::kIo, HasSubstr("t/p=b")));
  EXPECT_THAT(watched_.removed, Not(::testing::Contains("t/p=a/stray")));
}

TEST_F(VacuumTest, KeepsAFileThatCameBackAfterTheListing) {
  Append({"p=a/x", "p=a/y"});
  Remove({"p=a/x", "p=a/y"});
  world_.clock.Advance(8 * kDay);
  const SnapshotPointer held = newest_;
  watched_.after_list = [&](const std::string& folder) {
    if (folder != "t/p=a") return;
    watched_.after_list = {};
    Append({"p=a/x"});
  };
  ASSERT_OK_AND_ASSIGN(const auto report, Vacuum(world_.environment, held, {}));
  EXPECT_THAT(Paths(report), ElementsAre("p=a/y"));
  EXPECT_THAT(Files(), ElementsAre("p=a/x"));
}

TEST_F(VacuumTest, RemovesFoldersThatBecameEmpty) {
  Append({"p=a/x", "p=b/y"});
  Remove({"p=a/x"});
  world_.clock.Advance(8 * kDay);
  ASSERT_OK_AND_ASSIGN(const auto report, Run());
  EXPECT_EQ(report.folders, 1);
  EXPECT_THAT(files_.Stat("t/p=a"), FailsWith(core::ErrorKind::kNotFound, HasSubstr("p=a")));
  ASSERT_OK(files_.Stat("t/p=b"));
}

TEST_F(VacuumTest, LiteDeletesWhatCommitsRemoved) {
  Append({"p=a/x", "p=a/y", "p=a/live"});
  Remove({"p=a/x"});
  Put("p=a/stray");
  world_.clock.Advance(8 * kDay);
  ASSERT_OK_AND_ASSIGN(const auto report, Run({.lite = true}));
  EXPECT_THAT(Paths(report), ElementsAre("p=a/x"));
  EXPECT_EQ(report.files[0].reason, "removed in version 2");
  EXPECT_THAT(Files(), ElementsAre("p=a/live", "p=a/stray", "p=a/y"));
  EXPECT_EQ(files_.Contents().at("t/_delta_log/_last_vacuum_info"),
            R"({"latestCommitVersionOutsideOfRetentionWindow":2})");
  // Older commits are not needed any more.
  ASSERT_OK(delta_log::WriteCheckpoint(world_.environment, *newest_, {}));
  ASSERT_OK(files_.Remove(delta_log::CommitPath(kRoot, 0)));
  ASSERT_OK(files_.Remove(delta_log::CommitPath(kRoot, 1)));
  Remove({"p=a/y"});
  world_.clock.Advance(8 * kDay);
  ASSERT_OK_AND_ASSIGN(const auto second, Run({.lite = true, .dry_run = true}));
  EXPECT_THAT(Paths(second), ElementsAre("p=a/y"));
}

TEST_F(VacuumTest, LiteRefusesALogWithAGap) {
  Append({"x"});
  ASSERT_OK(delta_log::WriteCheckpoint(world_.environment, *newest_, {}));
  ASSERT_OK(files_.Remove(delta_log::CommitPath(kRoot, 0)));
  EXPECT_THAT(Run({.lite = true}), FailsWith(core::ErrorKind::kUnsupported, HasSubstr("0 to 1")));
}

TEST_F(VacuumTest, LiteNeverFollowsTheLogOutOfTheTable) {
  files_.Put("/outside", "bytes");
  files_.Put("outside", "bytes");
  files_.Put("t/_delta_log/00000000000000000001.json",
             R"({"remove":{"path":"/outside","dataChange":true}})"
             "\n"
             R"({"remove":{"path":"../outside","dataChange":true}})"
             "\n"
             R"({"remove":{"path":"_delta_log/00000000000000000000.json","dataChange":true}})"
             "\n");
  ASSERT_OK_AND_ASSIGN(newest_, delta_log::OpenSnapshot(world_.environment, kRoot));
  ASSERT_OK_AND_ASSIGN(const auto report, Run({.lite = true}));
  EXPECT_THAT(report.files, IsEmpty());
  EXPECT_THAT(watched_.removed, Not(::testing::Contains(HasSubstr("outside"))));
}

TEST_F(VacuumTest, RefusesATableThatItMayNotWrite) {
  auto changed = std::make_shared<Snapshot>(*newest_);
  changed->protocol = delta_log::FeatureProtocol({"catalogManaged"}, {"catalogManaged", "inCommitTimestamp"});
  newest_ = changed;
  EXPECT_THAT(Run({.dry_run = true}), FailsWith(core::ErrorKind::kUnsupported, HasSubstr("catalogManaged")));
}

/// The same on a disk, where files have times of their own.
class VacuumOnDisk : public VacuumTest {
 protected:
  void SetUp() override {
    std::string scratch = (std::filesystem::temp_directory_path() / "sluice-vacuum-XXXXXX").string();
    ASSERT_NE(::mkdtemp(scratch.data()), nullptr);
    scratch_ = scratch;
    root_ = scratch + "/t";
    ASSERT_OK_AND_ASSIGN(auto created, delta_log::CreateTable(disk_world_, root_));
    table_ = created.snapshot;
  }
  void TearDown() override { std::filesystem::remove_all(scratch_); }

  /// A file, or a folder when the name ends with '/', last changed `age` before the clock's time.
  void Put(const std::string& path, std::chrono::seconds age) {
    const std::string full = root_ + "/" + path;
    std::filesystem::create_directories(std::filesystem::path(full).parent_path());
    if (!path.ends_with('/')) {
      ASSERT_OK_AND_ASSIGN(const auto file, disk_.Create(full));
      ASSERT_OK(file->Append("bytes"));
    }
    const auto time =
        std::chrono::duration_cast<std::chrono::seconds>(disk_world_.clock.Now().time_since_epoch()) - age;
    const timespec times[2] = {{time.count(), 0}, {time.count(), 0}};
    ASSERT_EQ(::utimensat(AT_FDCWD, full.c_str(), times, 0), 0);
  }
  core::Result<VacuumReport> RunOnDisk(VacuumRequest request = {}) {
    return Vacuum(disk_world_.environment, table_, request);
  }

  storage::LocalFileSystem disk_;
  delta_log::TestEnvironment disk_world_{disk_};
  std::string scratch_;
  std::string root_;
  SnapshotPointer table_;
};

TEST_F(VacuumOnDisk, FilesThatNoVersionNamesStayUntilTheyAreOldEnough) {
  Put("p=a/young", 7 * kDay + std::chrono::minutes(4));
  Put("p=a/old", 7 * kDay + std::chrono::minutes(6));
  Put("p=b/", 8 * kDay);
  Put("p=c/", std::chrono::seconds(1));
  ASSERT_OK_AND_ASSIGN(const auto report, RunOnDisk());
  EXPECT_THAT(Paths(report), ElementsAre("p=a/old"));
  EXPECT_EQ(report.folders, 1);
  EXPECT_FALSE(std::filesystem::exists(root_ + "/p=b"));
  EXPECT_TRUE(std::filesystem::exists(root_ + "/p=c"));
}

TEST_F(VacuumOnDisk, TemporaryFilesOfDeadWritersGoAfterADay) {
  Put(".x.sluice.1.0-0-0.tmp", 2 * kDay);
  Put(".y.sluice.1.0-0-0.tmp", std::chrono::hours(23));
  Put(".z.sluice.1.detached.tmp", 2 * kDay);
  Put(".z.tmp", 9 * kDay);
  ASSERT_OK_AND_ASSIGN(const auto report, RunOnDisk());
  EXPECT_THAT(Paths(report), ElementsAre(".x.sluice.1.0-0-0.tmp"));
}

TEST_F(VacuumOnDisk, SymbolicLinksLeadNowhere) {
  const std::string outside = scratch_ + "/outside";
  std::filesystem::create_directories(outside);
  Put("../outside/file", 9 * kDay);
  std::filesystem::create_directory_symlink(outside, root_ + "/link");
  ASSERT_OK_AND_ASSIGN(const auto report, RunOnDisk({.retain = std::chrono::hours(24 * 7)}));
  EXPECT_THAT(report.files, IsEmpty());
  EXPECT_THAT(report.notes, ElementsAre(HasSubstr("'link' is a symbolic link")));
  EXPECT_TRUE(std::filesystem::exists(outside + "/file"));
  EXPECT_TRUE(std::filesystem::exists(root_ + "/link"));
  std::filesystem::create_directory_symlink(root_ + "/_delta_log", root_ + "/log");
  EXPECT_THAT(RunOnDisk(), FailsWith(core::ErrorKind::kUnsupported, HasSubstr("are one folder")));
}

TEST_F(VacuumOnDisk, FollowsTheNameOfTheRootOnlyOnce) {
  std::filesystem::create_directory_symlink(root_, scratch_ + "/alias");
  Put("live", 9 * kDay);
  delta::AddFile add = FileAt("live");
  add.path = root_ + "/live";  // absolute, and not below the alias as a text
  ASSERT_OK_AND_ASSIGN(auto result, delta_log::Append(disk_world_, table_, {add}));
  ASSERT_OK_AND_ASSIGN(table_, delta_log::OpenSnapshot(disk_world_.environment, scratch_ + "/alias"));
  ASSERT_OK_AND_ASSIGN(const auto report, RunOnDisk());
  EXPECT_THAT(report.files, IsEmpty());
  EXPECT_TRUE(std::filesystem::exists(root_ + "/live"));
}

}  // namespace
}  // namespace sluice::table
