#include "table/scan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <initializer_list>

#include "delta/deletion_vector.h"
#include "expression/parser.h"
#include "table/test_table.h"
#include "tests/support/result_matchers.h"

namespace sluice::table {
namespace {

using core::ErrorKind;
using ::testing::AllOf;
using ::testing::ElementsAre;
using testing::FailsWith;
using ::testing::HasSubstr;
using testing::IsOk;
using Json = TestTable::Json;

MATCHER_P(Gives, matcher, "") {
  if (!arg.has_value()) {
    *result_listener << arg.error().ToString();
    return false;
  }
  return ::testing::ExplainMatchResult(matcher, *arg, result_listener);
}

expression::Expression Condition(const std::string& sql) { return *expression::Parse(sql); }

Json Stats(int rows, int min, int max) {
  return Json({{"numRecords", rows},
               {"minValues", {{"a", min}}},
               {"maxValues", {{"a", max}}},
               {"nullCount", {{"a", 0}}}})
      .dump();
}

/// A deletion vector of these rows.
Json Marked(std::initializer_list<std::uint64_t> deleted) {
  delta::RowSet rows;
  for (const std::uint64_t row : deleted) rows.Add(row);
  const auto vector = *delta::MakeInlineVector(rows);
  return {{"storageType", "i"},
          {"pathOrInlineDv", vector.path_or_inline},
          {"sizeInBytes", vector.size_bytes},
          {"cardinality", vector.cardinality}};
}

/// Columns a, b and the partition column p; files with a = 1, 2 in p = 1 and a = 3 in p = 2.
class ScanTest : public ::testing::Test {
 protected:
  ScanTest() {
    table_.Commit(
        {TestTable::Protocol(),
         TestTable::Metadata(
             {TestTable::Field("a", "long"), TestTable::Field("p", "integer"), TestTable::Field("b", "string")}, {"p"}),
         TestTable::Add("f2", {{"partitionValues", {{"p", "2"}}}, {"modificationTime", 2}, {"stats", Stats(1, 3, 3)}}),
         TestTable::Add("f1", {{"partitionValues", {{"p", "1"}}}, {"stats", Stats(2, 1, 2)}})});
    table_.Put("f1", {{"b", arrow::utf8(), R"(["x", null])"}, {"a", arrow::int64(), "[1, 2]"}});
    table_.Put("f2", {{"b", arrow::utf8(), R"(["z"])"}, {"a", arrow::int64(), "[3]"}});
  }

