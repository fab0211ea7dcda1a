#include "storage/recovery.h"

#include <sys/wait.h>
#include <unistd.h>

#include "storage/memory_file_system.h"
#include "storage/path.h"
#include "storage/publish.h"
#include "storage/publish_journal.h"
#include "storage/temporary_name.h"
#include "tests/support/result_matchers.h"

namespace sluice::storage {
namespace {

using core::ErrorKind;
using ::sluice::testing::FailsWith;
using ::testing::_;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;

RecoverOptions Options(OwnerState state, std::int64_t now_hours = 0) {
  RecoverOptions options;
  options.now = core::Timestamp(std::chrono::hours(now_hours));
  options.owner_state = [state](std::string_view) { return state; };
  return options;
}

TEST(Recover, RemovesFilesOfTheDeadOnly) {
  const std::string temp = TemporaryPath("out/a.parquet", "u1", "owner-1-1");
  for (const OwnerState state : {OwnerState::kAlive, OwnerState::kForeign, OwnerState::kDetached, OwnerState::kDead}) {
    MemoryFileSystem files;
    files.Put(temp, "x");
    files.Put("out/.other.tmp", "not ours");
    files.Put("out/a.parquet", "published");
    ASSERT_OK_AND_ASSIGN(const Recovered recovered, Recover(files, {"state", "out", "absent"}, Options(state)));
    EXPECT_EQ(recovered.temporaries_removed, state == OwnerState::kDead ? 1U : 0U);
    EXPECT_EQ(files.Contents().size(), state == OwnerState::kDead ? 2U : 3U);
  }
}

TEST(Recover, WaitsLongForOwnersItDoesNotKnow) {
  const auto removed_after = [](OwnerState state, std::int64_t hours) {
    MemoryFileSystem files;
    files.Put(TemporaryPath("a", "u1", "owner-1-1"), "x");
    return Recover(files, {"."}, Options(state, hours))->temporaries_removed == 1;
  };
  EXPECT_FALSE(removed_after(OwnerState::kForeign, 23));
  EXPECT_TRUE(removed_after(OwnerState::kForeign, 25));
  EXPECT_FALSE(removed_after(OwnerState::kDetached, 7 * 24 - 1));
  EXPECT_TRUE(removed_after(OwnerState::kDetached, 7 * 24 + 1));
  EXPECT_FALSE(removed_after(OwnerState::kAlive, 10'000));
}

PublishRequest TwoFiles(FileSystem& files, PublishMode mode) {
  PublishRequest request{"run1", "owner-1-1", "out", mode, {}};
  for (const std::string path : {"out/\xff b", "elsewhere/c"}) {
    auto file = PublishedFile::Create(files, path, "u1", "detached");
    EXPECT_OK((*file)->Append(path));
    request.files.push_back(*(*file)->Finish());
  }
  return request;
}

TEST(Recover, CompletesADecidedCommit) {
  MemoryFileSystem files;
  const PublishRequest request = TwoFiles(files, PublishMode::kCreate);
  ASSERT_OK(WriteJournal(files, request));
  ASSERT_OK_AND_ASSIGN(const Recovered alive, Recover(files, {"out"}, Options(OwnerState::kAlive)));
  EXPECT_THAT(alive.commits_completed, IsEmpty());
  ASSERT_OK_AND_ASSIGN(const Recovered recovered, Recover(files, {"out"}, Options(OwnerState::kDead)));
  EXPECT_THAT(recovered.commits_completed, ElementsAre("run1"));
  EXPECT_THAT(files.Contents(), ElementsAre(Pair("elsewhere/c", "elsewhere/c"), Pair("out/\xff b", "out/\xff b")));
}

TEST(Recover, CompletesACommitBeforeItRemovesFilesInAFolderThatComesFirst) {
  MemoryFileSystem files;
  PublishRequest request = TwoFiles(files, PublishMode::kReplace);
  request.directory = "out";
  ASSERT_OK(WriteJournal(files, request));
  ASSERT_OK_AND_ASSIGN(const Recovered recovered, Recover(files, {"elsewhere", "out"}, Options(OwnerState::kDead)));
  EXPECT_THAT(recovered.commits_completed, ElementsAre("run1"));
  EXPECT_THAT(recovered.targets_lost, IsEmpty());
  EXPECT_THAT(files.Contents(), ElementsAre(Pair("elsewhere/c", "elsewhere/c"), Pair("out/\xff b", "out/\xff b")));
}

TEST(Recover, CompletesACommitThatIsDecidedWhileItLooks) {
  MemoryFileSystem files;
  const PublishRequest request = TwoFiles(files, PublishMode::kReplace);
  RecoverOptions options = Options(OwnerState::kDead);
  bool decided = false;
  options.owner_state = [&](std::string_view) {  // its last deed before it died
    if (!std::exchange(decided, true)) {
      EXPECT_OK(WriteJournal(files, request));
    }
    return OwnerState::kDead;
  };
  ASSERT_OK_AND_ASSIGN(const Recovered recovered, Recover(files, {"out"}, options));
  EXPECT_THAT(recovered.commits_completed, ElementsAre("run1"));
  EXPECT_THAT(recovered.targets_lost, IsEmpty());
  EXPECT_THAT(files.Contents(), ElementsAre(Pair("elsewhere/c", "elsewhere/c"), Pair("out/\xff b", "out/\xff b")));
}

TEST(Recover, UndoesACommitThatMetAForeignFile) {
  MemoryFileSystem files;
  const PublishRequest request = TwoFiles(files, PublishMode::kCreate);
  ASSERT_OK(WriteJournal(files, request));
  ASSERT_OK(files.Link(request.files[0].temp_path, request.files[0].final_path));
  files.Put("elsewhere/c", "foreign");
  ASSERT_OK_AND_ASSIGN(const Recovered recovered, Recover(files, {"out", "elsewhere"}, Options(OwnerState::kDead)));
  EXPECT_THAT(recovered.commits_undone, ElementsAre("run1"));
  EXPECT_THAT(files.Contents(), ElementsAre(Pair("elsewhere/c", "foreign")));
}

TEST(Recover, ReportsWhatIsLostAndGoesOn) {
  MemoryFileSystem files;
  const PublishRequest request = TwoFiles(files, PublishMode::kReplace);
  ASSERT_OK(WriteJournal(files, request));
  ASSERT_OK(files.Remove(request.files[1].temp_path));
  ASSERT_OK_AND_ASSIGN(const Recovered recovered, Recover(files, {"out"}, Options(OwnerState::kDead)));
  EXPECT_THAT(recovered.targets_lost, ElementsAre("elsewhere/c"));
  EXPECT_THAT(files.Contents(), ElementsAre(Pair("out/\xff b", "out/\xff b")));
}

TEST(Recover, JournalSurvivesAMoveOfItsTree) {
  MemoryFileSystem files;
  PublishRequest request = TwoFiles(files, PublishMode::kReplace);
  request.files.pop_back();
  ASSERT_OK_AND_ASSIGN(const std::string journal, WriteJournal(files, request));
  for (const auto& [path, bytes] : files.Contents()) {
    if (path.starts_with("out/")) files.Put("moved/" + path, bytes);
  }
  ASSERT_OK_AND_ASSIGN(const PublishRequest read, ReadJournal(files, "moved/" + journal));
  EXPECT_EQ(read.files[0].final_path, "moved/out/\xff b");
  EXPECT_EQ(read.files[0].checksum, request.files[0].checksum);
  EXPECT_EQ(read.id, "run1");
}

TEST(Recover, DamagedJournalIsCorruption) {
  MemoryFileSystem files;
  for (const char* text : {"", "{", "[]", R"({"version":1})", R"({"version":1,"mode":3,"files":[{"temp":1}]})"}) {
    files.Put(JournalPath("out", "run1", "o-1-1"), text);
    EXPECT_THAT(Recover(files, {"out"}, Options(OwnerState::kDead)),
                FailsWith(ErrorKind::kCorruption, HasSubstr(".sluice-commit.run1.o-1-1.json")));
  }
}

TEST(TemporaryName, IsParsedBackAndForeignNamesAreNot) {
  const std::string path = TemporaryPath("d/x.y.parquet", "01J-a_b", "0f-12-99");
  EXPECT_EQ(path, "d/.x.y.parquet.sluice.01J-a_b.0f-12-99.tmp");
  const auto parsed = ParseTemporaryName(FileName(path));
  ASSERT_TRUE(parsed.has_value());
  EXPECT_EQ(parsed->unique, "01J-a_b");
  EXPECT_EQ(parsed->owner, "0f-12-99");
  for (const char* name : {"", ".tmp", ".a.tmp", ".a.b.c.tmp", ".sluice.u.o.tmp", "a.sluice.u.o.tmp", ".a.sluice.u.o",
                           ".a.sluice..o.tmp", ".a.sluice.u.o/.tmp"}) {
    EXPECT_FALSE(ParseTemporaryName(name).has_value()) << name;
  }
  EXPECT_FALSE(ParseJournalName(".sluice-commit.json").has_value());
}

TEST(TemporaryName, FitsTheLimitOfNamesAndStaysApart) {
  std::string long_name;
  for (int i = 0; i < 125; ++i) long_name += "ü";
  const std::string a = TemporaryPath("d/" + long_name + "1", "u", "o-1-1");
  const std::string b = TemporaryPath("d/" + long_name + "2", "u", "o-1-1");
  EXPECT_LE(FileName(a).size(), 255U);
  EXPECT_NE(a, b);
  EXPECT_TRUE(ParseTemporaryName(FileName(a)).has_value());
}

TEST(Owner, ThisProcessIsAliveAndAFinishedOneDead) {
  const std::string owner = ThisProcessOwner();
  EXPECT_EQ(StateOfOwner(owner), OwnerState::kAlive);
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe(ends.data()), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    const std::string name = ThisProcessOwner();
    (void)!::write(ends[1], name.data(), name.size());
    ::_exit(0);
  }
  ::waitpid(child, nullptr, 0);
  std::string name(100, '\0');
  name.resize(static_cast<std::size_t>(::read(ends[0], name.data(), name.size())));
  ::close(ends[0]);
  ::close(ends[1]);
  EXPECT_EQ(StateOfOwner(name), OwnerState::kDead);
}

TEST(Owner, ReusedNumberIsNotTheOwner) {
  std::string owner = ThisProcessOwner();
  owner.replace(owner.rfind('-') + 1, std::string::npos, "1");
  EXPECT_EQ(StateOfOwner(owner), OwnerState::kDead);
}

TEST(Owner, OthersAreForeignOrDetached) {
  EXPECT_EQ(StateOfOwner("000000000000-1-1"), OwnerState::kForeign);
  EXPECT_EQ(StateOfOwner("nonsense"), OwnerState::kForeign);
  EXPECT_EQ(StateOfOwner(kDetachedOwner), OwnerState::kDetached);
}

}  // namespace
}  // namespace sluice::storage
