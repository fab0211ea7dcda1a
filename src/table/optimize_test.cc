#include "table/optimize.h"

#include <arrow/api.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <string>
#include <vector>

#include "delta/arrow_types.h"
#include "delta_log/test_environment.h"
#include "expression/parser.h"
#include "storage/memory_file_system.h"
#include "table/cube_plan.h"
#include "table/delete_rows.h"
#include "table/key_cuts.h"
#include "table/new_table.h"
#include "table/scan.h"
#include "table/table_write.h"
#include "tests/support/result_matchers.h"

namespace sluice::table {
namespace {

using delta_log::Snapshot;
using sluice::testing::FailsWith;
using sluice::testing::IsOk;
using ::testing::HasSubstr;
using SnapshotPointer = std::shared_ptr<const Snapshot>;

delta::Field Column(std::string name, delta::TypeKind kind) {
  return {.name = std::move(name), .type = {.kind = kind}};
}

class OptimizeTest : public ::testing::Test {
 protected:
  /// A table of a number, a text that many rows share, and a text of a few values.
  void Create(CreateRequest request) {
    request.schema.fields = {Column("id", delta::TypeKind::kLong), Column("name", delta::TypeKind::kString),
                             Column("part", delta::TypeKind::kString)};
    auto table = PlanTable(environment(), "t", std::move(request));
    ASSERT_TRUE(table) << table.error().message();
    auto change = CommitNewTable(environment(), *table, {}, {});
    ASSERT_TRUE(change) << change.error().message();
    snapshot_ = change->snapshot;
  }

  std::shared_ptr<arrow::RecordBatch> Rows(std::int64_t count, bool with_nulls = true) {
    arrow::Int64Builder ids;
    arrow::StringBuilder names;
    arrow::StringBuilder parts;
    for (std::int64_t i = 0; i < count; ++i) {
      const auto number = static_cast<std::int64_t>(random_.Next() % 1'000'000);
      EXPECT_TRUE(ids.Append(number).ok());
      const std::uint64_t skewed = random_.Next() % 100 * (random_.Next() % 100);
      const bool null = with_nulls && skewed % 13 == 0;
      EXPECT_TRUE((null ? names.AppendNull() : names.Append("service-" + std::to_string(skewed))).ok());
      EXPECT_TRUE(parts.Append(std::string(1, static_cast<char>('a' + number % 3))).ok());
    }
    const auto schema = delta::ToArrow(snapshot_->schema);
    return arrow::RecordBatch::Make(*schema, count, {*ids.Finish(), *names.Finish(), *parts.Finish()});
  }

  void Append(const arrow::RecordBatch& rows, std::uint64_t file_bytes = 0) {
    auto write = TableWrite::Open(environment(), snapshot_, *rows.schema(), {.file_bytes_target = file_bytes});
    ASSERT_TRUE(write) << write.error().message();
    ASSERT_THAT((*write)->Write(rows), IsOk());
    auto change = (*write)->Commit();
    ASSERT_TRUE(change) << change.error().message();
    snapshot_ = change->snapshot;
  }

  void AppendFiles(int count, std::int64_t rows) {
    for (int i = 0; i < count; ++i) Append(*Rows(rows));
  }

  void Delete(const std::string& condition) {
    auto change = DeleteRows(environment(), snapshot_, {.condition = condition});
    ASSERT_TRUE(change) << change.error().message();
    snapshot_ = change->snapshot;
  }

  OptimizeReport Run(OptimizeRequest request = {}) {
    auto report = Optimize(environment(), snapshot_, request);
    EXPECT_TRUE(report) << report.error().message();
    if (!report) return {};
    snapshot_ = report->change.snapshot;
    return *std::move(report);
  }

