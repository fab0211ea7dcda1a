#include "storage/path.h"

#include <gtest/gtest.h>

namespace sluice::storage {
namespace {

TEST(Path, ParentIsTheFolderOfTheLastName) {
  EXPECT_EQ(ParentPath("a/b"), "a");
  EXPECT_EQ(ParentPath("a/b/"), "a");
  EXPECT_EQ(ParentPath("a//b"), "a");
  EXPECT_EQ(ParentPath("b"), ".");
  EXPECT_EQ(ParentPath("/b"), "/");
  EXPECT_EQ(ParentPath("/"), "/");
  EXPECT_EQ(ParentPath(""), ".");
}

TEST(Path, FileNameIsTheLastName) {
  EXPECT_EQ(FileName("a/b.csv"), "b.csv");
  EXPECT_EQ(FileName("a/"), "a");
  EXPECT_EQ(FileName("b"), "b");
  EXPECT_EQ(FileName("/"), "");
}

TEST(Path, JoinPutsOneSlash) {
  EXPECT_EQ(JoinPath("a", "b"), "a/b");
  EXPECT_EQ(JoinPath("a/", "b"), "a/b");
  EXPECT_EQ(JoinPath("/", "b"), "/b");
  EXPECT_EQ(JoinPath(".", "b"), "b");
  EXPECT_EQ(JoinPath("", "b"), "b");
}

TEST(Path, NormalPathDropsWhatSaysNothing) {
  EXPECT_EQ(NormalPath("a//./b/"), "a/b");
  EXPECT_EQ(NormalPath("./a/../b"), "a/../b");
  EXPECT_EQ(NormalPath("//a"), "/a");
  EXPECT_EQ(NormalPath("/"), "/");
  EXPECT_EQ(NormalPath("./"), ".");
  EXPECT_EQ(NormalPath(""), ".");
}

TEST(Path, QuotedPathShowsControlBytes) {
  EXPECT_EQ(QuotedPath("a b"), "'a b'");
  EXPECT_EQ(QuotedPath("a\nerror[x]"), "'a\\x0aerror[x]'");
}

}  // namespace
}  // namespace sluice::storage
