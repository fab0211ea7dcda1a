#pragma once

#include <algorithm>
#include <functional>
#include <memory>
#include <numeric>
#include <string>
#include <vector>

#include "storage/file_system.h"
#include "storage/path.h"
#include "tests/support/result_matchers.h"

namespace sluice::testing {

/// A file system under test and an empty folder in it.
struct FileSystemUnderTest {
  std::unique_ptr<storage::FileSystem> files;
  std::string root;
  std::shared_ptr<void> keep_alive;  ///< Whatever must outlive the test (a scratch folder).
};

/// What every FileSystem promises. An implementation registers with
/// INSTANTIATE_TEST_SUITE_P(Local, FileSystemConformance, ::testing::Values(&MakeLocal)).
class FileSystemConformance : public ::testing::TestWithParam<FileSystemUnderTest (*)()> {
 protected:
  FileSystemConformance() : subject_(GetParam()()) {}

  storage::FileSystem& files() { return *subject_.files; }
  std::string At(const std::string& name) const { return storage::JoinPath(subject_.root, name); }

  void Write(const std::string& name, std::string_view bytes) {
    ASSERT_OK_AND_ASSIGN(const auto file, files().Create(At(name)));
    ASSERT_OK(file->Append(bytes));
    ASSERT_OK(file->Sync());
    ASSERT_OK(file->Close());
  }
  std::string Content(const std::string& name) {
    core::Result<std::string> content = files().ReadAll(At(name), 1 << 20);
    return content.has_value() ? *content : content.error().ToString();
  }

