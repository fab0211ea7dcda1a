#include "delta/path.h"

#include <gtest/gtest.h>

#include "core/random.h"
#include "tests/support/result_matchers.h"

namespace sluice::delta {
namespace {

using core::ErrorKind;
using testing::FailsWith;
using ::testing::HasSubstr;

std::string Folder(const std::string& value) { return *HiveFolder({{"p", value}}); }

TEST(DeltaPath, EncodesPartitionFoldersInTwoLayers) {
  struct Fixture {
    std::string value, folder, path;
  };
  for (const auto& [value, folder, path] :
       {Fixture{"a:b", "p=a%3Ab/", "p=a%253Ab/"}, Fixture{"100%", "p=100%25/", "p=100%2525/"},
        Fixture{"hello world", "p=hello world/", "p=hello%20world/"}, Fixture{"a{b", "p=a%7Bb/", "p=a%257Bb/"},
        Fixture{"ü", "p=ü/", "p=%C3%BC/"}, Fixture{"a/b", "p=a%2Fb/", "p=a%252Fb/"},
        Fixture{"x=y", "p=x%3Dy/", "p=x%253Dy/"}, Fixture{"a}<>|b", "p=a}<>|b/", "p=a%7D%3C%3E%7Cb/"},
        Fixture{"a\x01\x7f", "p=a%01%7F/", "p=a%2501%257F/"}, Fixture{"a+b&c~d", "p=a+b&c~d/", "p=a+b&c~d/"},
        Fixture{"", "p=__HIVE_DEFAULT_PARTITION__/", "p=__HIVE_DEFAULT_PARTITION__/"}}) {
    EXPECT_EQ(Folder(value), folder);
    EXPECT_EQ(EncodePath(folder), path);
    EXPECT_EQ(DecodePath(path), folder);
  }
}

TEST(DeltaPath, NamesEveryColumnInItsFolder) {
  EXPECT_EQ(*HiveFolder({{"a", "1"}, {"b c", std::nullopt}}), "a=1/b c=__HIVE_DEFAULT_PARTITION__/");
  EXPECT_EQ(*HiveFolder({}), "");
  EXPECT_THAT(HiveFolder({{"a", std::string("x\0y", 3)}}), FailsWith(ErrorKind::kInvalidInput, HasSubstr("NUL")));
}

TEST(DeltaPath, DecodesOnceAndLeavesPlusAndBrokenEscapesAlone) {
  EXPECT_EQ(DecodePath("a+b%2Bc"), "a+b+c");
  EXPECT_EQ(DecodePath("%2541"), "%41");
  EXPECT_EQ(DecodePath("100%"), "100%");
  EXPECT_EQ(DecodePath("%4"), "%4");
  EXPECT_EQ(DecodePath("%zz%4x%41"), "%zz%4xA");
  EXPECT_EQ(DecodePath("%c3%BC"), "ü");
}

TEST(DeltaPath, DecodesWhatItEncoded) {
  core::SeededRandom random(7);
  for (int round = 0; round < 2000; ++round) {
    std::string path;
    for (std::uint64_t size = random.Next() % 20; size > 0; --size) path.push_back(static_cast<char>(random.Next()));
    EXPECT_EQ(DecodePath(EncodePath(path)), path);
    EXPECT_EQ(CanonicalPath(EncodePath(path), "/nowhere/at all"), path);
  }
  EXPECT_EQ(CanonicalPath(EncodePath("c:d/e"), "/r"), "c:d/e");
}

TEST(DeltaPath, GivesOneKeyToAllSpellingsOfAFile) {
  for (const char* spelling : {"a%20b/f", "/t/x y/a%20b/f", "/t/x y//a%20b/f", "file:/t/x%20y/a%20b/f",
                               "file:///t/x%20y/a b/f", "FILE:/t/x%20y/a%20b/f"}) {
    EXPECT_EQ(CanonicalPath(spelling, "/t/x y"), "a b/f") << spelling;
    EXPECT_EQ(CanonicalPath(spelling, "/t/x y/"), "a b/f") << spelling;
  }
  EXPECT_EQ(CanonicalPath("/t/x yz/f", "/t/x y"), "/t/x yz/f");
  EXPECT_EQ(CanonicalPath("t/f", "t"), "t/f") << "a folder below the root, named as the root is";
  EXPECT_EQ(CanonicalPath("./f", "."), "./f");
  EXPECT_EQ(CanonicalPath("file:///elsewhere/f", "/t"), "/elsewhere/f");
  EXPECT_EQ(CanonicalPath("s3a://bucket/f", "/t"), CanonicalPath("s3://bucket/f", "/t"));
  EXPECT_EQ(CanonicalPath("s3n://bucket/t/f", "s3://bucket/t"), "f");
  EXPECT_NE(CanonicalPath("F", "/t"), CanonicalPath("f", "/t"));
}

TEST(DeltaPath, ResolvesFilesBelowTheTable) {
  EXPECT_EQ(*ResolveFilePath("p=1/a%20b", "/t", false), "/t/p=1/a b");
  EXPECT_EQ(*ResolveFilePath("a", "/", false), "/a");
  EXPECT_EQ(*ResolveFilePath("file:/t/a", "/t", false), "/t/a");
  EXPECT_EQ(*ResolveFilePath("/t//a", "/t", false), "/t/a");
  EXPECT_EQ(*ResolveFilePath("/u/a", "/t", true), "/u/a");
  EXPECT_EQ(*ResolveFilePath("../u/a", "/t", true), "/t/../u/a");
}

TEST(DeltaPath, RefusesFilesThatLeaveTheTable) {
  for (const char* path : {"../a", "a/../../b", "a/..", "%2e%2e/a", "..%2Fa", "/etc/passwd", "/t/../etc/passwd", "/t",
                           "file:///etc/passwd", "file://host/t/a", "s3://bucket/a", "hdfs:/a", "/tt/a"}) {
    EXPECT_THAT(ResolveFilePath(path, "/t", false), FailsWith(ErrorKind::kUnsupported, HasSubstr(path))) << path;
  }
  EXPECT_THAT(ResolveFilePath("s3://bucket/a", "/t", true), FailsWith(ErrorKind::kUnsupported, HasSubstr("s3")));
  EXPECT_THAT(ResolveFilePath("", "/t", true), FailsWith(ErrorKind::kCorruption, HasSubstr("empty")));
  EXPECT_THAT(ResolveFilePath("a%00b", "/t", true), FailsWith(ErrorKind::kCorruption, HasSubstr("NUL")));
  EXPECT_THAT(ResolveFilePath(std::string(kPathBytesMax + 1, 'a'), "/t", true),
              FailsWith(ErrorKind::kLimitExceeded, HasSubstr("4097")));
}

}  // namespace
}  // namespace sluice::delta
