#include "table/verify.h"

#include <arrow/json/from_string.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>
#include <gmock/gmock.h>

#include <set>

#include "delta/path.h"
#include "delta_log/checkpoint_writer.h"
#include "delta_log/log_name.h"
#include "delta_log/test_environment.h"
#include "storage/local_file_system.h"
#include "storage/memory_file_system.h"
#include "table/delete_rows.h"
#include "table/new_table.h"
#include "table/scan.h"
#include "table/table_case.h"
#include "table/table_write.h"
#include "tests/support/result_matchers.h"

namespace sluice::table {
namespace {

using delta_log::Snapshot;
using sluice::testing::FailsWith;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;
using Kind = Finding::Kind;

auto Found(Kind kind, const std::string& message) {
  return AllOf(Field("kind", &Finding::kind, kind), Field("message", &Finding::message, HasSubstr(message)));
}

delta::Field Column(std::string name, delta::TypeKind kind) {
  return {.name = name, .type = {.kind = kind}, .physical_name = name};
}

/// A table of one partition column and a few others, in memory.
class VerifyTest : public ::testing::Test {
 protected:
  static constexpr const char* kRoot = "t";

  void Create(delta::StringMap properties = {}) {
    CreateRequest request{.partition_by = {"p"}, .properties = std::move(properties)};
    request.schema.fields = {Column("id", delta::TypeKind::kLong), Column("name", delta::TypeKind::kString),
                             Column("x", delta::TypeKind::kDouble), Column("at", delta::TypeKind::kTimestamp),
                             Column("p", delta::TypeKind::kString)};
    ASSERT_OK_AND_ASSIGN(NewTable table, PlanTable(world_.environment, kRoot, std::move(request)));
    ASSERT_OK_AND_ASSIGN(TableChange change, CommitNewTable(world_.environment, table, {}, {}));
    newest_ = change.snapshot;
  }
  void Append(const std::string& rows) {
    const auto schema = arrow::schema(
        {arrow::field("id", arrow::int64()), arrow::field("name", arrow::utf8()), arrow::field("x", arrow::float64()),
         arrow::field("at", arrow::timestamp(arrow::TimeUnit::MICRO, "UTC")), arrow::field("p", arrow::utf8())});
    const auto values = arrow::json::ArrayFromJSONString(arrow::struct_(schema->fields()), rows).ValueOrDie();
    const auto batch = arrow::RecordBatch::FromStructArray(values).ValueOrDie();
    ASSERT_OK_AND_ASSIGN(const auto write, TableWrite::Open(world_.environment, newest_, *schema, {}));
    ASSERT_OK(write->Write(*batch));
    ASSERT_OK_AND_ASSIGN(TableChange change, write->Commit());
    newest_ = change.snapshot;
  }
  /// Five rows in two files.
  void AppendFive() {
    Append(R"([{"id":1,"name":"a","x":1.5,"at":"2026-01-01 00:00:00.000123","p":"u v"},
               {"id":2,"name":null,"x":null,"at":null,"p":"u v"},
               {"id":3,"name":"aaaaaaaaaabbbbbbbbbbccccccccccdddddddddd","x":-0.0,"at":null,"p":"u v"},
               {"id":4,"name":"b","x":2.0,"at":"1960-01-01 00:00:00.999999","p":"100%"},
               {"id":7,"name":"c","x":2.5,"at":null,"p":"100%"}])");
  }
  void Delete(const std::string& condition) {
    ASSERT_OK_AND_ASSIGN(TableChange change, DeleteRows(world_.environment, newest_, {.condition = condition}));
    newest_ = change.snapshot;
  }
  /// Put other statistics into the log for the file of the row with this id.
  void Lie(std::int64_t min_id, const std::string& from, const std::string& to) {
    const std::vector<delta_log::FileRef> files = newest_->files.All();
    ASSERT_OK_AND_ASSIGN(const auto texts, newest_->files.LoadStats(files));
    ASSERT_OK_AND_ASSIGN(
        auto transaction,
        delta_log::Transaction::Begin(world_.environment, newest_, {.name = "LIE", .kind = delta::Operation::kAlter}));
    for (std::size_t i = 0; i < files.size(); ++i) {
      if (texts[i].find("\"minValues\":{\"id\":" + std::to_string(min_id)) == std::string::npos) continue;
      delta::AddFile add = newest_->files.Get(files[i]);
      add.stats = texts[i];
      ASSERT_NE(add.stats->find(from), std::string::npos) << *add.stats;
      add.stats->replace(add.stats->find(from), from.size(), to);
      add.data_change = false;
      transaction.Add(std::move(add));
    }
    ASSERT_OK_AND_ASSIGN(const auto result, transaction.Commit());
    newest_ = result.snapshot;
  }
  core::Result<VerifyReport> Run(bool repair = false) {
    return Verify(world_.environment, newest_, {.repair = repair});
  }
  /// Repair, and look again.
  void ExpectRepaired() {
    ASSERT_OK_AND_ASSIGN(const auto report, Run(true));
    EXPECT_EQ(report.harmful(), 0);
    ASSERT_TRUE(report.repair.has_value());
    EXPECT_EQ(report.repair->version, newest_->version + 1);
    ASSERT_OK_AND_ASSIGN(newest_, delta_log::OpenSnapshot(world_.environment, kRoot));
    ASSERT_OK_AND_ASSIGN(const auto again, Run(true));
    EXPECT_THAT(again.findings, IsEmpty());
    EXPECT_FALSE(again.repair.has_value());
  }
  std::string PathOf(const std::string& part) const {
    for (const auto& [path, bytes] : files_.Contents()) {
      if (path.find("_delta_log") == std::string::npos && path.find(part) != std::string::npos) return path;
    }
    ADD_FAILURE() << "no file with " << part;
    return {};
  }
  void Damage(const std::string& path, std::size_t place) {
    std::string bytes = files_.Contents().at(path);
    bytes[place] = static_cast<char>(bytes[place] ^ 0x55);
    files_.Put(path, bytes);
  }

