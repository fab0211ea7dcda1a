#include "storage/publish.h"

#include <functional>
#include <map>

#include "storage/fault_file_system.h"
#include "storage/memory_file_system.h"
#include "storage/path.h"
#include "storage/recovery.h"
#include "tests/support/result_matchers.h"

namespace sluice::storage {
namespace {

using core::ErrorKind;
using ::sluice::testing::FailsWith;
using ::testing::_;
using ::testing::AnyOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::StartsWith;
using Contents = std::map<std::string, std::string>;
using Mode = FaultPlan::Mode;

constexpr const char* kOwner = "owner-1-1";
const Contents kNew = {{"out/a", "new a"}, {"out/p/b", "new b"}, {"out/p/c", "new c"}};

core::Result<FinishedFile> WriteAside(FileSystem& files, const std::string& path, std::string_view bytes) {
  SLUICE_ASSIGN_OR_RETURN(const auto file, PublishedFile::Create(files, path, "u1", kOwner));
  SLUICE_TRY(file->Append(bytes.substr(0, 2)));
  SLUICE_TRY(file->Append(bytes.substr(2)));
  return file->Finish();
}

core::Status WriteAndPublish(FileSystem& files, const Contents& contents, PublishMode mode) {
  PublishRequest request{"run1", kOwner, "out", mode, {}};
  for (const auto& [path, bytes] : contents) {
    SLUICE_ASSIGN_OR_RETURN(FinishedFile finished, WriteAside(files, path, bytes));
    request.files.push_back(std::move(finished));
  }
  core::Status published = PublishAll(files, request);
  if (!published.has_value() && published.error().kind() != ErrorKind::kOutcomeUnknown) {
    (void)Discard(files, request.files);
  }
  return published;
}

core::Result<Recovered> RecoverDead(FileSystem& files) {
  RecoverOptions options;
  options.owner_state = [](std::string_view) { return OwnerState::kDead; };
  return Recover(files, {"out", "out/p"}, options);
}

// The final files alone.
Contents Visible(const MemoryFileSystem& files) {
  Contents contents = files.Contents();
  std::erase_if(contents, [](const auto& entry) { return FileName(entry.first).starts_with('.'); });
  return contents;
}

TEST(PublishedFile, IsHiddenUntilItIsPublished) {
  MemoryFileSystem files;
  ASSERT_OK_AND_ASSIGN(const FinishedFile finished, WriteAside(files, "out/a.parquet", "content"));
  EXPECT_THAT(files.Contents(), ElementsAre(Pair("out/.a.parquet.sluice.u1.owner-1-1.tmp", "content")));
  EXPECT_EQ(finished.bytes, 7U);
  EXPECT_EQ(finished.checksum, ChecksumOfBytes("content"));
  ASSERT_OK(Publish(files, finished, PublishMode::kCreate));
  EXPECT_THAT(files.Contents(), ElementsAre(Pair("out/a.parquet", "content")));
  files.Crash();
  EXPECT_THAT(Visible(files), ElementsAre(Pair("out/a.parquet", "content")));
}

TEST(PublishedFile, UnfinishedOneRemovesItself) {
  MemoryFileSystem files;
  {
    ASSERT_OK_AND_ASSIGN(const auto file, PublishedFile::Create(files, "a", "u1", kOwner));
    ASSERT_OK(file->Append("xyz"));
  }
  EXPECT_THAT(files.Contents(), IsEmpty());
}

TEST(PublishedFile, RefusesFoldersAndSecondAttempts) {
  MemoryFileSystem files;
  EXPECT_THAT(PublishedFile::Create(files, "out/", "u1", kOwner), FailsWith(ErrorKind::kInvalidInput, _));
  ASSERT_OK_AND_ASSIGN(const auto file, PublishedFile::Create(files, "a", "u1", kOwner));
  EXPECT_THAT(PublishedFile::Create(files, "a", "u1", kOwner), FailsWith(ErrorKind::kAlreadyExists, _));
  EXPECT_THAT(PublishedFile::Create(files, "a", "u.1", kOwner), FailsWith(ErrorKind::kInternal, _));
}

TEST(Publish, CreateNeverReplacesAndReplaceDoes) {
  MemoryFileSystem files;
  files.Put("out/a", "old");
  ASSERT_OK_AND_ASSIGN(const FinishedFile finished, WriteAside(files, "out/a", "new"));
  EXPECT_THAT(Publish(files, finished, PublishMode::kCreate),
              FailsWith(ErrorKind::kAlreadyExists, HasSubstr("'out/a'")));
  EXPECT_THAT(Visible(files), ElementsAre(Pair("out/a", "old")));
  ASSERT_OK(Publish(files, finished, PublishMode::kReplace));
  EXPECT_THAT(files.Contents(), ElementsAre(Pair("out/a", "new")));
}

TEST(Publish, SucceedsAgainWhenItWasDone) {
  for (const PublishMode mode : {PublishMode::kCreate, PublishMode::kReplace}) {
    MemoryFileSystem files;
    ASSERT_OK_AND_ASSIGN(const FinishedFile finished, WriteAside(files, "out/a", "new"));
    ASSERT_OK(Publish(files, finished, mode));
    EXPECT_OK(Publish(files, finished, mode));
    files.Put("out/a", "other");
    EXPECT_THAT(Publish(files, finished, mode), FailsWith(ErrorKind::kNotFound, HasSubstr("run its task again")));
  }
}

TEST(Publish, TemporaryOfAnotherSizeIsCorruption) {
  MemoryFileSystem files;
  ASSERT_OK_AND_ASSIGN(const FinishedFile finished, WriteAside(files, "out/a", "new"));
  files.Put(finished.temp_path, "n");
  EXPECT_THAT(Publish(files, finished, PublishMode::kCreate), FailsWith(ErrorKind::kCorruption, _));
  EXPECT_THAT(Visible(files), IsEmpty());
}

TEST(PublishAll, LeavesOnlyTheFiles) {
  for (const PublishMode mode : {PublishMode::kCreate, PublishMode::kReplace}) {
    MemoryFileSystem files;
    ASSERT_OK(WriteAndPublish(files, kNew, mode));
    EXPECT_EQ(files.Contents(), kNew);
    files.Crash();
    EXPECT_EQ(Visible(files), kNew);
  }
}

TEST(PublishAll, OneForeignTargetStopsAll) {
  MemoryFileSystem files;
  files.Put("out/p/c", "old");
  EXPECT_THAT(WriteAndPublish(files, kNew, PublishMode::kCreate),
              FailsWith(ErrorKind::kAlreadyExists, HasSubstr("'out/p/c'")));
  EXPECT_THAT(files.Contents(), ElementsAre(Pair("out/p/c", "old")));
}

/// Lets a foreign file appear at the moment the second name is given, when all checks have passed.
class RacingFileSystem final : public FileSystem {
 public:
  explicit RacingFileSystem(MemoryFileSystem& inner) : inner_(inner) {}
  core::Result<FileInfo> Stat(const std::string& path) override { return inner_.Stat(path); }
  core::Result<std::vector<FileInfo>> List(const std::string& path) override { return inner_.List(path); }
  core::Result<std::unique_ptr<ByteStream>> OpenStream(const std::string& path) override {
    return inner_.OpenStream(path);
  }
  core::Result<std::unique_ptr<RandomAccessFile>> OpenRandomAccess(const std::string& path) override {
    return inner_.OpenRandomAccess(path);
  }
  core::Result<std::unique_ptr<WritableFile>> Create(const std::string& path) override { return inner_.Create(path); }
  core::Result<std::unique_ptr<WritableFile>> CreateNew(const std::string& path) override {
    return inner_.CreateNew(path);
  }
  core::Status Rename(const std::string& from, const std::string& to) override { return inner_.Rename(from, to); }
  core::Status Link(const std::string& from, const std::string& to) override {
    if (to == "out/p/b") inner_.Put(to, "foreign");
    return inner_.Link(from, to);
  }
  core::Status Remove(const std::string& path) override { return inner_.Remove(path); }
  core::Status CreateDirectories(const std::string& path) override { return inner_.CreateDirectories(path); }
  core::Status SyncDirectory(const std::string& path) override { return inner_.SyncDirectory(path); }

