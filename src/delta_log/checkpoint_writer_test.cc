#include "delta_log/checkpoint_writer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <random>

#include "delta/action_json.h"
#include "delta/last_checkpoint.h"
#include "delta/table_feature.h"
#include "delta_log/checkpoint_reader.h"
#include "delta_log/log_fixture.h"
#include "delta_log/log_listing.h"
#include "delta_log/log_name.h"
#include "storage/fault_file_system.h"
#include "storage/local_file_system.h"
#include "storage/memory_file_system.h"
#include "tests/support/result_matchers.h"
#include "tests/support/scratch_folder.h"

namespace sluice::delta_log {
namespace {

using core::ErrorKind;
using sluice::testing::FailsWith;
using storage::MemoryFileSystem;
using ::testing::_;
using ::testing::HasSubstr;
using Snap = std::shared_ptr<const Snapshot>;

constexpr const char* kRoot = "t";

/// Everything that a reader sees of a table, as text.
std::string Describe(const storage::Environment& environment, const Snapshot& snapshot) {
  delta::ActionSet state;
  state.protocol = snapshot.protocol;
  state.metadata = snapshot.metadata;
  for (const FileRef file : snapshot.files.All()) state.adds.push_back(snapshot.files.Get(file));
  const auto stats = snapshot.files.LoadStats(snapshot.files.All());
  EXPECT_OK(stats);
  for (std::size_t i = 0; i < state.adds.size(); ++i) {
    if (!(*stats)[i].empty()) state.adds[i].stats = (*stats)[i];
    state.adds[i].data_change = false;
  }
  const auto tombstones = LoadTombstones(environment, snapshot);
  EXPECT_OK(tombstones);
  state.removes = *tombstones;
  for (delta::RemoveFile& remove : state.removes) {
    remove.data_change = false;
    remove.tags.reset();
  }
  std::ranges::sort(state.adds, {}, &delta::AddFile::path);
  std::ranges::sort(state.removes, {}, &delta::RemoveFile::path);
  for (const auto& [name, transaction] : snapshot.transactions) state.transactions.push_back(transaction);
  for (const auto& [name, domain] : snapshot.domains) state.domains.push_back(domain);
  return delta::FormatActions(state);
}

/// A table with some history: partitions with hard names, statistics or none, deletion vectors, tags, tombstones.
class RandomTable {
 public:
  RandomTable(TestEnvironment& test, const std::string& root, std::uint64_t seed, const delta::StringMap& configuration,
              bool all_have_stats = false)
      : test_(test), generator_(seed), all_have_stats_(all_have_stats) {
    const delta::Protocol protocol =
        FeatureProtocol({"deletionVectors", "v2Checkpoint"}, {"deletionVectors", "v2Checkpoint", "domainMetadata"});
    auto created = CreateTable(test, root, configuration, protocol, {.maintain = false});
    EXPECT_OK(created);
    snapshot_ = created->snapshot;
  }

  void Grow(int commits) {
    for (int i = 0; i < commits; ++i) Commit();
  }
  const Snap& snapshot() const { return snapshot_; }

 private:
  bool Chance(int percent) { return static_cast<int>(generator_() % 100) < percent; }

  delta::AddFile RandomFile() {
    static const std::vector<std::string> kPartitions = {"a", "b c", "ü/%", "2024-01-01", "\"x\""};
    delta::AddFile file =
        TestFile("f" + std::to_string(++files_), "a", static_cast<std::int64_t>(1 + generator_() % 99));
    file.partition_values.front().second =
        Chance(10) ? std::nullopt : std::optional(kPartitions[generator_() % kPartitions.size()]);
    if (Chance(20)) file.stats = "{\"numRecords\":5}";
    if (Chance(10) && !all_have_stats_) file.stats.reset();
    if (Chance(10)) file.tags = delta::StringMap{{"INSERTION_TIME", "5"}, {"k", ""}};
    if (Chance(10)) file.clustering_provider = "liquid";
    if (file.stats.has_value() && Chance(20)) {
      file.deletion_vector =
          delta::DeletionVectorDescriptor{.storage_type = 'i',
                                          .path_or_inline = "wi5b=000010000siXQKl0rr91000f55c8Xg0@@D72lkbi5=-{L",
                                          .size_bytes = 40,
                                          .cardinality = 1};
      if (Chance(50)) file.deletion_vector->offset = 3;
      file.stats->insert(file.stats->size() - 1, ",\"tightBounds\":false");
    }
    return file;
  }