  /// Every row as text, in the order of the scan.
  std::vector<std::string> ReadRows() {
    std::vector<std::string> rows;
    auto scan = Scan::Open(environment(), snapshot_, {});
    EXPECT_TRUE(scan) << scan.error().message();
    while (true) {
      auto batch = (*scan)->Next();
      EXPECT_TRUE(batch) << batch.error().message();
      if (!batch || !*batch) break;
      for (std::int64_t row = 0; row < (*batch)->rows->num_rows(); ++row) {
        std::string text;
        for (const auto& column : (*batch)->rows->columns()) text += (*column->GetScalar(row))->ToString() + "|";
        rows.push_back(std::move(text));
      }
    }
    return rows;
  }
  std::vector<std::string> SortedRows() {
    std::vector<std::string> rows = ReadRows();
    std::sort(rows.begin(), rows.end());
    return rows;
  }

  /// The share of files that a search skips.
  double Skips(const std::string& condition) {
    const auto parsed = expression::Parse(condition);
    const auto scan = Scan::Open(environment(), snapshot_, {.condition = *parsed});
    EXPECT_TRUE(scan);
    return static_cast<double>((*scan)->plan().skipped.size()) / static_cast<double>(snapshot_->files.size());
  }

  std::size_t FilesOnDisk() {
    std::size_t files = 0;
    const auto listed = files_.List("t");
    for (const auto& file : *listed) files += file.path.ends_with(".parquet") ? 1 : 0;
    return files;
  }

  void RemoveTable() {
    for (const std::string folder : {"t", "t/_delta_log"}) {
      const auto listed = files_.List(folder);
      if (!listed) continue;
      for (const auto& file : *listed) {
        if (!file.directory) (void)files_.Remove(file.path);
      }
    }
  }

  const storage::Environment& environment() { return test_.environment; }