 private:
  MemoryFileSystem& inner_;
};

TEST(PublishAll, ForeignTargetThatAppearsMeanwhileUndoesAll) {
  MemoryFileSystem memory;
  RacingFileSystem files(memory);
  EXPECT_THAT(WriteAndPublish(files, kNew, PublishMode::kCreate),
              FailsWith(ErrorKind::kAlreadyExists, HasSubstr("'out/p/b'")));
  EXPECT_THAT(memory.Contents(), ElementsAre(Pair("out/p/b", "foreign")));
}

struct Scene {
  PublishMode mode;
  Contents before;
};
const Scene kScenes[] = {{PublishMode::kCreate, {}},
                         {PublishMode::kReplace, {}},
                         {PublishMode::kReplace, {{"out/a", "old a"}, {"out/p/b", "old b"}}}};

std::uint64_t CountChanges(const Scene& scene) {
  MemoryFileSystem memory;
  for (const auto& [path, bytes] : scene.before) memory.Put(path, bytes);
  FaultFileSystem files(memory);
  EXPECT_OK(WriteAndPublish(files, kNew, scene.mode));
  return files.changes();
}

// Fail every changing call in turn; `check` sees the memory afterwards and what the run said.
void SweepFaults(Mode mode, const std::function<void(const Scene&, MemoryFileSystem&, const core::Status&)>& check) {
  for (const Scene& scene : kScenes) {
    const std::uint64_t changes = CountChanges(scene);
    ASSERT_GT(changes, 20U);
    for (std::uint64_t at = 1; at <= changes; ++at) {
      SCOPED_TRACE("fault at " + std::to_string(at));
      MemoryFileSystem memory;
      for (const auto& [path, bytes] : scene.before) memory.Put(path, bytes);
      FaultFileSystem files(memory, {.at = at, .mode = mode, .errno_value = at % 2 == 0 ? ENOSPC : EIO});
      const core::Status status = WriteAndPublish(files, kNew, scene.mode);
      ASSERT_TRUE(files.fired());
      check(scene, memory, status);
    }
  }
}

// All old or all new, nothing of ours left: what must hold once Recover has run.
void ExpectWhole(const Scene& scene, MemoryFileSystem& memory, bool may_be_old) {
  ASSERT_THAT(RecoverDead(memory), sluice::testing::IsOk());
  EXPECT_THAT(memory.Contents(), AnyOf(kNew, may_be_old ? scene.before : kNew));
}

TEST(PublishFaults, OneFaultLeavesAllOrNothingAndARerunSucceeds) {
  SweepFaults(Mode::kOnce, [](const Scene& scene, MemoryFileSystem& memory, const core::Status& status) {
    if (!status.has_value()) {
      EXPECT_THAT(status.error().kind(), AnyOf(ErrorKind::kIo, ErrorKind::kOutcomeUnknown));
    }
    const bool decided = status.has_value() || status.error().kind() == ErrorKind::kOutcomeUnknown;
    ExpectWhole(scene, memory, !decided);
    if (memory.Contents() == kNew) return;
    EXPECT_OK(WriteAndPublish(memory, kNew, scene.mode));
    EXPECT_EQ(memory.Contents(), kNew);
  });
}

TEST(PublishFaults, LastingFaultLeavesAllOrNothing) {
  SweepFaults(Mode::kSticky, [](const Scene& scene, MemoryFileSystem& memory, const core::Status& status) {
    EXPECT_FALSE(status.has_value());
    ExpectWhole(scene, memory, true);
  });
}

TEST(PublishFaults, LostReplyLeavesAllOrNothing) {
  SweepFaults(Mode::kLostReply, [](const Scene& scene, MemoryFileSystem& memory, const core::Status& status) {
    ExpectWhole(scene, memory, !status.has_value());
  });
}

TEST(PublishFaults, KilledProcessLeavesAllOrNothing) {
  SweepFaults(Mode::kDie, [](const Scene& scene, MemoryFileSystem& memory, const core::Status&) {
    ExpectWhole(scene, memory, true);
    if (memory.Contents() == kNew) return;
    EXPECT_OK(WriteAndPublish(memory, kNew, scene.mode));
    EXPECT_EQ(memory.Contents(), kNew);
  });
}

TEST(PublishFaults, PowerCutLeavesAllOrNothing) {
  using Loss = MemoryFileSystem::Loss;
  for (const Loss loss : {Loss::kBytesAndNames, Loss::kBytes, Loss::kNames}) {
    SweepFaults(Mode::kDie, [loss](const Scene& scene, MemoryFileSystem& memory, const core::Status&) {
      memory.Crash(loss);
      ExpectWhole(scene, memory, true);
    });
  }
}

TEST(PublishFaults, RecoveryItselfMayBeKilledAnywhere) {
  SweepFaults(Mode::kDie, [](const Scene& scene, MemoryFileSystem& memory, const core::Status&) {
    for (std::uint64_t at = 1; at <= 5; ++at) {
      FaultFileSystem dying(memory, {.at = at, .mode = Mode::kDie});
      (void)RecoverDead(dying);
    }
    ExpectWhole(scene, memory, true);
  });
}

}  // namespace
}  // namespace sluice::storage