  void Commit() {
    auto transaction = Transaction::Begin(test_.environment, snapshot_, {.name = "WRITE"}, {.maintain = false});
    EXPECT_OK(transaction);
    const std::vector<FileRef> live = snapshot_->files.All();
    for (int i = static_cast<int>(generator_() % 9); i >= 0; --i) transaction->Add(RandomFile());
    for (const FileRef file : live) {
      if (Chance(5)) transaction->Remove(file);
    }
    if (Chance(30)) transaction->SetApplication("app" + std::to_string(generator_() % 3), ++applications_);
    if (Chance(30))
      transaction->SetDomain("domain" + std::to_string(generator_() % 3),
                             "{\"n\":" + std::to_string(++applications_) + "}");
    auto result = transaction->Commit();
    ASSERT_OK(result);
    snapshot_ = result->snapshot;
  }

  TestEnvironment& test_;
  std::mt19937_64 generator_;
  Snap snapshot_;
  bool all_have_stats_;
  int files_ = 0;
  int applications_ = 0;
};

constexpr const char* kEnableVectors = "delta.enableDeletionVectors";

class CheckpointOfKind : public ::testing::TestWithParam<CheckpointKind> {};

TEST_P(CheckpointOfKind, BringsBackTheStateThatWasWritten) {
  for (std::uint64_t seed = 1; seed <= 8; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    MemoryFileSystem files;
    TestEnvironment test(files, seed);
    delta::StringMap configuration = {{kEnableVectors, "true"}};
    if (seed % 4 == 1) configuration["delta.checkpoint.writeStatsAsStruct"] = "false";
    if (seed % 4 == 2) configuration["delta.checkpoint.writeStatsAsJson"] = "false";
    RandomTable table(test, kRoot, seed, configuration);
    table.Grow(static_cast<int>(seed) * 2);
    // Small row groups and sidecars, so that there are many.
    const CheckpointOptions options{.kind = GetParam(), .row_group_rows = 17, .sidecar_rows = 20};
    ASSERT_OK_AND_ASSIGN(const CheckpointReport report, WriteCheckpoint(test.environment, *table.snapshot(), options));
    EXPECT_FALSE(report.already_there);
    EXPECT_EQ(report.adds, table.snapshot()->files.size());
    EXPECT_EQ(report.sidecars > 0, GetParam() != CheckpointKind::kClassic);
    const std::string expected = Describe(test.environment, *table.snapshot());
    // Without the commits before it, nothing but the checkpoint can give the state.
    for (std::int64_t version = 0; version < table.snapshot()->version; ++version) {
      ASSERT_OK(files.Remove(CommitPath(kRoot, version)));
    }
    ASSERT_OK_AND_ASSIGN(const Snap opened, OpenSnapshot(test.environment, kRoot));
    EXPECT_EQ(opened->log.checkpoint->paths, report.files.paths);
    if (seed % 4 != 2) {
      EXPECT_EQ(Describe(test.environment, *opened), expected);
    }
    EXPECT_EQ(opened->files.size_bytes(), table.snapshot()->files.size_bytes());
  }
}

TEST_P(CheckpointOfKind, GoesOnFromACheckpoint) {
  MemoryFileSystem files;
  TestEnvironment test(files, 5);
  RandomTable table(test, kRoot, 99, {{kEnableVectors, "true"}});
  const CheckpointOptions options{.kind = GetParam(), .row_group_rows = 30, .sidecar_rows = 20};
  for (int round = 0; round < 4; ++round) {
    table.Grow(5);
    ASSERT_OK_AND_ASSIGN(const Snap opened, OpenSnapshot(test.environment, kRoot));
    ASSERT_OK(WriteCheckpoint(test.environment, *opened, options));
    ASSERT_OK_AND_ASSIGN(const Snap again, OpenSnapshot(test.environment, kRoot));
    EXPECT_EQ(again->log.checkpoint->version, opened->version);
    EXPECT_EQ(Describe(test.environment, *again), Describe(test.environment, *table.snapshot()));
  }
}

TEST_P(CheckpointOfKind, IsThereAsAWholeOrNotAtAll) {
  using Mode = storage::FaultPlan::Mode;
  MemoryFileSystem original;
  TestEnvironment calm(original, 3);
  RandomTable table(calm, kRoot, 3, {{kEnableVectors, "true"}});
  table.Grow(6);
  const std::string expected = Describe(calm.environment, *table.snapshot());
  for (const Mode mode : {Mode::kOnce, Mode::kSticky, Mode::kDie, Mode::kLostReply}) {
    bool fired = true;
    for (std::uint64_t at = 1; fired; ++at) {
      ASSERT_LT(at, 100U);
      MemoryFileSystem files;
      for (const auto& [path, bytes] : original.Contents()) files.Put(path, bytes);
      storage::FaultFileSystem faulty(files, {at, mode, EIO});
      TestEnvironment test(faulty, at);
      const auto report =
          WriteCheckpoint(test.environment, *table.snapshot(), {.kind = GetParam(), .sidecar_rows = 20});
      fired = faulty.fired();
      SCOPED_TRACE("mode " + std::to_string(static_cast<int>(mode)) + ", call " + std::to_string(at));
      files.Crash(static_cast<MemoryFileSystem::Loss>(at % 3));
      TestEnvironment after(files, 1);
      ASSERT_OK_AND_ASSIGN(const Snap opened, OpenSnapshot(after.environment, kRoot));
      EXPECT_EQ(Describe(after.environment, *opened), expected);
      EXPECT_TRUE(opened->log.checkpoint.has_value() || !report.has_value());
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Kinds, CheckpointOfKind,
                         ::testing::Values(CheckpointKind::kClassic, CheckpointKind::kV2, CheckpointKind::kV2Json,
                                           CheckpointKind::kV2ClassicName));

class CheckpointTest : public ::testing::Test {
 protected:
  MemoryFileSystem files_;
  TestEnvironment test_{files_};

  Snap Table(delta::StringMap configuration = {}, delta::Protocol protocol = {}) {
    auto created = CreateTable(test_, kRoot, std::move(configuration), std::move(protocol));
    EXPECT_OK(created);
    auto appended = Append(test_, created->snapshot, {TestFile("one"), TestFile("two", "b")});
    EXPECT_OK(appended);
    return appended->snapshot;
  }
};

TEST_F(CheckpointTest, IsWrittenOnce) {
  const Snap table = Table();
  ASSERT_OK_AND_ASSIGN(const CheckpointReport first, WriteCheckpoint(test_.environment, *table, {}));
  ASSERT_OK_AND_ASSIGN(const CheckpointReport second, WriteCheckpoint(test_.environment, *table, {}));
  EXPECT_FALSE(first.already_there);
  EXPECT_TRUE(second.already_there);
  EXPECT_EQ(second.files, first.files);
}

TEST_F(CheckpointTest, LeavesItsHint) {
  Snap table = Table();
  ASSERT_OK_AND_ASSIGN(const CheckpointReport report, WriteCheckpoint(test_.environment, *table, {}));
  const auto read = [this] { return delta::ParseLastCheckpoint(*files_.ReadAll(LastCheckpointPath(kRoot), 1 << 20)); };
  ASSERT_OK_AND_ASSIGN(const delta::LastCheckpoint hint, read());
  EXPECT_EQ(hint.version, 1);
  EXPECT_EQ(hint.size, 4);
  EXPECT_EQ(hint.add_files, 2);
  EXPECT_EQ(hint.size_bytes, static_cast<std::int64_t>(report.files.size_bytes));
  EXPECT_TRUE(hint.checksum.has_value());
  // A later hint stays.
  files_.Put(LastCheckpointPath(kRoot), delta::FormatLastCheckpoint({.version = 9, .size = 1}));
  ASSERT_OK(files_.Remove(ClassicCheckpointPath(kRoot, 1)));
  ASSERT_OK(WriteCheckpoint(test_.environment, *table, {}));
  EXPECT_EQ(read()->version, 9);
}

TEST_F(CheckpointTest, ForgetsWhatHasExpired) {
  Snap table = Table({{"delta.setTransactionRetentionDuration", "interval 1 hours"}});
  Transaction transaction = *Transaction::Begin(test_.environment, table, {.name = "DELETE"});
  transaction.Remove(table->files.All().front());
  transaction.SetApplication("old", 1);
  table = transaction.Commit()->snapshot;
  test_.clock.Advance(std::chrono::hours(24 * 7 + 1));
  ASSERT_OK_AND_ASSIGN(const CheckpointReport report, WriteCheckpoint(test_.environment, *table, {}));
  EXPECT_EQ(report.adds, 1U);
  EXPECT_EQ(report.removes, 0U);
  ASSERT_OK_AND_ASSIGN(const Snap opened, OpenSnapshot(test_.environment, kRoot));
  EXPECT_TRUE(opened->transactions.empty());
}

TEST_F(CheckpointTest, RefusesAStateThatTheChecksumContradicts) {
  const Snap table = Table();
  std::string sum = *files_.ReadAll(ChecksumPath(kRoot, 1), 1 << 20);
  sum.replace(sum.find("\"numFiles\":2"), 12, "\"numFiles\":3");
  files_.Put(ChecksumPath(kRoot, 1), sum);
  EXPECT_THAT(WriteCheckpoint(test_.environment, *table, {}),
              FailsWith(ErrorKind::kCorruption, HasSubstr("counts 3 files")));
}

TEST_F(CheckpointTest, NeedsTheFeatureForV2AndTheCommitInTheLog) {
  const Snap table = Table();
  EXPECT_THAT(WriteCheckpoint(test_.environment, *table, {.kind = CheckpointKind::kV2}),
              FailsWith(ErrorKind::kInvalidInput, HasSubstr("v2Checkpoint")));
  ASSERT_OK(files_.Remove(CommitPath(kRoot, 1)));
  EXPECT_THAT(WriteCheckpoint(test_.environment, *table, {}), FailsWith(ErrorKind::kNotFound, _));
}

TEST_F(CheckpointTest, ComesByItselfWhenItIsDue) {
  Snap table = Table({{"delta.checkpointInterval", "3"}, {"delta.enableExpiredLogCleanup", "false"}});
  for (int i = 0; i < 7; ++i) {
    ASSERT_OK_AND_ASSIGN(const CommitResult result, Append(test_, table, {TestFile("f" + std::to_string(i))}));
    EXPECT_THAT(result.notes, ::testing::IsEmpty());
    table = result.snapshot;
  }
  ASSERT_OK_AND_ASSIGN(const LogListing listing, ListLog(files_, kRoot));
  std::vector<std::int64_t> versions;
  for (const CheckpointFiles& checkpoint : listing.checkpoints) versions.push_back(checkpoint.version);
  EXPECT_THAT(versions, ::testing::ElementsAre(6, 3));
  EXPECT_EQ(table->log.checkpoint->version, 6);
  EXPECT_EQ(table->log.commits.size(), 2U);
}

TEST_F(CheckpointTest, OfV2HasTheClassicNameNowAndThen) {
  Snap table = Table(
      {{"delta.checkpointPolicy", "v2"}, {"delta.checkpointInterval", "1"}, {"delta.enableExpiredLogCleanup", "false"}},
      FeatureProtocol({"v2Checkpoint"}, {"v2Checkpoint"}));
  while (table->version < 101) {
    ASSERT_OK_AND_ASSIGN(
        const CommitResult result,
        Append(test_, table, {TestFile("f" + std::to_string(table->version))}, {.maintain = table->version > 97}));
    table = result.snapshot;
  }
  EXPECT_OK(files_.Stat(ClassicCheckpointPath(kRoot, 100)));
  EXPECT_FALSE(files_.Stat(ClassicCheckpointPath(kRoot, 101)).has_value());
  ASSERT_OK_AND_ASSIGN(const LogListing listing, ListLog(files_, kRoot));
  EXPECT_EQ(listing.checkpoints.front().version, 101);
}

// Witnesses that share nothing with the engine: pyarrow sees the columns and types that the protocol asks for, and the
// protocol's lint finds nothing in the log.
class CheckpointWitness : public ::testing::TestWithParam<CheckpointKind> {
 protected:
  static int Run(const std::string& script) {
    const std::string source(SLUICE_SOURCE_DIR);
    return std::system((source + "/.deps/venv/bin/python " + source + "/tests/" + script).c_str());
  }
};

TEST_P(CheckpointWitness, FindsNothingWrong) {
  if (!std::ifstream(std::string(SLUICE_SOURCE_DIR) + "/.deps/venv/bin/python").good()) GTEST_SKIP() << "no .deps/venv";
  testing::ScratchFolder folder;
  storage::LocalFileSystem files;
  TestEnvironment test(files);
  RandomTable table(test, folder.path(), 4, {{kEnableVectors, "true"}}, true);
  table.Grow(12);
  ASSERT_OK_AND_ASSIGN(const CheckpointReport report,
                       WriteCheckpoint(test.environment, *table.snapshot(), {.kind = GetParam(), .sidecar_rows = 20}));
  EXPECT_EQ(Run("delta/protocol_lint.py " + folder.path()), 0);
  if (GetParam() != CheckpointKind::kClassic) return;
  EXPECT_EQ(Run("conformance/delta_checkpoint_schema.py " + report.files.paths.front() + " " +
                std::to_string(report.adds) + " " + std::to_string(report.removes)),
            0);
}

INSTANTIATE_TEST_SUITE_P(Kinds, CheckpointWitness,
                         ::testing::Values(CheckpointKind::kClassic, CheckpointKind::kV2, CheckpointKind::kV2Json,
                                           CheckpointKind::kV2ClassicName));

}  // namespace
}  // namespace sluice::delta_log
