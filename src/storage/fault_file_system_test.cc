#include "storage/fault_file_system.h"

#include <array>

#include "storage/memory_file_system.h"
#include "tests/support/result_matchers.h"

namespace sluice::storage {
namespace {

using core::ErrorKind;
using ::sluice::testing::FailsWith;
using ::testing::_;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

// Seven changes: create, append, sync, close, rename, sync directory, remove.
core::Status WriteAndPublish(FileSystem& files) {
  SLUICE_ASSIGN_OR_RETURN(const auto file, files.Create("a"));
  SLUICE_TRY(file->Append("abcd"));
  SLUICE_TRY(file->Sync());
  SLUICE_TRY(file->Close());
  SLUICE_TRY(files.Rename("a", "b"));
  SLUICE_TRY(files.SyncDirectory("."));
  return files.Remove("b");
}

TEST(FaultFileSystem, CountsChangesAndPassesThemOn) {
  MemoryFileSystem memory;
  FaultFileSystem files(memory);
  ASSERT_OK(WriteAndPublish(files));
  EXPECT_EQ(files.changes(), 7U);
  EXPECT_FALSE(files.fired());
}

TEST(FaultFileSystem, EveryPositionFailsWithTheChosenError) {
  for (std::uint64_t at = 1; at <= 7; ++at) {
    MemoryFileSystem memory;
    FaultFileSystem files(memory, {.at = at, .errno_value = EIO});
    EXPECT_THAT(WriteAndPublish(files), FailsWith(ErrorKind::kIo, HasSubstr("Input/output error"))) << at;
    EXPECT_TRUE(files.fired());
    EXPECT_EQ(files.changes(), at);
  }
}

TEST(FaultFileSystem, FailingAppendWritesHalf) {
  MemoryFileSystem memory;
  FaultFileSystem files(memory, {.at = 2});
  EXPECT_THAT(WriteAndPublish(files), FailsWith(ErrorKind::kIo, HasSubstr("cannot write 'a'")));
  EXPECT_THAT(memory.Contents(), ElementsAre(Pair("a", "ab")));
}

TEST(FaultFileSystem, OnceFailsOnceAndStickyForEver) {
  MemoryFileSystem memory;
  FaultFileSystem once(memory, {.at = 1});
  EXPECT_THAT(once.Create("a"), FailsWith(ErrorKind::kIo, _));
  EXPECT_OK(once.Create("a"));
  FaultFileSystem sticky(memory, {.at = 1, .mode = FaultPlan::Mode::kSticky});
  EXPECT_THAT(sticky.Remove("a"), FailsWith(ErrorKind::kIo, _));
  EXPECT_THAT(sticky.Remove("a"), FailsWith(ErrorKind::kIo, _));
  EXPECT_OK(sticky.Stat("a"));
}

TEST(FaultFileSystem, DeadProcessNeitherChangesNorReads) {
  MemoryFileSystem memory;
  FaultFileSystem files(memory, {.at = 2, .mode = FaultPlan::Mode::kDie});
  EXPECT_OK(files.Create("a"));
  EXPECT_THAT(files.Remove("a"), FailsWith(ErrorKind::kIo, _));
  EXPECT_THAT(files.Stat("a"), FailsWith(ErrorKind::kIo, _));
  EXPECT_THAT(memory.Contents(), ElementsAre(Pair("a", "")));
}

TEST(FaultFileSystem, CountsReadsInsteadWhenTold) {
  MemoryFileSystem memory;
  memory.Put("a", "xyz");
  FaultFileSystem files(memory, {.at = 3, .errno_value = EIO, .reads = true});
  EXPECT_OK(files.CreateDirectories("b"));
  EXPECT_OK(files.Stat("a"));
  ASSERT_OK_AND_ASSIGN(const auto file, files.OpenRandomAccess("a"));
  std::array<char, 3> bytes = {};
  EXPECT_THAT(file->ReadAt(0, bytes), FailsWith(ErrorKind::kIo, HasSubstr("cannot read 'a'")));
  EXPECT_OK(file->ReadAt(0, bytes));
  EXPECT_EQ(files.changes(), 4U);
}

TEST(FaultFileSystem, LostReplyFailsAfterTheEffect) {
  MemoryFileSystem memory;
  memory.Put("a", "x");
  FaultFileSystem files(memory, {.at = 1, .mode = FaultPlan::Mode::kLostReply});
  EXPECT_THAT(files.Rename("a", "b"), FailsWith(ErrorKind::kIo, _));
  EXPECT_THAT(memory.Contents(), ElementsAre(Pair("b", "x")));
}

}  // namespace
}  // namespace sluice::storage