  TestTable table_;
};

TEST_F(ScanTest, ReadsAllColumnsOldestFileFirst) {
  EXPECT_THAT(table_.Read(),
              Gives(ElementsAre("a = 1 | b = 'x' | p = 1", "a = 2 | b = NULL | p = 1", "a = 3 | b = 'z' | p = 2")));
  ASSERT_OK_AND_ASSIGN(const auto scan, table_.OpenScan({}));
  EXPECT_EQ(scan->schema()->ToString(), "a: int64\np: int32\nb: string");
}

TEST_F(ScanTest, ReadsOnlyWhatIsAskedForInTheOrderOfTheTable) {
  EXPECT_THAT(table_.Read({.columns = {{"B", "A"}}, .condition = Condition("p = 1 AND a > 1")}),
              Gives(ElementsAre("a = 2 | b = NULL")));
  ASSERT_OK_AND_ASSIGN(const auto scan, table_.OpenScan({.columns = {{"B", "A"}}}));
  EXPECT_EQ(scan->schema()->ToString(), "a: int64\nb: string");
}

TEST_F(ScanTest, CountsRowsWithoutColumns) {
  EXPECT_THAT(table_.Read({.columns = std::vector<std::string>()}), Gives(ElementsAre("", "", "")));
  EXPECT_THAT(table_.Read({.columns = std::vector<std::string>(), .condition = Condition("b IS NULL")}),
              Gives(ElementsAre("")));
}

TEST_F(ScanTest, AColumnThatIsNotThereIsNamedWithTheNearest) {
  EXPECT_THAT(
      table_.Read({.columns = {{"aa"}}}),
      FailsWith(ErrorKind::kInvalidInput, AllOf(HasSubstr("t: the table has no column 'aa'"), HasSubstr("'a'"))));
  EXPECT_THAT(table_.Read({.condition = Condition("c = 1")}),
              FailsWith(ErrorKind::kInvalidInput, HasSubstr("column c")));
}

TEST_F(ScanTest, SkipsFilesAndSaysWhy) {
  ScanRequest request{.condition = Condition("p = 1 AND a >= 2"), .planning = {.with_reasons = true}};
  ASSERT_OK_AND_ASSIGN(const auto by_partition, table_.OpenScan(request));
  ASSERT_EQ(by_partition->plan().files.size(), 1U);
  ASSERT_EQ(by_partition->plan().skipped.size(), 1U);
  EXPECT_THAT(by_partition->plan().skipped[0].reason, HasSubstr("p"));
  request.condition = Condition("a > 2");
  ASSERT_OK_AND_ASSIGN(const auto by_statistics, table_.OpenScan(request));
  ASSERT_EQ(by_statistics->plan().skipped.size(), 1U);
  EXPECT_THAT(by_statistics->plan().skipped[0].reason, HasSubstr("max 2"));
  request.planning.with_skipping = false;
  ASSERT_OK_AND_ASSIGN(const auto all, table_.OpenScan(request));
  EXPECT_EQ(all->plan().files.size(), 2U);
}

TEST_F(ScanTest, SkippedFilesNeedNotBeThere) {
  ASSERT_OK(table_.files.Remove("t/f2"));
  EXPECT_THAT(table_.Read({.condition = Condition("a < 3")}), IsOk());
}

TEST_F(ScanTest, AFileThatIsGoneIsAnErrorAfterTheRowsBeforeIt) {
  ASSERT_OK(table_.files.Remove("t/f2"));
  ASSERT_OK_AND_ASSIGN(const auto scan, table_.OpenScan({}));
  ASSERT_OK_AND_ASSIGN(const auto first, scan->Next());
  EXPECT_EQ(first->rows->num_rows(), 2);
  const auto missing = AllOf(HasSubstr("t/f2"), HasSubstr("version 0"), HasSubstr("vacuumed"));
  EXPECT_THAT(scan->Next(), FailsWith(ErrorKind::kNotFound, missing));
  EXPECT_THAT(scan->Next(), FailsWith(ErrorKind::kNotFound, missing));
}

TEST_F(ScanTest, DeletedRowsAreLeftOutAndPositionsStay) {
  table_.Commit({TestTable::Remove("f1"),
                 TestTable::Add("f1", {{"partitionValues", {{"p", "1"}}}, {"deletionVector", Marked({0})}})});
  EXPECT_THAT(table_.Read({.columns = {{"a"}}, .extra = {.positions = true}}),
              Gives(ElementsAre("_position = 1 | a = 2", "_position = 0 | a = 3")));
}

TEST_F(ScanTest, AVectorThatMarksMoreThanThereIsIsCorruption) {
  table_.Commit({TestTable::Remove("f1"), TestTable::Add("f1", {{"deletionVector", Marked({2})}})});
  EXPECT_THAT(table_.Read(), FailsWith(ErrorKind::kCorruption, AllOf(HasSubstr("t/f1"), HasSubstr("row 2"))));
}

TEST_F(ScanTest, PathsAreDecodedOnce) {
  table_.Commit({TestTable::Add("with%20blank%2520", {{"modificationTime", 9}})});
  table_.Put("with blank%20", {{"a", arrow::int64(), "[4]"}});
  EXPECT_THAT(table_.Read({.condition = Condition("a = 4")}), Gives(ElementsAre("a = 4 | b = NULL | p = NULL")));
}

TEST_F(ScanTest, APartitionValueThatTheLogDoesNotGiveIsNullWithANote) {
  table_.Commit({TestTable::Add("f3", {{"modificationTime", 9}})});
  table_.Put("f3", {{"a", arrow::int64(), "[4]"}});
  ASSERT_OK_AND_ASSIGN(const auto scan, table_.OpenScan({}));
  while (true) {
    ASSERT_OK_AND_ASSIGN(const auto next, scan->Next());
    if (!next) break;
  }
  EXPECT_THAT(scan->notes(), ElementsAre(AllOf(HasSubstr("t/f3"), HasSubstr("'p'"))));
}

TEST_F(ScanTest, FilesOutsideAreReadOnlyWhenAllowed) {
  table_.Commit({TestTable::Add("/elsewhere/f3", {{"modificationTime", 9}})});
  table_.files.Put("/elsewhere/f3", MakeParquet({{"a", arrow::int64(), "[4]"}}));
  EXPECT_THAT(table_.Read(), FailsWith(ErrorKind::kUnsupported, HasSubstr("/elsewhere/f3")));
  EXPECT_THAT(table_.Read({.condition = Condition("a = 4"), .allow_outside = true}),
              Gives(ElementsAre("a = 4 | b = NULL | p = NULL")));
}

TEST_F(ScanTest, FilesComeByTheirTimeAndNotByTheirName) {
  table_.Commit({TestTable::Add("a", {{"partitionValues", {{"p", "1"}}}, {"modificationTime", 9}})});
  table_.Put("a", {{"a", arrow::int64(), "[4]"}});
  EXPECT_THAT(table_.Read({.columns = {{"a"}}}), Gives(ElementsAre("a = 1", "a = 2", "a = 3", "a = 4")));
}

TEST_F(ScanTest, AFileWithoutLiveRowsNeedNotBeThere) {
  table_.Commit({TestTable::Remove("f1"), TestTable::Add("f1", {{"partitionValues", {{"p", "1"}}},
                                                                {"deletionVector", Marked({0, 1})},
                                                                {"stats", Stats(2, 1, 2)}})});
  ASSERT_OK(table_.files.Remove("t/f1"));
  EXPECT_THAT(table_.Read({.columns = {{"a"}}, .condition = Condition("a > 1")}), Gives(ElementsAre("a = 3")));
}

TEST_F(ScanTest, VectorsOutsideAreReadOnlyWhenAllowed) {
  const Json vector = {
      {"storageType", "p"}, {"pathOrInlineDv", "/elsewhere/v.bin"}, {"sizeInBytes", 36}, {"cardinality", 1}};
  table_.Commit({TestTable::Remove("f1"), TestTable::Add("f1", {{"deletionVector", vector}})});
  EXPECT_THAT(table_.Read(), FailsWith(ErrorKind::kUnsupported, HasSubstr("/elsewhere/v.bin")));
  EXPECT_THAT(table_.Read({.allow_outside = true}), FailsWith(ErrorKind::kNotFound, HasSubstr("/elsewhere/v.bin")));
}

TEST_F(ScanTest, PartitionValuesThatAreNoneAreCorruption) {
  table_.Commit({TestTable::Add("f3", {{"partitionValues", {{"p", "x"}}}, {"modificationTime", 9}})});
  table_.Put("f3", {{"a", arrow::int64(), "[4]"}});
  EXPECT_THAT(table_.Read(), FailsWith(ErrorKind::kCorruption, AllOf(HasSubstr("t/f3"), HasSubstr("'p'"))));
}

TEST_F(ScanTest, ACancelledScanStops) {
  ASSERT_OK_AND_ASSIGN(const auto scan, table_.OpenScan({}));
  table_.world.cancellation.Cancel();
  EXPECT_THAT(scan->Next(), FailsWith(ErrorKind::kCancelled, HasSubstr("")));
}

TEST_F(ScanTest, RowIdsNeedATableThatTracksThem) {
  EXPECT_THAT(table_.Read({.extra = {.row_ids = true}}), FailsWith(ErrorKind::kUnsupported, HasSubstr("track rows")));
}

TEST(Scan, APartitionThatMayNotBeNullIsNot) {
  TestTable table;
  table.Commit({TestTable::Protocol(),
                TestTable::Metadata({TestTable::Field("a", "long"), TestTable::Field("p", "string", false)}, {"p"}),
                TestTable::Add("f", {{"partitionValues", {{"p", ""}}}})});
  table.Put("f", {{"a", arrow::int64(), "[1]"}, {"p", arrow::utf8(), R"(["in the file"])"}});
  EXPECT_THAT(table.Read(), FailsWith(ErrorKind::kCorruption, AllOf(HasSubstr("'p'"), HasSubstr("t/f"))));
}

TEST(Scan, PartitionValuesOfTheLogWinOverThoseInTheFile) {
  TestTable table;
  table.Commit({TestTable::Protocol(),
                TestTable::Metadata({TestTable::Field("a", "long"), TestTable::Field("p", "string")}, {"p"}),
                TestTable::Add("f", {{"partitionValues", {{"p", "log"}}}})});
  table.Put("f", {{"a", arrow::int64(), "[1]"}, {"p", arrow::utf8(), R"(["file"])"}});
  EXPECT_THAT(table.Read(), Gives(ElementsAre("a = 1 | p = 'log'")));
}

/// A table with a column a that tracks its rows, their deletions and changes.
class TrackingTable : public TestTable {
 public:
  TrackingTable() {
    Commit({{{"protocol",
              {{"minReaderVersion", 3},
               {"minWriterVersion", 7},
               {"readerFeatures", {"deletionVectors"}},
               {"writerFeatures", {"deletionVectors", "rowTracking", "domainMetadata", "changeDataFeed"}}}}},
            Metadata({Field("a", "long")}, {},
                     {{"delta.enableRowTracking", "true"},
                      {"delta.rowTracking.materializedRowIdColumnName", "id-col"},
                      {"delta.rowTracking.materializedRowCommitVersionColumnName", "version-col"},
                      {"delta.enableChangeDataFeed", "true"}})});
  }
};

TEST(Scan, RowsKeepTheirNumbersBeyondTheFirstBatch) {
  TrackingTable table;
  std::string values = "[0";
  for (int row = 1; row < 65550; ++row) values += fmt::format(",{}", row);
  table.Put("f", {{"a", arrow::int64(), values + "]"}});
  Json file = {{"baseRowId", 1000}, {"defaultRowCommitVersion", 1}};
  table.Commit({TestTable::Add("f", file)});
  file["deletionVector"] = Marked({65540});
  table.Commit({TestTable::Remove("f"), TestTable::Add("f", file)});
  EXPECT_THAT(
      table.Read({.condition = Condition("a BETWEEN 65539 AND 65541"), .extra = {.row_ids = true, .positions = true}}),
      Gives(ElementsAre("_position = 65539 | _row_commit_version = 1 | _row_id = 66539 | a = 65539",
                        "_position = 65541 | _row_commit_version = 1 | _row_id = 66541 | a = 65541")));
  EXPECT_THAT(table.ReadChanges({.first_version = 2}),
              Gives(ElementsAre(AllOf(HasSubstr("'delete'"), HasSubstr("a = 65540")))));
}

TEST(Scan, RowIdsThatAreInTheFileGoBeforeThoseOfTheLog) {
  TrackingTable table;
  table.Put("f", {{"a", arrow::int64(), "[1, 2]"},
                  {"id-col", arrow::int64(), "[null, 500]"},
                  {"version-col", arrow::int64(), "[0, null]"}});
  table.Commit({TestTable::Add("f", {{"baseRowId", 10}, {"defaultRowCommitVersion", 1}})});
  const ScanRequest request{.extra = {.row_ids = true}};
  EXPECT_THAT(table.Read(request), Gives(ElementsAre("_row_commit_version = 0 | _row_id = 10 | a = 1",
                                                     "_row_commit_version = 1 | _row_id = 500 | a = 2")));
  table.Put("g", {{"a", arrow::int64(), "[3]"}});
  table.Commit({TestTable::Add("g")});
  EXPECT_THAT(table.Read(request), FailsWith(ErrorKind::kCorruption, HasSubstr("no row ids")));
}

TEST(Scan, ChangesThatAVectorMarksBeyondTheFileAreCorruption) {
  TrackingTable table;
  table.Put("f", {{"a", arrow::int64(), "[1, 2]"}});
  const Json file = {{"baseRowId", 10}, {"defaultRowCommitVersion", 1}};
  table.Commit({TestTable::Add("f", file)});
  Json marked = file;
  marked["deletionVector"] = Marked({2});
  table.Commit({TestTable::Remove("f"), TestTable::Add("f", marked)});
  EXPECT_THAT(table.ReadChanges({.first_version = 2}), FailsWith(ErrorKind::kCorruption, HasSubstr("row 2")));
}

TEST(Scan, ManyFilesComeInTheirOrderWithAnyNumberOfThreads) {
  TestTable table;
  std::vector<Json> actions = {TestTable::Protocol(), TestTable::Metadata({TestTable::Field("a", "long")})};
  std::vector<std::string> expected;
  for (int file = 0; file < 40; ++file) {
    const std::string name = fmt::format("f{:02}", file);
    table.Put(name, {{"a", arrow::int64(), fmt::format("[{0}, {0}]", file)}});
    actions.push_back(TestTable::Add(name));
    expected.insert(expected.end(), 2, fmt::format("a = {}", file));
  }
  std::reverse(actions.begin() + 2, actions.end());
  table.Commit(actions);
  for (const std::size_t threads : {1U, 2U, 5U}) {
    delta_log::TestEnvironment world(table.files, 7, threads);
    ASSERT_OK_AND_ASSIGN(const auto snapshot, delta_log::OpenSnapshot(world.environment, TestTable::kRoot));
    ASSERT_OK_AND_ASSIGN(const auto scan, Scan::Open(world.environment, snapshot, {}));
    std::vector<std::string> rows;
    while (true) {
      ASSERT_OK_AND_ASSIGN(const auto next, scan->Next());
      if (!next) break;
      AppendRowTexts(*next->rows, rows);
    }
    EXPECT_EQ(rows, expected) << threads;
    ASSERT_OK_AND_ASSIGN(const auto left_early, Scan::Open(world.environment, snapshot, {}));
    ASSERT_OK(left_early->Next());
  }
}

}  // namespace
}  // namespace sluice::table