  storage::MemoryFileSystem files_;
  delta_log::TestEnvironment test_{files_};
  core::SeededRandom random_{5};
  SnapshotPointer snapshot_;
};

TEST_F(OptimizeTest, PacksSmallFilesAndKeepsEveryRow) {
  Create({});
  AppendFiles(12, 50);
  const auto before = SortedRows();
  const OptimizeReport report = Run();
  EXPECT_EQ(report.commits, 1);
  EXPECT_EQ(report.change.files_removed, 12);
  EXPECT_EQ(report.change.files_added, 1);
  EXPECT_EQ(report.change.rows, 600);
  EXPECT_EQ(snapshot_->files.size(), 1);
  EXPECT_EQ(SortedRows(), before);
}

TEST_F(OptimizeTest, MakesNoCommitWhenThereIsNothingToDo) {
  Create({});
  AppendFiles(1, 50);
  const auto version = snapshot_->version;
  EXPECT_EQ(Run().commits, 0);
  EXPECT_EQ(snapshot_->version, version);
  AppendFiles(3, 50);
  EXPECT_EQ(Run().commits, 1);
  EXPECT_EQ(Run().commits, 0);
}

TEST_F(OptimizeTest, KeepsPartitionsApart) {
  Create({.partition_by = {"part"}});
  AppendFiles(5, 60);
  const auto before = SortedRows();
  const OptimizeReport one = Run({.where = "part = 'a'"});
  EXPECT_EQ(one.partitions, 1);
  EXPECT_EQ(one.change.files_added, 1);
  const OptimizeReport report = Run();
  EXPECT_EQ(report.partitions, 2);
  EXPECT_EQ(snapshot_->files.size(), 3);
  EXPECT_EQ(SortedRows(), before);
}

TEST_F(OptimizeTest, RefusesConditionsOnRows) {
  Create({.partition_by = {"part"}});
  AppendFiles(1, 10);
  EXPECT_THAT(Optimize(environment(), snapshot_, {.where = "id > 5"}),
              FailsWith(core::ErrorKind::kInvalidInput, HasSubstr("partition columns")));
}

TEST_F(OptimizeTest, LeavesDeletedRowsBehind) {
  Create({.properties = {{"delta.enableDeletionVectors", "true"}}});
  AppendFiles(3, 200);
  Delete("id < 300000");
  const auto before = SortedRows();
  ASSERT_LT(before.size(), 600);
  Run();
  EXPECT_EQ(SortedRows(), before);
  ASSERT_EQ(snapshot_->files.size(), 1);
  EXPECT_FALSE(snapshot_->files.Get(snapshot_->files.All().front()).deletion_vector);
  Delete("id < 600000");  // a file by itself is rewritten to be rid of them
  const auto fewer = SortedRows();
  EXPECT_EQ(Run().change.files_removed, 1);
  EXPECT_EQ(SortedRows(), fewer);
  EXPECT_EQ(Run().commits, 0);
}

TEST_F(OptimizeTest, DropsOnlyTheBinsThatAWinnerTouched) {
  Create({.partition_by = {"part"}});
  AppendFiles(4, 90);
  const SnapshotPointer base = snapshot_;
  Delete("part = 'b' AND id < 500000");
  const auto after_delete = SortedRows();
  snapshot_ = base;
  const OptimizeReport report = Run();
  EXPECT_EQ(report.commits, 1);
  EXPECT_EQ(report.change.files_added, 2);
  EXPECT_EQ(report.change.files_removed, 8);
  EXPECT_THAT(report.change.notes, ::testing::Contains(HasSubstr("1 of 3")));
  EXPECT_EQ(SortedRows(), after_delete);
}

TEST_F(OptimizeTest, DoesNothingWhenWinnersTouchedEveryBin) {
  Create({});
  AppendFiles(4, 90);
  const SnapshotPointer base = snapshot_;
  Run();
  const auto rows = SortedRows();
  const std::size_t files = FilesOnDisk();
  const auto version = snapshot_->version;
  snapshot_ = base;
  EXPECT_EQ(Run().commits, 0);
  EXPECT_EQ(snapshot_->version, version);
  EXPECT_EQ(SortedRows(), rows);
  EXPECT_EQ(FilesOnDisk(), files) << "what was written for nothing is removed";
}

TEST_F(OptimizeTest, ClustersSoThatBothColumnsSkip) {
  Create({});
  for (int i = 0; i < 4; ++i) Append(*Rows(20'000));
  const auto before = SortedRows();
  const auto bytes = static_cast<std::uint64_t>(snapshot_->files.size_bytes());
  OptimizeRequest request{.cluster_by = {"id", "name"}, .target_bytes = bytes / 64};
  request.dry_run = true;
  const OptimizeReport dry = Run(request);
  EXPECT_EQ(dry.commits, 0);
  EXPECT_EQ(dry.files_to_rewrite, 4);
  request.dry_run = false;
  const OptimizeReport report = Run(request);
  EXPECT_GE(snapshot_->files.size(), 50);
  EXPECT_EQ(SortedRows(), before);
  double by_id = 0;
  double by_name = 0;
  for (int i = 0; i < 20; ++i) {
    by_id += Skips("id = " + std::to_string(random_.Next() % 1'000'000)) / 20;
    by_name += Skips("name = 'service-" + std::to_string(random_.Next() % 100 * (random_.Next() % 100)) + "'") / 20;
  }
  EXPECT_GE(by_id, 0.8);
  EXPECT_GE(by_name, 0.7);
  ASSERT_EQ(dry.skipping.size(), 2);
  EXPECT_LT(dry.skipping[0].point_before, 0.1);
  EXPECT_NEAR(dry.skipping[0].point_after, by_id, 0.1);
  EXPECT_NEAR(dry.skipping[1].point_after, by_name, 0.15);
  EXPECT_LE(dry.skipping[0].range_after, dry.skipping[0].point_after);
  EXPECT_NEAR(report.skipping[0].point_after, dry.skipping[0].point_after, 0.05);
}

TEST_F(OptimizeTest, SortsByASingleColumnWithNullsLast) {
  Create({});
  for (int i = 0; i < 3; ++i) Append(*Rows(3000));
  Run({.cluster_by = {"name"}});
  ASSERT_EQ(snapshot_->files.size(), 1);
  std::vector<std::string> names;
  for (const std::string& row : ReadRows()) {
    const std::size_t begin = row.find('|') + 1;
    const std::string name = row.substr(begin, row.find('|', begin) - begin);
    names.push_back(name == "null" ? "~" : name);
  }
  EXPECT_TRUE(std::is_sorted(names.begin(), names.end()));
}

TEST_F(OptimizeTest, GivesTheSameRowsInTheSameOrderWithLittleMemory) {
  const auto run = [&](std::uint64_t memory) {
    RemoveTable();
    random_ = core::SeededRandom(5);
    test_.random = core::SeededRandom(7);
    test_.environment.memory_bytes = std::uint64_t{256} << 20;
    Create({});
    for (int i = 0; i < 3; ++i) Append(*Rows(20'000));
    test_.environment.memory_bytes = memory;
    Run({.cluster_by = {"id", "name"}, .target_bytes = static_cast<std::uint64_t>(snapshot_->files.size_bytes()) / 8});
    return ReadRows();
  };
  const auto unlimited = run(std::uint64_t{4} << 30);
  EXPECT_EQ(unlimited.size(), 60'000);
  const auto limited = run(std::uint64_t{1} << 20);  // spills, and sorts each file in parts
  EXPECT_TRUE(limited == unlimited);
}

TEST_F(OptimizeTest, ClustersRowsThatAreAllAlikeWithLittleMemory) {
  Create({});
  auto rows = Rows(30'000);
  const auto same = arrow::MakeArrayFromScalar(arrow::StringScalar("one"), rows->num_rows());
  rows = *rows->SetColumn(1, rows->schema()->field(1), *same);
  Append(*rows);
  Append(*rows);
  const auto before = SortedRows();
  test_.environment.memory_bytes = std::uint64_t{1} << 20;
  Run({.cluster_by = {"name"}, .target_bytes = static_cast<std::uint64_t>(snapshot_->files.size_bytes()) / 8});
  EXPECT_EQ(SortedRows(), before);
}

TEST_F(OptimizeTest, ClustersEachPartitionByItself) {
  Create({.partition_by = {"part"}});
  AppendFiles(3, 300);
  const auto before = SortedRows();
  const OptimizeReport report = Run({.cluster_by = {"name", "id"}, .curve = Curve::kZOrder});
  EXPECT_EQ(report.partitions, 3);
  EXPECT_EQ(snapshot_->files.size(), 3);
  EXPECT_EQ(SortedRows(), before);
  const auto file = snapshot_->files.Get(snapshot_->files.All().front());
  EXPECT_EQ(file.tags->at("ZCUBE_ZORDER_CURVE"), "zorder");
  EXPECT_FALSE(file.clustering_provider) << "the table is not a clustered one";
}

TEST_F(OptimizeTest, LeavesFilesOfOtherClusteringProvidersAlone) {
  Create({.cluster_by = {"id"}});
  AppendFiles(2, 100);
  auto transaction = delta_log::Transaction::Begin(
      environment(), snapshot_,
      {.name = "OPTIMIZE", .kind = delta::Operation::kRearrange, .rule = delta_log::ConflictRule::kRearrange});
  ASSERT_TRUE(transaction);
  const auto files = snapshot_->files.All();
  const auto stats = snapshot_->files.LoadStats(files);
  for (std::size_t i = 0; i < files.size(); ++i) {
    auto file = snapshot_->files.Get(files[i]);
    file.stats = (*stats)[i];
    file.data_change = false;
    file.clustering_provider = "liquid";
    transaction->Add(file);
  }
  auto committed = transaction->Commit();
  ASSERT_TRUE(committed) << committed.error().ToString();
  snapshot_ = committed->snapshot;
  AppendFiles(1, 100);
  EXPECT_EQ(Run({.full = true}).change.files_removed, 1);
}

TEST(KeyCuts, PutEveryKeyIntoTheFileOfItsRange) {
  core::SeededRandom random(11);
  for (int round = 0; round < 200; ++round) {
    const std::uint64_t distinct = random.Next() % 1000 + 1;
    std::vector<std::uint64_t> sample(random.Next() % 500);
    for (std::uint64_t& key : sample) key = random.Next() % distinct;
    std::sort(sample.begin(), sample.end());
    const KeyCuts cuts = CutKeys(sample, random.Next() % 20 + 1, random.Next() % 5 + 1);
    ASSERT_EQ(cuts.file_of.size(), cuts.buckets());
    EXPECT_TRUE(std::is_sorted(cuts.file_of.begin(), cuts.file_of.end()));
    EXPECT_EQ(cuts.file_of.back() + 1, cuts.files);
    EXPECT_TRUE(std::adjacent_find(cuts.firsts.begin(), cuts.firsts.end(), std::greater_equal<>()) ==
                cuts.firsts.end());
    std::uint32_t last = 0;
    for (std::uint64_t key = 0; key < distinct; ++key) {
      const std::uint32_t bucket = cuts.BucketOf(key);
      EXPECT_GE(bucket, last);
      ASSERT_LT(bucket, cuts.buckets());
      last = bucket;
    }
  }
}

TEST_F(OptimizeTest, ClustersWhatCameAndLeavesLargeCubesAlone) {
  Create({.properties = {{"sluice.cluster.minCube", "1"}}, .cluster_by = {"id"}});
  AppendFiles(3, 100);
  EXPECT_EQ(Run().change.files_removed, 3);
  const auto file = snapshot_->files.Get(snapshot_->files.All().front());
  EXPECT_EQ(file.clustering_provider, "sluice");
  ASSERT_TRUE(file.tags);
  EXPECT_EQ(file.tags->at("ZCUBE_ZORDER_BY"), R"(["id"])");
  EXPECT_EQ(file.tags->at("ZCUBE_ZORDER_CURVE"), "hilbert");
  EXPECT_TRUE(file.tags->contains("ZCUBE_ID"));
  EXPECT_TRUE(file.tags->contains("SLUICE_GRID"));
  EXPECT_EQ(Run().commits, 0);
  AppendFiles(2, 100);
  EXPECT_EQ(Run().change.files_removed, 2);
  const std::size_t files = snapshot_->files.size();
  EXPECT_EQ(Run({.full = true}).change.files_removed, files);
}

TEST_F(OptimizeTest, GrowsASmallCubeAndRestsWhenItIsAlone) {
  Create({.cluster_by = {"id"}});
  AppendFiles(3, 100);
  EXPECT_EQ(Run().commits, 1);
  EXPECT_EQ(Run().commits, 0) << "one lone cube, and nothing new";
  AppendFiles(1, 100);
  EXPECT_EQ(Run().change.files_removed, 2);
  EXPECT_EQ(SortedRows().size(), 400);
}

TEST_F(OptimizeTest, RefusesColumnsThatCannotBeClusteredBy) {
  Create({.partition_by = {"part"}, .properties = {{"delta.dataSkippingStatsColumns", "id"}}});
  AppendFiles(2, 10);
  const auto refusal = [&](std::vector<std::string> columns) {
    return Optimize(environment(), snapshot_, {.cluster_by = std::move(columns)});
  };
  EXPECT_THAT(refusal({"part"}), FailsWith(core::ErrorKind::kInvalidInput, HasSubstr("partition column")));
  EXPECT_THAT(refusal({"name"}), FailsWith(core::ErrorKind::kInvalidInput, HasSubstr("no bounds of 'name'")));
  EXPECT_THAT(refusal({"nam"}), FailsWith(core::ErrorKind::kInvalidInput, HasSubstr("no column 'nam'")));
  EXPECT_THAT(refusal({"id", "ID"}), FailsWith(core::ErrorKind::kInvalidInput, HasSubstr("twice")));
}

}  // namespace
}  // namespace sluice::table