  storage::MemoryFileSystem files_;
  delta_log::TestEnvironment world_{files_};
  std::shared_ptr<const Snapshot> newest_;
};

TEST_F(VerifyTest, FindsNothingInASoundTable) {
  Create();
  AppendFive();
  ASSERT_OK_AND_ASSIGN(const auto report, Run(true));
  EXPECT_THAT(report.findings, IsEmpty());
  EXPECT_EQ(report.files, 2);
  EXPECT_EQ(report.rows, 5);
  EXPECT_FALSE(report.repair.has_value());
}

TEST_F(VerifyTest, FindsAndRepairsBoundsThatLie) {
  Create();
  AppendFive();
  Lie(4, R"("maxValues":{"id":7)", R"("maxValues":{"id":6)");
  ASSERT_OK_AND_ASSIGN(const auto report, Run());
  EXPECT_THAT(report.findings, ElementsAre(Found(Kind::kStatistics, "id: max 6, and a row has 7")));
  EXPECT_EQ(report.findings[0].path.find("p=100%25/"), 0);
  EXPECT_EQ(report.harmful(), 1);
  ExpectRepaired();
}

TEST_F(VerifyTest, FindsAndRepairsCountsThatLie) {
  Create();
  AppendFive();
  Lie(1, R"("nullCount":{"id":0,"name":1)", R"("nullCount":{"id":0,"name":0)");
  Lie(4, R"("numRecords":2)", R"("numRecords":3)");
  ASSERT_OK_AND_ASSIGN(const auto report, Run());
  EXPECT_THAT(report.findings, UnorderedElementsAre(Found(Kind::kStatistics, "name: nullCount 0, and 1 rows are NULL"),
                                                    Found(Kind::kStatistics, "numRecords 3, and the file has 2 rows")));
  ExpectRepaired();
}

TEST_F(VerifyTest, FindsTextsAndTimesOutsideOfTheirBounds) {
  Create();
  AppendFive();
  Lie(1, "ccdd\x7F", "ccdd");  // cut off, and not raised
  Lie(1, R"("x":1.5,"at":"2026-01-01T00:00:00.000Z")", R"("x":1.5,"at":"2025-12-31T23:59:59.999Z")");
  ASSERT_OK_AND_ASSIGN(const auto report, Run());
  EXPECT_THAT(report.findings, UnorderedElementsAre(Found(Kind::kStatistics, "name: max 'aaaa"),
                                                    Found(Kind::kStatistics, "at: max 2025-12-31 23:59:59.999")));
  ExpectRepaired();
}

TEST_F(VerifyTest, TightBoundsMustBeThereAndWideOnesNeedNot) {
  Create({{"delta.enableDeletionVectors", "true"}});
  AppendFive();
  Delete("id = 7 OR id = 1");
  ASSERT_OK_AND_ASSIGN(const auto wide, Run());
  EXPECT_THAT(wide.findings, IsEmpty());
  EXPECT_EQ(wide.rows, 3);
  Lie(4, R"("tightBounds":false)", R"("tightBounds":true)");
  ASSERT_OK_AND_ASSIGN(const auto tight, Run());
  EXPECT_THAT(tight.findings, UnorderedElementsAre(Found(Kind::kStatistics, "id: max 7 with tight bounds"),
                                                   Found(Kind::kStatistics, "at: nullCount 1, and 0 rows are NULL")));
  ExpectRepaired();
}

TEST_F(VerifyTest, TakesMissingFilesOut) {
  Create();
  AppendFive();
  ASSERT_OK(files_.Remove(PathOf("p=u v/")));
  ASSERT_OK_AND_ASSIGN(const auto report, Run());
  EXPECT_THAT(report.findings, ElementsAre(Found(Kind::kMissingFile, "with it 3 rows")));
  EXPECT_FALSE(report.findings[0].repaired);
  Lie(4, R"("maxValues":{"id":7)", R"("maxValues":{"id":6)");
  ASSERT_OK_AND_ASSIGN(const auto repaired, Run(true));
  EXPECT_EQ(repaired.harmful(), 0);
  EXPECT_EQ(repaired.repair->files_removed, 1);
  newest_ = repaired.repair->snapshot;
  ASSERT_OK_AND_ASSIGN(const auto after, Run());
  EXPECT_THAT(after.findings, IsEmpty());
  EXPECT_EQ(after.rows, 2);
}

TEST_F(VerifyTest, FindsDamagedFilesAndGoesOn) {
  Create();
  AppendFive();
  Damage(PathOf("p=u v/"), 20);
  const std::string other = PathOf("p=100");
  files_.Put(other, files_.Contents().at(other) + "x");
  ASSERT_OK_AND_ASSIGN(const auto report, Run(true));
  EXPECT_THAT(report.findings, ElementsAre(Found(Kind::kDamagedFile, "and the log says"),
                                           Found(Kind::kDamagedFile, "p=100"), Found(Kind::kDamagedFile, "p=u v")));
  EXPECT_FALSE(report.repair.has_value());
  EXPECT_EQ(report.harmful(), 3);
}

TEST_F(VerifyTest, FindsDamagedVectors) {
  Create({{"delta.enableDeletionVectors", "true"}});
  AppendFive();
  Delete("id = 2");
  const std::string vector = PathOf("deletion_vector_");
  const std::string sound = files_.Contents().at(vector);
  Damage(vector, sound.size() - 1);
  ASSERT_OK_AND_ASSIGN(const auto report, Run());
  EXPECT_THAT(report.findings, ElementsAre(Found(Kind::kVector, vector)));
  ASSERT_OK(files_.Remove(vector));
  ASSERT_OK_AND_ASSIGN(const auto gone, Run(true));
  EXPECT_THAT(gone.findings, ElementsAre(Found(Kind::kVector, vector)));
  EXPECT_FALSE(gone.repair.has_value());
}

TEST_F(VerifyTest, FindsOrphansWhichDoNoHarm) {
  Create();
  AppendFive();
  files_.Put("t/p=u v/stray.parquet", "bytes");
  files_.Put("t/_hidden/stray.parquet", "bytes");
  Delete("p = '100%'");  // a file that was removed is no orphan
  ASSERT_OK_AND_ASSIGN(const auto report, Run());
  EXPECT_THAT(report.findings, ElementsAre(Found(Kind::kOrphanFile, "5 bytes")));
  EXPECT_EQ(report.findings[0].path, "p=u v/stray.parquet");
  EXPECT_EQ(report.harmful(), 0);
}

TEST_F(VerifyTest, ComparesTheChecksum) {
  Create();
  AppendFive();
  const std::string path = delta_log::ChecksumPath(kRoot, newest_->version);
  std::string bytes = files_.Contents().at(path);
  const std::string count = "\"numFiles\":2";
  ASSERT_NE(bytes.find(count), std::string::npos);
  bytes.replace(bytes.find(count), count.size(), "\"numFiles\":3");
  files_.Put(path, bytes);
  ASSERT_OK_AND_ASSIGN(newest_, delta_log::OpenSnapshot(world_.environment, kRoot));
  ASSERT_OK_AND_ASSIGN(const auto report, Run());
  EXPECT_THAT(report.findings, ElementsAre(Found(Kind::kChecksum, "numFiles is 3, and the state has 2")));
  files_.Put(path, "{");
  ASSERT_OK_AND_ASSIGN(const auto torn, Run());
  EXPECT_THAT(torn.findings, ElementsAre(Found(Kind::kChecksum, path)));
}

TEST_F(VerifyTest, FindsAndReplacesADamagedCheckpoint) {
  Create();
  AppendFive();
  ASSERT_OK(delta_log::WriteCheckpoint(world_.environment, *newest_, {}));
  const std::string path = delta_log::ClassicCheckpointPath(kRoot, newest_->version);
  const std::string damaged = files_.Contents().at(path).substr(0, 200);
  for (const bool at_newest_version : {true, false}) {
    SCOPED_TRACE(at_newest_version);
    files_.Put(path, damaged);
    if (!at_newest_version) AppendFive();
    ASSERT_OK_AND_ASSIGN(newest_, delta_log::OpenSnapshot(world_.environment, kRoot));
    ASSERT_OK_AND_ASSIGN(const auto report, Run());
    EXPECT_THAT(report.findings, ElementsAre(Found(Kind::kCheckpoint, path)));
    EXPECT_EQ(report.harmful(), 1);
    ASSERT_OK_AND_ASSIGN(const auto repaired, Run(true));
    EXPECT_EQ(repaired.harmful(), 0);
    EXPECT_EQ(repaired.new_checkpoint, newest_->version);
    EXPECT_FALSE(repaired.repair.has_value());
    EXPECT_TRUE(files_.Contents().contains(path));
    ASSERT_OK_AND_ASSIGN(newest_, delta_log::OpenSnapshot(world_.environment, kRoot));
    EXPECT_THAT(newest_->notes, IsEmpty());
    EXPECT_EQ(newest_->log.checkpoint->version, newest_->version);
    ASSERT_OK_AND_ASSIGN(const auto again, Run());
    EXPECT_THAT(again.findings, IsEmpty());
    EXPECT_EQ(again.rows, report.rows);
  }
}

TEST_F(VerifyTest, NeverTakesAwayTheCheckpointThatAVersionStandsOn) {
  Create();
  AppendFive();
  ASSERT_OK(delta_log::WriteCheckpoint(world_.environment, *newest_, {}));
  const std::string path = delta_log::ClassicCheckpointPath(kRoot, newest_->version);
  ASSERT_OK_AND_ASSIGN(newest_, delta_log::OpenSnapshot(world_.environment, kRoot));  // stands on it
  files_.Put(path, files_.Contents().at(path).substr(0, 200));
  EXPECT_THAT(Run(true), FailsWith(core::ErrorKind::kCorruption, HasSubstr(path)));
  EXPECT_TRUE(files_.Contents().contains(path));
}

TEST_F(VerifyTest, RepairDoesNotBringBackAFileThatAnotherWriterRemoved) {
  Create();
  AppendFive();
  Lie(4, R"("maxValues":{"id":7)", R"("maxValues":{"id":6)");
  const auto held = newest_;
  Delete("p = '100%'");
  EXPECT_THAT(Verify(world_.environment, held, {.repair = true}), FailsWith(core::ErrorKind::kConflict, HasSubstr("")));
}

TEST(VerifyCorpus, FindsInTablesOfOthersOnlyWhatIsKnown) {
  const std::vector<TableCase> tables = FindTableCases();
  if (tables.empty()) GTEST_SKIP() << "the shared test tables are not here";
  storage::LocalFileSystem files;
  delta_log::TestEnvironment world(files);
  std::set<std::string> found;
  for (const TableCase& table : tables) {
    if (table.expect() != "read") continue;
    const auto snapshot = delta_log::OpenSnapshot(world.environment, table.root);
    if (!snapshot.has_value()) continue;
    const auto report = Verify(world.environment, *snapshot, {});
    ASSERT_TRUE(report.has_value()) << table.name << ": " << report.error().ToString();
    if (report->harmful() > 0) found.insert(table.name);
  }
  // A bound that no row has; a smallest timestamp that is rounded up; a checksum that was written by hand.
  EXPECT_THAT(found, ElementsAre("delta_rs/delta-0.8.0", "delta_rs/issue_1374", "kernel/crc-full"));
}

}  // namespace
}  // namespace sluice::table
