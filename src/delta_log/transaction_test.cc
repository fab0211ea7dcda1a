#include "delta_log/transaction.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <set>
#include <thread>

#include "delta/action_json.h"
#include "delta_log/log_fixture.h"
#include "delta_log/log_name.h"
#include "storage/fault_file_system.h"
#include "storage/local_file_system.h"
#include "storage/memory_file_system.h"
#include "tests/support/relay_file_system.h"
#include "tests/support/result_matchers.h"
#include "tests/support/scratch_folder.h"

namespace sluice::delta_log {
namespace {

using core::ErrorKind;
using sluice::testing::FailsWith;
using storage::FaultFileSystem;
using storage::FaultPlan;
using storage::MemoryFileSystem;
using Kind = CommitResult::Kind;
using ::testing::_;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr const char* kRoot = "t";
using Snap = std::shared_ptr<const Snapshot>;

class TransactionTest : public ::testing::Test {
 protected:
  MemoryFileSystem files_;
  TestEnvironment test_{files_};

  Snap Create(delta::StringMap configuration = {}, delta::Protocol protocol = {}) {
    core::Result<CommitResult> created = CreateTable(test_, kRoot, std::move(configuration), std::move(protocol));
    EXPECT_OK(created);
    return created->snapshot;
  }
  Snap AppendFiles(const Snap& base, const std::vector<delta::AddFile>& added) {
    core::Result<CommitResult> appended = Append(test_, base, added);
    EXPECT_OK(appended);
    return appended->snapshot;
  }
  Transaction Begin(const Snap& base, OperationInfo operation, TransactionOptions options = {}) {
    core::Result<Transaction> transaction = Transaction::Begin(test_.environment, base, std::move(operation), options);
    EXPECT_OK(transaction);
    return *std::move(transaction);
  }
  delta::ActionSet CommitAt(std::int64_t version) {
    const std::string path = CommitPath(kRoot, version);
    return *delta::ParseActions(*files_.ReadAll(path, 1 << 20), path);
  }
};

TEST_F(TransactionTest, CreatesATableAndAppendsToIt) {
  const Snap created = Create();
  EXPECT_EQ(created->version, 0);
  ASSERT_OK_AND_ASSIGN(const CommitResult result, Append(test_, created, {TestFile("one"), TestFile("two", "b")}));
  EXPECT_EQ(result.kind, Kind::kCommitted);
  EXPECT_EQ(result.version, 1);
  EXPECT_EQ(result.attempts, 1);
  EXPECT_THAT(result.notes, IsEmpty());
  ASSERT_OK_AND_ASSIGN(const Snap opened, OpenSnapshot(test_.environment, kRoot));
  EXPECT_EQ(*LiveFiles(*opened), *LiveFiles(*result.snapshot));
  EXPECT_EQ(opened->files.size(), 2U);
}

TEST_F(TransactionTest, SaysInTheCommitWhatItDid) {
  Transaction transaction = Begin(Create(), {.name = "WRITE",
                                             .kind = delta::Operation::kAppend,
                                             .parameters = {{"mode", "Append"}},
                                             .user_metadata = "by hand"});
  transaction.Add(TestFile("one"));
  transaction.SetMetric("numFiles", 1);
  ASSERT_OK(transaction.Commit());
  const delta::CommitInfo info = *CommitAt(1).commit_info;
  EXPECT_EQ(info.operation, "WRITE");
  EXPECT_EQ(info.operation_parameters.at("mode"), "Append");
  EXPECT_EQ(info.operation_metrics.at("numFiles"), "1");
  EXPECT_EQ(info.timestamp_ms, 1767225600000);
  EXPECT_EQ(info.read_version, 0);
  EXPECT_EQ(info.isolation_level, "Serializable");
  EXPECT_EQ(info.is_blind_append, true);
  EXPECT_THAT(*info.engine_info, ::testing::StartsWith("Sluice/"));
  EXPECT_EQ(info.txn_id->size(), 36U);
  EXPECT_EQ(info.user_metadata, "by hand");
  EXPECT_EQ(info.in_commit_timestamp_ms, std::nullopt);
}

TEST_F(TransactionTest, CallsOnlyWhatReadNothingABlindAppend) {
  Snap base = AppendFiles(Create(), {TestFile("one")});
  Transaction reading = Begin(base, {.name = "WRITE", .kind = delta::Operation::kAppend});
  reading.ReadFile(base->files.All().front());
  reading.Add(TestFile("two"));
  ASSERT_OK_AND_ASSIGN(CommitResult result, reading.Commit());
  EXPECT_EQ(CommitAt(2).commit_info->is_blind_append, false);
  Transaction removing = Begin(result.snapshot, {.name = "DELETE"});
  removing.Remove(result.snapshot->files.All().front());
  ASSERT_OK(removing.Commit());
  EXPECT_EQ(CommitAt(3).commit_info->is_blind_append, false);
  EXPECT_EQ(CommitAt(3).removes.front().deletion_timestamp_ms, 1767225600000);
}

TEST_F(TransactionTest, RunsAtSnapshotIsolationWhenItOnlyMovesRows) {
  const Snap base = AppendFiles(Create(), {TestFile("one"), TestFile("two")});
  Transaction optimize =
      Begin(base, {.name = "OPTIMIZE", .kind = delta::Operation::kRearrange, .rule = ConflictRule::kRearrange});
  Bin bin;
  for (const FileRef file : base->files.All()) bin.removes.push_back(RemovalOf(base->files.Get(file), false));
  bin.adds = {TestFile("both", "a", 20)};
  bin.adds[0].data_change = false;
  optimize.AddBin(bin);
  ASSERT_OK_AND_ASSIGN(const CommitResult result, optimize.Commit());
  EXPECT_EQ(CommitAt(2).commit_info->isolation_level, "SnapshotIsolation");
  EXPECT_EQ(result.snapshot->files.size(), 1U);
}

TEST_F(TransactionTest, WritesNothingWhenThereIsNothingToDo) {
  const Snap base = Create();
  ASSERT_OK_AND_ASSIGN(const CommitResult result, Begin(base, {.name = "DELETE"}).Commit());
  EXPECT_EQ(result.kind, Kind::kNothingToDo);
  EXPECT_EQ(result.version, 0);
  EXPECT_FALSE(files_.Stat(CommitPath(kRoot, 1)).has_value());
}

TEST_F(TransactionTest, AppliesAnApplicationsVersionOnce) {
  const Snap created = Create();
  const auto write = [&](const Snap& base, std::int64_t version, const std::string& name) {
    Transaction transaction = Begin(base, {.name = "WRITE", .kind = delta::Operation::kAppend});
    transaction.Add(TestFile(name));
    transaction.SetApplication("job", version);
    return transaction.Commit();
  };
  ASSERT_OK_AND_ASSIGN(const CommitResult first, write(created, 7, "one"));
  EXPECT_EQ(first.kind, Kind::kCommitted);
  ASSERT_OK_AND_ASSIGN(const CommitResult again, write(first.snapshot, 7, "two"));
  EXPECT_EQ(again.kind, Kind::kAlreadyApplied);
  EXPECT_EQ(again.version, 1);
  // The one that ran at the same time finds out when it loses.
  ASSERT_OK_AND_ASSIGN(const CommitResult raced, write(created, 7, "three"));
  EXPECT_EQ(raced.kind, Kind::kAlreadyApplied);
  EXPECT_THAT(write(created, 8, "four"), FailsWith(ErrorKind::kConflict, HasSubstr("ConcurrentTransaction")));
  ASSERT_OK_AND_ASSIGN(const CommitResult next, write(first.snapshot, 8, "four"));
  EXPECT_EQ(next.version, 2);
  EXPECT_EQ(next.snapshot->transactions.at("job").version, 8);
  EXPECT_EQ(next.snapshot->transactions.at("job").last_updated_ms, 1767225600000);
}

TEST_F(TransactionTest, FollowsWinnersThatItMayFollow) {
  const Snap created = Create();
  const Snap newest = AppendFiles(AppendFiles(created, {TestFile("one")}), {TestFile("two")});
  ClockWaiter waiter(test_.clock);
  ASSERT_OK_AND_ASSIGN(const CommitResult result, Append(test_, created, {TestFile("three")}, {.waiter = &waiter}));
  EXPECT_EQ(result.version, 3);
  EXPECT_EQ(result.attempts, 2);
  EXPECT_EQ(result.snapshot->files.size(), 3U);
  EXPECT_EQ(CommitAt(3).commit_info->read_version, 2);
}

TEST_F(TransactionTest, StopsAtAWinnerThatItMayNotFollow) {
  const Snap created = Create();
  AppendFiles(created, {TestFile("one")});
  Transaction transaction = Begin(created, {.name = "DELETE"});
  transaction.ReadTable();
  transaction.Add(TestFile("rest"));
  EXPECT_THAT(transaction.Commit(), FailsWith(ErrorKind::kConflict, HasSubstr("ConcurrentAppend: version 1 (WRITE)")));
  EXPECT_FALSE(files_.Stat(CommitPath(kRoot, 2)).has_value());
}

TEST_F(TransactionTest, ReportsTheBinsThatItDropped) {
  const Snap base = AppendFiles(Create(), {TestFile("one"), TestFile("two", "b")});
  const auto optimize = [&](const Snap& on, const std::string& prefix) {
    Transaction transaction =
        Begin(on, {.name = "OPTIMIZE", .kind = delta::Operation::kRearrange, .rule = ConflictRule::kRearrange});
    for (const FileRef file : on->files.All()) {
      const delta::AddFile old = on->files.Get(file);
      delta::AddFile moved = TestFile(prefix, *old.partition_values.front().second);
      moved.data_change = false;
      transaction.AddBin({{RemovalOf(old, false)}, {moved}});
    }
    return transaction;
  };
  Transaction deletes = Begin(base, {.name = "DELETE"});
  deletes.Remove(*base->files.Find("p=b/two.parquet"));
  ASSERT_OK(deletes.Commit());
  ASSERT_OK_AND_ASSIGN(const CommitResult result, optimize(base, "new").Commit());
  EXPECT_THAT(result.dropped_bins, ::testing::ElementsAre(1));
  EXPECT_THAT(*LiveFiles(*result.snapshot), ::testing::ElementsAre(::testing::Key("p=a/new.parquet")));
  // Everything was rewritten meanwhile: there is nothing left to do.
  ASSERT_OK_AND_ASSIGN(const CommitResult nothing, optimize(base, "late").Commit());
  EXPECT_EQ(nothing.kind, Kind::kNothingToDo);
}

TEST_F(TransactionTest, GivesUpAfterItsTime) {
  /// A log in which somebody else is always first.
  class BusyFileSystem final : public testing::RelayFileSystem<storage::MemoryFileSystem> {
   public:
    using RelayFileSystem::RelayFileSystem;
    core::Status Link(const std::string& from, const std::string& to) override {
      inner_.Put(to, "{\"commitInfo\":{\"operation\":\"VACUUM START\"}}\n");
      return inner_.Link(from, to);
    }
  };
  const Snap created = Create();
  BusyFileSystem busy(files_);
  TestEnvironment test(busy, 3);
  ClockWaiter waiter(test.clock);
  const auto result = Append(test, created, {TestFile("one")},
                             {.wait_max = std::chrono::milliseconds(200), .maintain = false, .waiter = &waiter});
  EXPECT_THAT(result, FailsWith(ErrorKind::kConflict, HasSubstr("other writers were first")));
  EXPECT_GE(waiter.waits(), 20);  // 10 ms at most each, as long as the log grows
}

TEST_F(TransactionTest, StopsWhenItIsCancelled) {
  const Snap created = Create();
  test_.cancellation.Cancel();
  EXPECT_THAT(Append(test_, created, {TestFile("one")}), FailsWith(ErrorKind::kCancelled, _));
}

TEST_F(TransactionTest, RefusesToContinueALogThatWasCleanedUpOrReplaced) {
  const Snap created = Create();
  AppendFiles(created, {TestFile("one")});
  ASSERT_OK(files_.Remove(CommitPath(kRoot, 0)));
  EXPECT_THAT(Append(test_, created, {TestFile("two")}),
              FailsWith(ErrorKind::kConflict, HasSubstr("cleaned up or replaced")));
  files_.Put(CommitPath(kRoot, 0), "{\"commitInfo\":{}}\n");
  EXPECT_THAT(Append(test_, created, {TestFile("two")}),
              FailsWith(ErrorKind::kConflict, HasSubstr("cleaned up or replaced")));
}

TEST_F(TransactionTest, DoesNotCreateATableTwice) {
  Create();
  EXPECT_THAT(CreateTable(test_, kRoot), FailsWith(ErrorKind::kAlreadyExists, HasSubstr("'t'")));
}

TEST_F(TransactionTest, LetsTimeOnlyGrowInCommits) {
  const delta::Protocol protocol = FeatureProtocol({}, {"inCommitTimestamp"});
  Snap snapshot = Create({{"delta.enableInCommitTimestamps", "true"}}, protocol);
  EXPECT_EQ(snapshot->in_commit_timestamp_ms, 1767225600000);
  EXPECT_FALSE(snapshot->metadata.configuration.contains("delta.inCommitTimestampEnablementVersion"));
  for (int i = 0; i < 3; ++i) snapshot = AppendFiles(snapshot, {TestFile("f" + std::to_string(i))});
  EXPECT_EQ(snapshot->in_commit_timestamp_ms, 1767225600003);
  test_.clock.Advance(std::chrono::seconds(-50));
  snapshot = AppendFiles(snapshot, {TestFile("f4")});
  EXPECT_EQ(CommitAt(4).commit_info->in_commit_timestamp_ms, 1767225600004);
  test_.clock.Advance(std::chrono::seconds(100));
  snapshot = AppendFiles(snapshot, {TestFile("f5")});
  EXPECT_EQ(CommitAt(5).commit_info->in_commit_timestamp_ms, 1767225650000);
}

TEST_F(TransactionTest, SaysSinceWhenCommitsCarryTheirTime) {
  Snap snapshot = AppendFiles(Create(), {TestFile("one")});
  Transaction transaction = Begin(snapshot, {.name = "SET TBLPROPERTIES", .kind = delta::Operation::kAlter});
  delta::Metadata metadata = snapshot->metadata;
  metadata.configuration["delta.enableInCommitTimestamps"] = "true";
  transaction.SetMetadata(metadata);
  transaction.SetProtocol(FeatureProtocol({}, {"inCommitTimestamp", "appendOnly", "invariants"}));
  ASSERT_OK_AND_ASSIGN(CommitResult result, transaction.Commit());
  const delta::StringMap& configuration = result.snapshot->metadata.configuration;
  EXPECT_EQ(configuration.at("delta.inCommitTimestampEnablementVersion"), "2");
  EXPECT_EQ(configuration.at("delta.inCommitTimestampEnablementTimestamp"), "1767225600000");
  // It stays as long as the times do, whoever writes new metadata.
  Transaction next = Begin(result.snapshot, {.name = "SET TBLPROPERTIES", .kind = delta::Operation::kAlter});
  metadata.configuration["mine"] = "1";
  next.SetMetadata(metadata);
  ASSERT_OK_AND_ASSIGN(result, next.Commit());
  EXPECT_EQ(result.snapshot->metadata.configuration.at("delta.inCommitTimestampEnablementVersion"), "2");
  EXPECT_EQ(result.snapshot->in_commit_timestamp_ms, 1767225600001);
  Transaction off = Begin(result.snapshot, {.name = "SET TBLPROPERTIES", .kind = delta::Operation::kAlter});
  metadata = result.snapshot->metadata;
  metadata.configuration["delta.enableInCommitTimestamps"] = "false";
  off.SetMetadata(metadata);
  ASSERT_OK_AND_ASSIGN(result, off.Commit());
  const delta::ActionSet commit = CommitAt(4);
  EXPECT_FALSE(commit.commit_info->in_commit_timestamp_ms.has_value());
  for (const auto& [key, value] : commit.metadata->configuration) {
    EXPECT_EQ(key.find("inCommitTimestampEnablement"), std::string::npos) << key;
  }
}

TEST(MakeCommit, GivesNewFilesFreshRowIds) {
  Snapshot base{.root = kRoot, .version = 4};
  base.protocol = FeatureProtocol({}, {"rowTracking", "domainMetadata"});
  base.domains["delta.rowTracking"] = {.domain = "delta.rowTracking", .configuration = R"({"rowIdHighWaterMark":11})"};
  TransactionState state{.txn_id = "x", .root = kRoot};
  state.actions.adds = {TestFile("one", "a", 5), TestFile("known", "a", 9), TestFile("two", "a", 7)};
  state.actions.adds[1].base_row_id = 3;
  state.actions.adds[1].default_row_commit_version = 1;
  const OperationInfo operation{.name = "WRITE"};
  ASSERT_OK_AND_ASSIGN(TableRules rules, RulesAfter(base, state.actions));
  ASSERT_OK_AND_ASSIGN(const delta::ActionSet commit, MakeCommit({state, operation, {}, 1}, base, rules));
  std::vector<std::pair<std::int64_t, std::int64_t>> ids;
  for (const delta::AddFile& add : commit.adds) ids.emplace_back(*add.base_row_id, *add.default_row_commit_version);
  EXPECT_EQ(ids, (decltype(ids){{12, 5}, {3, 1}, {17, 5}}));
  ASSERT_EQ(commit.domains.size(), 1U);
  EXPECT_EQ(commit.domains[0].configuration, R"({"rowIdHighWaterMark":23})");
  state.actions.adds[0].stats.reset();
  EXPECT_THAT(MakeCommit({state, operation, {}, 1}, base, rules),
              FailsWith(ErrorKind::kInvalidInput, HasSubstr("numRecords")));
}

TEST_F(TransactionTest, CommitsOnceWhateverFailsAndSaysSo) {
  using Mode = FaultPlan::Mode;
  for (const Mode mode : {Mode::kOnce, Mode::kSticky, Mode::kDie, Mode::kLostReply}) {
    bool fired = true;
    for (std::uint64_t at = 1; fired; ++at) {
      ASSERT_LT(at, 100U);
      MemoryFileSystem files;
      TestEnvironment calm(files, at);
      ASSERT_OK_AND_ASSIGN(const CommitResult created, CreateTable(calm, kRoot, {{"delta.checkpointInterval", "1"}}));
      FaultFileSystem faulty(files, {at, mode, EIO});
      TestEnvironment test(faulty, at + 1000);
      const core::Result<CommitResult> result = Append(test, created.snapshot, {TestFile("one")});
      fired = faulty.fired();
      SCOPED_TRACE("mode " + std::to_string(static_cast<int>(mode)) + ", call " + std::to_string(at));
      files.Crash(MemoryFileSystem::Loss::kBytesAndNames);
      ASSERT_OK_AND_ASSIGN(const Snap after, OpenSnapshot(calm.environment, kRoot));
      const bool there = after->version == 1;
      EXPECT_EQ(after->files.size(), there ? 1U : 0U);
      if (!result.has_value()) {
        EXPECT_FALSE(there) << result.error().ToString();
        continue;
      }
      if (result->kind == Kind::kUnknown) continue;
      EXPECT_EQ(result->kind, Kind::kCommitted);
      EXPECT_TRUE(there);
    }
  }
}

TEST(Transactions, OfManyThreadsAllGetIn) {
  testing::ScratchFolder folder;
  storage::LocalFileSystem files;
  TestEnvironment creator(files);
  ASSERT_OK_AND_ASSIGN(const CommitResult created, CreateTable(creator, folder.path()));
  constexpr int kThreads = 8;
  constexpr int kAppends = 25;
  std::vector<std::string> problems(kThreads);
  {
    std::vector<std::jthread> threads;
    for (int thread = 0; thread < kThreads; ++thread) {
      threads.emplace_back([&, thread] {
        storage::LocalFileSystem own;
        TestEnvironment test(own, 100 + static_cast<std::uint64_t>(thread));
        const core::SystemClock clock;
        const storage::Environment environment{own,
                                               clock,
                                               test.random,
                                               test.executor,
                                               test.cancellation,
                                               test.environment.pool,
                                               test.environment.memory_bytes};
        Snap snapshot = created.snapshot;
        for (int i = 0; i < kAppends; ++i) {
          auto transaction =
              Transaction::Begin(environment, snapshot, {.name = "WRITE", .kind = delta::Operation::kAppend});
          transaction->Add(TestFile("t" + std::to_string(thread) + "-" + std::to_string(i)));
          const core::Result<CommitResult> result = transaction->Commit();
          if (!result.has_value()) {
            problems[static_cast<std::size_t>(thread)] = result.error().ToString();
            return;
          }
          for (const std::string& note : result->notes) problems[static_cast<std::size_t>(thread)] += note;
          snapshot = result->snapshot;
        }
      });
    }
  }
  for (const std::string& problem : problems) EXPECT_EQ(problem, "");
  ASSERT_OK_AND_ASSIGN(const Snap newest, OpenSnapshot(creator.environment, folder.path()));
  EXPECT_EQ(newest->version, kThreads * kAppends);
  EXPECT_EQ(newest->files.size(), static_cast<std::size_t>(kThreads * kAppends));
}

}  // namespace
}  // namespace sluice::delta_log
