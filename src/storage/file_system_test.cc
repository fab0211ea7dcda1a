#include "storage/file_system.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "storage/local_file_system.h"
#include "storage/memory_file_system.h"
#include "tests/conformance/file_system_conformance.h"
#include "tests/support/scratch_folder.h"

namespace sluice::testing {
namespace {

FileSystemUnderTest MakeLocal() {
  auto folder = std::make_shared<ScratchFolder>();
  return {std::make_unique<storage::LocalFileSystem>(), folder->path(), folder};
}

FileSystemUnderTest MakeMemory() {
  auto files = std::make_unique<storage::MemoryFileSystem>();
  EXPECT_OK(files->CreateDirectories("/root"));
  return {std::move(files), "/root", nullptr};
}

INSTANTIATE_TEST_SUITE_P(Local, FileSystemConformance, ::testing::Values(&MakeLocal));
INSTANTIATE_TEST_SUITE_P(Memory, FileSystemConformance, ::testing::Values(&MakeMemory));

class LocalFiles : public ::testing::Test {
 protected:
  ScratchFolder folder_;
  storage::LocalFileSystem files_;
};

TEST_F(LocalFiles, PipeIsNotReadAtRandom) {
  const std::string path = folder_ / "pipe";
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  // A writer, so that opening the other end does not wait.
  const int writer = ::open(path.c_str(), O_RDWR);
  EXPECT_THAT(files_.OpenRandomAccess(path),
              FailsWith(core::ErrorKind::kInvalidInput, ::testing::HasSubstr("front to back")));
  ::close(writer);
}

TEST_F(LocalFiles, LinkToNowhereIsListedAndCannotBeOpened) {
  std::filesystem::create_symlink("nowhere", folder_ / "dangling");
  ASSERT_OK_AND_ASSIGN(const auto infos, files_.List(folder_.path()));
  ASSERT_EQ(infos.size(), 1U);
  EXPECT_THAT(files_.OpenStream(infos[0].path), FailsWith(core::ErrorKind::kNotFound, ::testing::_));
}

TEST_F(LocalFiles, NamesSayWhatALinkLeadsTo) {
  ASSERT_OK(files_.CreateDirectories(folder_ / "folder"));
  std::filesystem::create_symlink("folder", folder_ / "link");
  std::filesystem::create_symlink("nowhere", folder_ / "dangling");
  ASSERT_OK_AND_ASSIGN(const auto entries, files_.ListNames(folder_.path()));
  std::vector<std::pair<std::string, bool>> found;
  for (const storage::FolderEntry& entry : entries) found.emplace_back(entry.name, entry.directory);
  EXPECT_THAT(found, ::testing::ElementsAre(::testing::Pair("dangling", false), ::testing::Pair("folder", true),
                                            ::testing::Pair("link", true)));
}

TEST_F(LocalFiles, PathWithNulByteIsRefused) {
  EXPECT_THAT(files_.OpenStream(std::string("a\0b", 3)),
              FailsWith(core::ErrorKind::kInvalidInput, ::testing::HasSubstr("'a\\x00b'")));
}

TEST_F(LocalFiles, FullDeviceIsAnIoError) {
  if (::access("/dev/full", W_OK) != 0) GTEST_SKIP() << "/dev/full is not writable here";
  ASSERT_OK_AND_ASSIGN(const auto file, files_.Create("/dev/full"));
  EXPECT_THAT(file->Append("x"), FailsWith(core::ErrorKind::kIo, ::testing::HasSubstr("'/dev/full'")));
}

TEST_F(LocalFiles, FolderThroughFileIsRefused) {
  ASSERT_OK(files_.Create(folder_ / "a"));
  EXPECT_THAT(files_.Create(folder_ / "a/b"), FailsWith(core::ErrorKind::kNotFound, ::testing::_));
}

}  // namespace
}  // namespace sluice::testing
