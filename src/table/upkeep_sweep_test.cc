// Every call of the file system fails in turn while a table is maintained: no row is lost, and the next run completes
// what was cut off.

#include <gtest/gtest.h>

#include <algorithm>

#include "delta_log/checkpoint_writer.h"
#include "delta_log/log_cleanup.h"
#include "delta_log/log_name.h"
#include "table/delete_rows.h"
#include "table/fault_sweep.h"
#include "table/optimize.h"
#include "table/vacuum.h"
#include "table/verify.h"
#include "table/written_table.h"

namespace sluice::table {
namespace {

using delta_log::CheckpointKind;
using storage::Environment;
using storage::MemoryFileSystem;

constexpr const char* kRoot = WrittenTable::kRoot;
constexpr const char* kOrphan = "t/part-of-a-writer-that-died.parquet";
const arrow::FieldVector kFields = {arrow::field("n", arrow::int32()), arrow::field("s", arrow::utf8())};

core::Result<SnapshotPointer> OpenNewest(const Environment& environment) {
  return delta_log::OpenSnapshot(environment, kRoot);
}

/// Four files and what two deletes left of them, at version 5, without a checkpoint.
void Prepare(MemoryFileSystem& files, delta::StringMap properties) {
  delta_log::TestEnvironment test(files, 1);
  properties.emplace("delta.checkpointInterval", "100");
  const auto rows = [](int first) {
    return RowsOf(kFields, "[{\"n\": " + std::to_string(first) + "}, {\"n\": " + std::to_string(first + 1) + "}]");
  };
  ASSERT_OK(CreateWithRows(test.environment, kRoot, *rows(1), {.properties = std::move(properties)}));
  for (const int first : {3, 5, 7}) {
    ASSERT_OK_AND_ASSIGN(const auto snapshot, OpenNewest(test.environment));
    ASSERT_OK(WriteRows(test.environment, snapshot, *rows(first)));
  }
  for (const char* condition : {"n = 2", "n = 5 OR n = 6"}) {
    ASSERT_OK_AND_ASSIGN(const auto snapshot, OpenNewest(test.environment));
    ASSERT_OK(DeleteRows(test.environment, snapshot, {.condition = condition}));
  }
  files.Put(kOrphan, "bytes");
}

void AddCheckpoint(MemoryFileSystem& files) {
  delta_log::TestEnvironment test(files, 6);
  ASSERT_OK_AND_ASSIGN(const auto snapshot, OpenNewest(test.environment));
  ASSERT_OK(delta_log::WriteCheckpoint(test.environment, *snapshot, {}));
}

class UpkeepSweep : public ::testing::TestWithParam<const char*> {
 protected:
  static void PrepareTable(MemoryFileSystem& files) { Prepare(files, {{"delta.enableDeletionVectors", GetParam()}}); }
  static void PrepareCheckpoint(MemoryFileSystem& files) {
    PrepareTable(files);
    AddCheckpoint(files);
  }
  /// The next commit writes a checkpoint and cleans up.
  static void PrepareDue(MemoryFileSystem& files) {
    Prepare(files, {{"delta.enableDeletionVectors", GetParam()}, {"delta.checkpointInterval", "6"}});
  }
};

INSTANTIATE_TEST_SUITE_P(Vectors, UpkeepSweep, ::testing::Values("false", "true"));

void SweepOptimize(std::function<void(MemoryFileSystem&)> prepare, const OptimizeRequest& request) {
  SweepFaults({.prepare = std::move(prepare),
               .run = [&request](const Environment& environment) -> core::Status {
                 SLUICE_ASSIGN_OR_RETURN(auto snapshot, OpenNewest(environment));
                 SLUICE_TRY(Optimize(environment, std::move(snapshot), request));
                 return core::Ok();
               },
               .repeatable = true,
               .check_end =
                   [](const Environment& environment) {
                     ASSERT_OK_AND_ASSIGN(const auto snapshot, OpenNewest(environment));
                     EXPECT_LE(snapshot->files.size(), 2U);
                   }});
}

TEST_P(UpkeepSweep, Packing) { SweepOptimize(PrepareDue, {}); }

TEST_P(UpkeepSweep, Clustering) { SweepOptimize(PrepareTable, {.cluster_by = {"n", "s"}, .full = true}); }

/// What a full vacuum would still take.
std::vector<std::string> Waste(const Environment& environment) {
  std::vector<std::string> paths;
  const auto snapshot = OpenNewest(environment);
  EXPECT_OK(snapshot);
  const auto report = Vacuum(environment, *snapshot,
                             {.retain = std::chrono::milliseconds(0), .unsafe_retention = true, .dry_run = true});
  EXPECT_OK(report);
  if (!report) return {};
  for (const VacuumedFile& file : report->files) paths.push_back(kRoot + ("/" + file.path));
  return paths;
}

void SweepVacuum(std::function<void(MemoryFileSystem&)> prepare, bool lite) {
  SweepFaults({.prepare = std::move(prepare),
               .run = [lite](const Environment& environment) -> core::Status {
                 SLUICE_ASSIGN_OR_RETURN(auto snapshot, OpenNewest(environment));
                 SLUICE_TRY(Vacuum(environment, std::move(snapshot),
                                   {.retain = std::chrono::milliseconds(0), .unsafe_retention = true, .lite = lite}));
                 return core::Ok();
               },
               .repeatable = true,
               .check_end =
                   [lite](const Environment& environment) {
                     const auto left = lite ? std::vector<std::string>{kOrphan} : std::vector<std::string>();
                     EXPECT_EQ(Waste(environment), left);
                   }});
}

TEST_P(UpkeepSweep, Vacuum) { SweepVacuum(PrepareTable, false); }

TEST_P(UpkeepSweep, LiteVacuum) { SweepVacuum(PrepareCheckpoint, true); }

TEST_P(UpkeepSweep, LogCleanup) {
  SweepFaults({.prepare = PrepareCheckpoint,
               .run = [](const Environment& environment) -> core::Status {
                 SLUICE_ASSIGN_OR_RETURN(const auto snapshot, OpenNewest(environment));
                 SLUICE_TRY(delta_log::CleanUpLog(environment, *snapshot));
                 return core::Ok();
               },
               .repeatable = true,
               .check_end =
                   [](const Environment& environment) {
                     EXPECT_FALSE(environment.files.Stat(delta_log::CommitPath(kRoot, 4)).has_value());
                     EXPECT_OK(delta_log::OpenSnapshot(environment, kRoot, 5));
                   }});
}

class CheckpointSweep : public ::testing::TestWithParam<CheckpointKind> {};

INSTANTIATE_TEST_SUITE_P(Kinds, CheckpointSweep,
                         ::testing::Values(CheckpointKind::kClassic, CheckpointKind::kV2, CheckpointKind::kV2Json,
                                           CheckpointKind::kV2ClassicName));

TEST_P(CheckpointSweep, LeavesTheTable) {
  const bool classic = GetParam() == CheckpointKind::kClassic;
  const auto prepare = [classic](MemoryFileSystem& files) {
    Prepare(files, {{"delta.checkpointPolicy", classic ? "classic" : "v2"}});
  };
  SweepFaults({.prepare = prepare,
               .run = [](const Environment& environment) -> core::Status {
                 SLUICE_ASSIGN_OR_RETURN(const auto snapshot, OpenNewest(environment));
                 SLUICE_TRY(delta_log::WriteCheckpoint(environment, *snapshot, {.kind = GetParam()}));
                 return core::Ok();
               },
               .repeatable = true,
               .check_end =
                   [](const Environment& environment) {
                     ASSERT_OK_AND_ASSIGN(const auto snapshot, OpenNewest(environment));
                     ASSERT_TRUE(snapshot->log.checkpoint.has_value());
                     EXPECT_EQ(snapshot->log.checkpoint->version, snapshot->version);
                   }});
}

/// Statistics that lie about the first file, and the last one gone.
void Damage(MemoryFileSystem& files, bool statistics, bool missing) {
  Prepare(files, {});
  delta_log::TestEnvironment test(files, 5);
  ASSERT_OK_AND_ASSIGN(const auto snapshot, OpenNewest(test.environment));
  const auto live = snapshot->files.All();
  if (statistics) {
    ASSERT_OK_AND_ASSIGN(
        auto transaction,
        delta_log::Transaction::Begin(test.environment, snapshot, {.name = "LIE", .kind = delta::Operation::kAlter}));
    delta::AddFile add = snapshot->files.Get(live.front());
    add.stats = R"({"numRecords":7})";
    add.data_change = false;
    transaction.Add(std::move(add));
    ASSERT_OK(transaction.Commit());
  }
  if (!missing) return;
  ASSERT_OK(files.Remove(kRoot + ("/" + snapshot->files.Get(live.back()).path)));
}

class RepairSweep : public ::testing::TestWithParam<std::pair<bool, bool>> {};

INSTANTIATE_TEST_SUITE_P(Damages, RepairSweep,
                         ::testing::Values(std::pair(true, false), std::pair(false, true), std::pair(true, true)));

TEST_P(RepairSweep, RemovesNothingThatIsThere) {
  SweepFaults({.prepare = [](MemoryFileSystem& files) { Damage(files, GetParam().first, GetParam().second); },
               .run = [](const Environment& environment) -> core::Status {
                 SLUICE_ASSIGN_OR_RETURN(auto snapshot, OpenNewest(environment));
                 SLUICE_ASSIGN_OR_RETURN(const auto report, Verify(environment, std::move(snapshot), {.repair = true}));
                 if (report.harmful() > 0) return core::Corruption("not all was repaired");
                 return core::Ok();
               },
               .repeatable = true,
               .needs_all_reads = false,
               .check_end =
                   [](const Environment& environment) {
                     ASSERT_OK_AND_ASSIGN(const auto snapshot, OpenNewest(environment));
                     ASSERT_OK_AND_ASSIGN(const auto report, Verify(environment, snapshot, {}));
                     EXPECT_EQ(report.harmful(), 0U);
                   }});
}

}  // namespace
}  // namespace sluice::table
