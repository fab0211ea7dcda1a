#include "storage/memory_file_system.h"

#include "tests/support/result_matchers.h"

namespace sluice::storage {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

void Write(FileSystem& files, const std::string& path, std::string_view bytes, bool sync) {
  ASSERT_OK_AND_ASSIGN(const auto file, files.Create(path));
  ASSERT_OK(file->Append(bytes));
  if (sync) {
    ASSERT_OK(file->Sync());
  }
  ASSERT_OK(file->Close());
}

TEST(MemoryFileSystem, CrashDropsNamesThatWereNotSynced) {
  MemoryFileSystem files;
  Write(files, "a", "1", true);
  files.Crash();
  EXPECT_THAT(files.Contents(), IsEmpty());
}

TEST(MemoryFileSystem, CrashDropsBytesThatWereNotSynced) {
  MemoryFileSystem files;
  ASSERT_OK_AND_ASSIGN(const auto file, files.Create("a"));
  ASSERT_OK(file->Append("kept"));
  ASSERT_OK(file->Sync());
  ASSERT_OK(file->Append(" lost"));
  ASSERT_OK(files.SyncDirectory("."));
  files.Crash();
  EXPECT_THAT(files.Contents(), ElementsAre(Pair("a", "kept")));
  ASSERT_OK(file->Append(" unseen"));
  EXPECT_THAT(files.Contents(), ElementsAre(Pair("a", "kept")));
}

TEST(MemoryFileSystem, CrashUndoesARenameThatWasNotSynced) {
  MemoryFileSystem files;
  files.Put("b", "old");
  Write(files, "a", "new", true);
  ASSERT_OK(files.SyncDirectory("."));
  ASSERT_OK(files.Rename("a", "b"));
  files.Crash();
  EXPECT_THAT(files.Contents(), ElementsAre(Pair("a", "new"), Pair("b", "old")));
}

TEST(MemoryFileSystem, CrashKeepsARenameThatWasSynced) {
  MemoryFileSystem files;
  files.Put("b", "old");
  Write(files, "a", "new", true);
  ASSERT_OK(files.Rename("a", "b"));
  ASSERT_OK(files.SyncDirectory("."));
  files.Crash();
  EXPECT_THAT(files.Contents(), ElementsAre(Pair("b", "new")));
}

TEST(MemoryFileSystem, CrashOfBytesLeavesARenamedFileEmpty) {
  MemoryFileSystem files;
  Write(files, "a", "new", false);
  ASSERT_OK(files.Rename("a", "b"));
  files.Crash(MemoryFileSystem::Loss::kBytes);
  EXPECT_THAT(files.Contents(), ElementsAre(Pair("b", "")));
}

TEST(MemoryFileSystem, CrashOfNamesKeepsBytesOfKnownFiles) {
  MemoryFileSystem files;
  files.Put("a", "old");
  Write(files, "a", "new", false);
  Write(files, "b", "x", true);
  files.Crash(MemoryFileSystem::Loss::kNames);
  EXPECT_THAT(files.Contents(), ElementsAre(Pair("a", "new")));
}

}  // namespace
}  // namespace sluice::storage
