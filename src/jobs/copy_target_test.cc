#include "jobs/copy_target.h"

#include "storage/memory_file_system.h"
#include "tests/support/result_matchers.h"

namespace sluice::jobs {
namespace {

using core::ErrorKind;
using ::sluice::testing::FailsWith;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class CopyTargetTest : public ::testing::Test {
 protected:
  void Touch(const std::string& path) {
    const std::size_t slash = path.rfind('/');
    if (slash != std::string::npos) {
      ASSERT_OK(files_.CreateDirectories(path.substr(0, slash)));
    }
    ASSERT_OK_AND_ASSIGN(auto file, files_.Create(path));
    ASSERT_OK(file->Close());
  }
  core::Result<CopyTarget> Resolve(const std::string& target, CopyMode mode = CopyMode::kCreate) {
    return ResolveCopyTarget(target, mode, files_);
  }

  storage::MemoryFileSystem files_;
};

TEST_F(CopyTargetTest, IsAFileOrAFolder) {
  EXPECT_FALSE(Resolve("out.parquet")->folder);
  EXPECT_TRUE(Resolve("out/")->folder);
  EXPECT_EQ(Resolve("parquet:out")->path, "out");
  EXPECT_THAT(Resolve("out.csv"), FailsWith(ErrorKind::kUsage, HasSubstr("ends in .parquet")));
  EXPECT_THAT(Resolve("sqlite:out"), FailsWith(ErrorKind::kUnsupported, HasSubstr("sqlite:")));
}

TEST_F(CopyTargetTest, IsATableThatIsThereOnlyWhenItMayBe) {
  EXPECT_TRUE(Resolve("delta:out")->table);
  EXPECT_FALSE(Resolve("delta:out")->table_exists);
  Touch("out/_delta_log/00000000000000000000.json");
  EXPECT_THAT(Resolve("delta:out"), FailsWith(ErrorKind::kAlreadyExists, HasSubstr("out")));
  EXPECT_TRUE(Resolve("delta:out/", CopyMode::kAppend)->table_exists);
  EXPECT_THAT(Resolve("delta:out@v0", CopyMode::kAppend), FailsWith(ErrorKind::kUsage, HasSubstr("old version")));
}

TEST_F(CopyTargetTest, ALogWithoutACommitIsNoTable) {
  ASSERT_OK(files_.CreateDirectories("out/_delta_log"));
  EXPECT_FALSE(Resolve("delta:out")->table_exists);
}

TEST_F(CopyTargetTest, ANewTableTakesAFolderOfItsOwn) {
  EXPECT_OK(CheckRoomForTable("nowhere", files_));
  Touch("out/part-00000-a.c000.zstd.parquet");
  Touch("out/day=1/part-00000-a.c000.zstd.parquet");
  Touch("out/aZ/part-00000-a.c000.zstd.parquet");
  Touch("out/_delta_log/.tmp");
  EXPECT_OK(CheckRoomForTable("out", files_));
  Touch("out/notes.txt");
  EXPECT_THAT(CheckRoomForTable("out", files_), FailsWith(ErrorKind::kAlreadyExists, HasSubstr("notes.txt")));
  Touch("other/src/a.cc");
  EXPECT_THAT(CheckRoomForTable("other", files_), FailsWith(ErrorKind::kAlreadyExists, HasSubstr("src")));
}

TEST_F(CopyTargetTest, IsNotReplacedUnlessAsked) {
  Touch("out.parquet");
  EXPECT_THAT(Resolve("out.parquet"), FailsWith(ErrorKind::kAlreadyExists, HasSubstr("--mode overwrite")));
  EXPECT_THAT(Resolve("out.parquet", CopyMode::kAppend), FailsWith(ErrorKind::kUsage, HasSubstr("appended")));
  EXPECT_OK(Resolve("out.parquet", CopyMode::kOverwrite));
}

TEST_F(CopyTargetTest, FolderWithFilesIsNotReplacedUnlessAsked) {
  Touch("out/a.parquet");
  Touch("out/note.txt");
  EXPECT_THAT(Resolve("out/"), FailsWith(ErrorKind::kAlreadyExists, HasSubstr("a.parquet")));
  EXPECT_OK(Resolve("out/", CopyMode::kAppend));
  EXPECT_THAT(Resolve("out/", CopyMode::kOverwrite)->superseded, ElementsAre("out/a.parquet"));
}

TEST_F(CopyTargetTest, FolderHoldsAFileForEachInput) {
  ASSERT_OK_AND_ASSIGN(const CopyTarget target, Resolve("out/"));
  EXPECT_THAT(OutputNames(target, {"x/a.csv", "y/a.csv.gz", "-"}),
              ElementsAre("out/a.parquet", "out/a-2.parquet", "out/stdin.parquet"));
}

}  // namespace
}  // namespace sluice::jobs