  FileSystemUnderTest subject_;
};

TEST_P(FileSystemConformance, WhatWasAppendedIsRead) {
  ASSERT_OK_AND_ASSIGN(const auto file, files().Create(At("a")));
  ASSERT_OK(file->Append("one "));
  ASSERT_OK(file->Append(std::string_view("t\0wo", 4)));
  ASSERT_OK(file->Close());
  EXPECT_EQ(Content("a"), std::string("one t\0wo", 8));
}

TEST_P(FileSystemConformance, CreateReplacesAndCreateNewRefuses) {
  Write("a", "long content");
  Write("a", "short");
  EXPECT_EQ(Content("a"), "short");
  EXPECT_THAT(files().CreateNew(At("a")), FailsWith(core::ErrorKind::kAlreadyExists, ::testing::HasSubstr(At("a"))));
  EXPECT_EQ(Content("a"), "short");
  EXPECT_OK(files().CreateNew(At("b")));
}

TEST_P(FileSystemConformance, FileNeedsItsFolder) {
  EXPECT_THAT(files().Create(At("no/a")), FailsWith(core::ErrorKind::kNotFound, ::testing::HasSubstr("no/a")));
  EXPECT_THAT(files().CreateNew(At("no/a")), FailsWith(core::ErrorKind::kNotFound, ::testing::_));
  Write("a", "x");
  EXPECT_THAT(files().Rename(At("a"), At("no/a")), FailsWith(core::ErrorKind::kNotFound, ::testing::_));
  EXPECT_THAT(files().Link(At("a"), At("no/a")), FailsWith(core::ErrorKind::kNotFound, ::testing::_));
  EXPECT_THAT(files().SyncDirectory(At("no")), FailsWith(core::ErrorKind::kNotFound, ::testing::_));
}

TEST_P(FileSystemConformance, MissingFileIsNotFound) {
  const auto missing = FailsWith(core::ErrorKind::kNotFound, ::testing::HasSubstr(At("none")));
  EXPECT_THAT(files().Stat(At("none")), missing);
  EXPECT_THAT(files().OpenStream(At("none")), missing);
  EXPECT_THAT(files().OpenRandomAccess(At("none")), missing);
  EXPECT_THAT(files().Remove(At("none")), missing);
  EXPECT_THAT(files().List(At("none")), missing);
  EXPECT_THAT(files().Rename(At("none"), At("b")), missing);
  EXPECT_THAT(files().Link(At("none"), At("b")), missing);
  ASSERT_OK_AND_ASSIGN(const auto info, files().StatIfExists(At("none")));
  EXPECT_FALSE(info.has_value());
}

TEST_P(FileSystemConformance, FolderIsNoFile) {
  ASSERT_OK(files().CreateDirectories(At("d")));
  const auto refused = FailsWith(core::ErrorKind::kInvalidInput, ::testing::HasSubstr(At("d")));
  EXPECT_THAT(files().OpenStream(At("d")), refused);
  EXPECT_THAT(files().OpenRandomAccess(At("d")), refused);
  EXPECT_THAT(files().Create(At("d")), refused);
  Write("a", "x");
  EXPECT_THAT(files().Rename(At("a"), At("d")), FailsWith(core::ErrorKind::kInvalidInput, ::testing::_));
  EXPECT_THAT(files().Link(At("a"), At("d")), FailsWith(core::ErrorKind::kAlreadyExists, ::testing::_));
  EXPECT_EQ(Content("a"), "x");
}

TEST_P(FileSystemConformance, FileIsNoFolder) {
  Write("a", "x");
  EXPECT_THAT(files().List(At("a")), FailsWith(core::ErrorKind::kInvalidInput, ::testing::HasSubstr(At("a"))));
  EXPECT_THAT(files().CreateDirectories(At("a")), FailsWith(core::ErrorKind::kInvalidInput, ::testing::_));
  EXPECT_THAT(files().CreateDirectories(At("a/b")), FailsWith(core::ErrorKind::kInvalidInput, ::testing::_));
}

TEST_P(FileSystemConformance, StatTellsSizeKindAndChange) {
  Write("a", "12345");
  ASSERT_OK_AND_ASSIGN(const auto info, files().Stat(At("a")));
  EXPECT_EQ(info.path, At("a"));
  EXPECT_EQ(info.bytes, 5U);
  EXPECT_FALSE(info.directory);
  EXPECT_GT(info.mtime_ns, 0);
  ASSERT_OK(files().CreateDirectories(At("d")));
  ASSERT_OK_AND_ASSIGN(const auto folder, files().Stat(At("d")));
  EXPECT_TRUE(folder.directory);
}

TEST_P(FileSystemConformance, AnExpectedSizeIsOnlyAHint) {
  const std::string content(100'000, 'x');
  Write("a", content);
  for (const std::uint64_t expected : {0, 1, 99'999, 100'000, 100'001, 1'000'000}) {
    EXPECT_EQ(*files().ReadAll(At("a"), 1 << 20, expected), content) << expected;
    EXPECT_THAT(files().ReadAll(At("a"), 99'999, expected), FailsWith(core::ErrorKind::kLimitExceeded, ::testing::_));
  }
}

TEST_P(FileSystemConformance, ListIsSortedAndShallow) {
  Write("b", "");
  Write("a", "x");
  ASSERT_OK(files().CreateDirectories(At("c/d")));
  Write("c/deep", "");
  ASSERT_OK_AND_ASSIGN(const auto infos, files().List(subject_.root));
  std::vector<std::string> names;
  for (const auto& info : infos) names.emplace_back(info.path + (info.directory ? "/" : ""));
  EXPECT_THAT(names, ::testing::ElementsAre(At("a"), At("b"), At("c") + "/"));
  ASSERT_OK_AND_ASSIGN(const auto entries, files().ListNames(subject_.root));
  names.clear();
  for (const auto& entry : entries) names.emplace_back(entry.name + (entry.directory ? "/" : ""));
  EXPECT_THAT(names, ::testing::ElementsAre("a", "b", "c/"));
}

TEST_P(FileSystemConformance, RenameReplacesInOneStep) {
  Write("a", "new");
  Write("b", "old");
  ASSERT_OK(files().Rename(At("a"), At("b")));
  EXPECT_EQ(Content("b"), "new");
  EXPECT_THAT(files().Stat(At("a")), FailsWith(core::ErrorKind::kNotFound, ::testing::_));
}

TEST_P(FileSystemConformance, LinkIsPutIfAbsent) {
  Write("a", "first");
  Write("b", "second");
  ASSERT_OK(files().Link(At("a"), At("c")));
  EXPECT_THAT(files().Link(At("b"), At("c")), FailsWith(core::ErrorKind::kAlreadyExists, ::testing::_));
  EXPECT_EQ(Content("c"), "first");
  ASSERT_OK_AND_ASSIGN(const auto a, files().Stat(At("a")));
  ASSERT_OK_AND_ASSIGN(const auto b, files().Stat(At("b")));
  ASSERT_OK_AND_ASSIGN(const auto c, files().Stat(At("c")));
  EXPECT_EQ(a.identity, c.identity);
  EXPECT_NE(a.identity, b.identity);
  ASSERT_OK(files().Remove(At("a")));
  EXPECT_EQ(Content("c"), "first");
}

TEST_P(FileSystemConformance, RenameNewReplacesNothing) {
  Write("a", "first");
  Write("b", "second");
  ASSERT_OK(files().RenameNew(At("a"), At("c")));
  EXPECT_THAT(files().RenameNew(At("b"), At("c")), FailsWith(core::ErrorKind::kAlreadyExists, ::testing::_));
  EXPECT_EQ(Content("c"), "first");
  EXPECT_EQ(Content("b"), "second");
  EXPECT_THAT(files().Stat(At("a")), FailsWith(core::ErrorKind::kNotFound, ::testing::_));
  EXPECT_THAT(files().RenameNew(At("none"), At("d")), FailsWith(core::ErrorKind::kNotFound, ::testing::_));
  EXPECT_THAT(files().RenameNew(At("b"), At("no/b")), FailsWith(core::ErrorKind::kNotFound, ::testing::_));
}

TEST_P(FileSystemConformance, RandomAccessStopsAtTheEnd) {
  std::string bytes(100'000, '\0');
  std::iota(bytes.begin(), bytes.end(), '\0');
  Write("a", bytes);
  ASSERT_OK_AND_ASSIGN(const auto file, files().OpenRandomAccess(At("a")));
  EXPECT_EQ(file->size(), bytes.size());
  std::string out(1000, '\0');
  ASSERT_OK_AND_ASSIGN(std::size_t got, file->ReadAt(5000, out));
  EXPECT_EQ(got, 1000U);
  EXPECT_EQ(out, bytes.substr(5000, 1000));
  ASSERT_OK_AND_ASSIGN(got, file->ReadAt(bytes.size() - 10, out));
  EXPECT_EQ(got, 10U);
  EXPECT_EQ(out.substr(0, 10), bytes.substr(bytes.size() - 10));
  ASSERT_OK_AND_ASSIGN(got, file->ReadAt(bytes.size() + 1, out));
  EXPECT_EQ(got, 0U);
}

TEST_P(FileSystemConformance, StreamFillsTheBufferUntilTheEnd) {
  Write("a", "abcdefghij");
  ASSERT_OK_AND_ASSIGN(const auto stream, files().OpenStream(At("a")));
  std::string out(7, '\0');
  ASSERT_OK_AND_ASSIGN(std::size_t got, stream->Read(out));
  EXPECT_EQ(out.substr(0, got), "abcdefg");
  ASSERT_OK_AND_ASSIGN(got, stream->Read(out));
  EXPECT_EQ(out.substr(0, got), "hij");
  ASSERT_OK_AND_ASSIGN(got, stream->Read(out));
  EXPECT_EQ(got, 0U);
  EXPECT_EQ(stream->stored_bytes_read(), 10U);
}

TEST_P(FileSystemConformance, ReadAllRefusesMoreThanAllowed) {
  Write("a", "abcdef");
  EXPECT_THAT(files().ReadAll(At("a"), 5), FailsWith(core::ErrorKind::kLimitExceeded, ::testing::HasSubstr(At("a"))));
  EXPECT_OK(files().ReadAll(At("a"), 6));
}

TEST_P(FileSystemConformance, DirectoriesAreMadeWithParentsAndTwice) {
  ASSERT_OK(files().CreateDirectories(At("x/y/z")));
  ASSERT_OK(files().CreateDirectories(At("x/y/z/")));
  Write("x/y/z/a", "1");
  ASSERT_OK(files().SyncDirectory(At("x/y/z")));
  EXPECT_EQ(Content("x/y/z/a"), "1");
}

TEST_P(FileSystemConformance, OnlyAnEmptyFolderIsRemoved) {
  ASSERT_OK(files().CreateDirectories(At("x")));
  Write("x/a", "1");
  EXPECT_THAT(files().Remove(At("x")), FailsWith(core::ErrorKind::kAlreadyExists, ::testing::_));
  ASSERT_OK(files().Remove(At("x/a")));
  EXPECT_OK(files().Remove(At("x")));
}

TEST_P(FileSystemConformance, NamesWithSpacesAndUnicodeWork) {
  Write("a b ü 日本 'q'", "x");
  EXPECT_EQ(Content("a b ü 日本 'q'"), "x");
}

}  // namespace sluice::testing
