#include "storage/glob.h"

#include <filesystem>

#include "storage/local_file_system.h"
#include "storage/memory_file_system.h"
#include "tests/support/result_matchers.h"
#include "tests/support/scratch_folder.h"

namespace sluice::storage {
namespace {

using core::ErrorKind;
using ::sluice::testing::FailsWith;
using ::testing::_;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(MatchesGlob, FollowsTheUsualRules) {
  EXPECT_TRUE(MatchesGlob("*.csv", "a.csv"));
  EXPECT_TRUE(MatchesGlob("*", ""));
  EXPECT_FALSE(MatchesGlob("*.csv", "a.csv.gz"));
  EXPECT_TRUE(MatchesGlob("a*b*c", "aXbXbXc"));
  EXPECT_FALSE(MatchesGlob("a*b*c", "aXbXb"));
  EXPECT_TRUE(MatchesGlob("?b", "üb"));
  EXPECT_FALSE(MatchesGlob("?", ""));
  EXPECT_TRUE(MatchesGlob("[a-cx].[!0-9]", "b.z"));
  EXPECT_FALSE(MatchesGlob("[a-cx].[^0-9]", "b.7"));
  EXPECT_FALSE(MatchesGlob("[a-c]", "d"));
  EXPECT_TRUE(MatchesGlob("[]a]", "]"));
  EXPECT_TRUE(MatchesGlob("[é-ü]", "ö"));
  EXPECT_TRUE(MatchesGlob("[a", "[a"));
  EXPECT_TRUE(MatchesGlob("[a-]", "-"));
}

TEST(MatchesGlob, ManyStarsStayFast) {
  std::string pattern;
  for (int i = 0; i < 50; ++i) pattern += "*a";
  EXPECT_FALSE(MatchesGlob(pattern + "b", std::string(5000, 'a')));
}

class Globs : public ::testing::Test {
 protected:
  Globs() {
    for (const char* path : {"in/a.csv", "in/b.csv", "in/c.txt", "in/.hidden.csv", "in/2025/10/d.csv",
                             "in/2025/11/e.csv", "in/odd[1].csv", "in/.git/f.csv"}) {
      files_.Put(path, "x");
    }
  }
  core::Result<std::vector<std::string>> Expand(const std::string& pattern) { return ExpandGlob(files_, pattern); }

  MemoryFileSystem files_;
};

TEST_F(Globs, MatchFilesInOrder) {
  EXPECT_THAT(*Expand("in/*.csv"), ElementsAre("in/a.csv", "in/b.csv", "in/odd[1].csv"));
  EXPECT_THAT(*Expand("./in/[ab].csv"), ElementsAre("in/a.csv", "in/b.csv"));
  EXPECT_THAT(*Expand("in/2025/1?/*.csv"), ElementsAre("in/2025/10/d.csv", "in/2025/11/e.csv"));
  EXPECT_THAT(*Expand("*/2025/*/d.csv"), ElementsAre("in/2025/10/d.csv"));
  EXPECT_THAT(*Expand("in/.*.csv"), ElementsAre("in/.hidden.csv"));
}

TEST_F(Globs, TwoStarsAreAnyNumberOfFolders) {
  EXPECT_THAT(*Expand("in/**/*.csv"),
              ElementsAre("in/2025/10/d.csv", "in/2025/11/e.csv", "in/a.csv", "in/b.csv", "in/odd[1].csv"));
  EXPECT_THAT(*Expand("**/e.csv"), ElementsAre("in/2025/11/e.csv"));
  EXPECT_THAT(*Expand("in/2025/**"), ElementsAre("in/2025/10/d.csv", "in/2025/11/e.csv"));
}

TEST_F(Globs, ExistingPathWinsOverItsMeaning) {
  files_.Put("in/odd1.csv", "x");
  EXPECT_THAT(*Expand("in/odd[1].csv"), ElementsAre("in/odd[1].csv"));
}

TEST_F(Globs, MissingFileNamesTheNearest) {
  EXPECT_THAT(Expand("in/a.cvs"), FailsWith(ErrorKind::kNotFound, HasSubstr("did you mean 'in/a.csv'?")));
  EXPECT_THAT(Expand("im/a.csv"), FailsWith(ErrorKind::kNotFound, HasSubstr("did you mean 'in'?")));
  EXPECT_THAT(Expand("in/*.parquet"), FailsWith(ErrorKind::kNotFound, HasSubstr("no file matches 'in/*.parquet'")));
}

TEST_F(Globs, FolderIsNoFile) {
  EXPECT_THAT(Expand("in"), FailsWith(ErrorKind::kInvalidInput, HasSubstr("'in/*.csv'")));
  EXPECT_THAT(Expand("in/20*"), FailsWith(ErrorKind::kInvalidInput, HasSubstr("'in/2025' is a folder")));
  EXPECT_THAT(Expand(""), FailsWith(ErrorKind::kInvalidInput, _));
}

TEST_F(Globs, SeveralPatternsGiveEachFileOnce) {
  const std::vector<std::string> patterns = {"in/b.csv", "in/[ab].csv", "-", "./in/a.csv"};
  ASSERT_OK_AND_ASSIGN(const auto paths, ExpandGlobs(files_, patterns));
  EXPECT_THAT(paths, ElementsAre("in/b.csv", "in/a.csv", "-"));
}

TEST(LocalGlobs, LoopsOfLinksEndAndGiveEachFileOnce) {
  const sluice::testing::ScratchFolder folder;
  std::filesystem::create_directory(folder / "deep");
  for (const char* name : {"deep/loop1", "deep/loop2"}) std::filesystem::create_directory_symlink(".", folder / name);
  std::filesystem::create_directory_symlink("../deep", folder / "deep/loop3");
  LocalFileSystem files;
  ASSERT_OK(files.Create(folder / "deep/a.csv"));
  ASSERT_OK_AND_ASSIGN(const auto paths, ExpandGlob(files, folder / "deep/**/*.csv"));
  EXPECT_THAT(paths, ElementsAre(folder / "deep/a.csv"));
}

}  // namespace
}  // namespace sluice::storage
