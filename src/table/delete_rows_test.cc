#include "table/delete_rows.h"

#include <gtest/gtest.h>

#include "table/written_table.h"

namespace sluice::table {
namespace {

using core::ErrorKind;
using testing::FailsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

const arrow::FieldVector kFields = {arrow::field("n", arrow::int32()), arrow::field("s", arrow::utf8())};

std::shared_ptr<arrow::RecordBatch> Numbers(int first, int last) {
  std::string json;
  for (int n = first; n <= last; ++n) {
    json += (json.empty() ? "" : ",") + std::string("{\"n\": ") + std::to_string(n) + ", \"s\": \"x\"}";
  }
  return RowsOf(kFields, "[" + json + "]");
}

class DeleteRowsOf : public ::testing::TestWithParam<const char*> {
 protected:
  core::Result<TableChange> Create(std::vector<std::string> partition_by = {}) {
    return table_.Create(*Numbers(1, 9), {.partition_by = std::move(partition_by),
                                          .properties = {{"delta.enableDeletionVectors", GetParam()}}});
  }
  core::Result<TableChange> Delete(const std::string& condition, std::optional<ApplicationVersion> application = {}) {
    SLUICE_ASSIGN_OR_RETURN(const auto snapshot, table_.Open());
    return DeleteRows(table_.environment(), snapshot, {.condition = condition, .application = application});
  }
  bool vectors() const { return std::string_view(GetParam()) == "true"; }

  WrittenTable table_;
};

TEST_P(DeleteRowsOf, TakesRowsOutAgainAndAgain) {
  ASSERT_OK(Create());
  ASSERT_OK_AND_ASSIGN(const TableChange first, Delete("n = 1 OR n = 9"));
  EXPECT_EQ(first.rows, 2);
  EXPECT_EQ(first.vectors_added, vectors() ? 1 : 0);
  EXPECT_EQ(first.files_added, vectors() ? 0 : 1);
  EXPECT_EQ(*table_.Read(), TextsOf(*Numbers(2, 8)));
  ASSERT_OK_AND_ASSIGN(const TableChange second, Delete("n <= 3"));
  EXPECT_EQ(second.rows, 2);
  EXPECT_EQ(*table_.Read(), TextsOf(*Numbers(4, 8)));
  ASSERT_OK_AND_ASSIGN(const TableChange last, Delete("n > 0"));
  EXPECT_EQ(last.rows, 5);
  EXPECT_EQ(last.files_removed, 1);
  EXPECT_THAT(*table_.Read(), IsEmpty());
  EXPECT_EQ(*table_.Read(1), TextsOf(*Numbers(2, 8)));
}

TEST_P(DeleteRowsOf, KeepsRowsForWhichTheConditionIsNull) {
  ASSERT_OK(table_.Create(*RowsOf(kFields, R"([{"n": 1}, {"n": null}])"),
                          {.properties = {{"delta.enableDeletionVectors", GetParam()}}}));
  ASSERT_OK_AND_ASSIGN(const TableChange change, Delete("NOT n > 5"));
  EXPECT_EQ(change.rows, 1);
  EXPECT_EQ(*table_.Read(), TextsOf(*RowsOf(kFields, R"([{"n": null}])")));
}

TEST_P(DeleteRowsOf, MakesNoCommitWhenThereIsNothingToDelete) {
  ASSERT_OK(Create());
  ASSERT_OK_AND_ASSIGN(const TableChange change, Delete("n = 100"));
  EXPECT_FALSE(change.committed);
  EXPECT_EQ(change.version, 0);
}

TEST_P(DeleteRowsOf, RemovesWholePartitionsWithoutReadingThem) {
  ASSERT_OK(Create({"n"}));
  for (const std::string& path : table_.DataFiles()) table_.files.Put(path, "unreadable");
  ASSERT_OK_AND_ASSIGN(const TableChange change, Delete("n BETWEEN 2 AND 4"));
  EXPECT_EQ(change.rows, 3);
  EXPECT_EQ(change.files_removed, 3);
}

TEST_P(DeleteRowsOf, AppliesAVersionOfAnApplicationOnce) {
  ASSERT_OK(Create());
  ASSERT_OK(Delete("n = 1", ApplicationVersion{"cleaner", 1}));
  const auto files = table_.files.Contents();
  ASSERT_OK_AND_ASSIGN(const TableChange again, Delete("n = 2", ApplicationVersion{"cleaner", 1}));
  EXPECT_TRUE(again.already_applied);
  EXPECT_EQ(table_.files.Contents(), files);
}

TEST_P(DeleteRowsOf, LeavesNoFileBehindWhenItLoses) {
  ASSERT_OK(Create());
  ASSERT_OK_AND_ASSIGN(const auto old, table_.Open());
  ASSERT_OK(Delete("n = 1"));
  const auto files = table_.files.Contents();
  EXPECT_THAT(DeleteRows(table_.environment(), old, {.condition = "n = 2"}),
              FailsWith(ErrorKind::kConflict, HasSubstr("Concurrent")));
  EXPECT_EQ(table_.files.Contents(), files);
}

TEST_P(DeleteRowsOf, RefusesConditionsItDoesNotUnderstand) {
  ASSERT_OK(Create());
  EXPECT_THAT(Delete("m = 1"), FailsWith(ErrorKind::kInvalidInput, HasSubstr("m")));
  EXPECT_THAT(Delete("n +"), FailsWith(ErrorKind::kInvalidInput, HasSubstr("")));
  EXPECT_THAT(Delete("n"), FailsWith(ErrorKind::kInvalidInput, HasSubstr("")));
}

INSTANTIATE_TEST_SUITE_P(Vectors, DeleteRowsOf, ::testing::Values("false", "true"));

TEST(DeleteRows, RefusesToTakeRowsFromATableThatOnlyTakesAppends) {
  WrittenTable table;
  ASSERT_OK(table.Create(*Numbers(1, 3), {.properties = {{"delta.appendOnly", "true"}}}));
  ASSERT_OK_AND_ASSIGN(const auto snapshot, table.Open());
  EXPECT_THAT(DeleteRows(table.environment(), snapshot, {.condition = "n = 1"}),
              FailsWith(ErrorKind::kInvalidInput, HasSubstr("append")));
  EXPECT_THAT(table.DataFiles(), SizeIs(1));
}

TEST(DeleteRows, NeedsVectorsWhereAChangeDataFeedIsKept) {
  const auto remove = [](const char* vectors, std::vector<std::string> partitions) -> core::Result<TableChange> {
    WrittenTable table;
    SLUICE_TRY(table.Create(*Numbers(1, 3), {.partition_by = std::move(partitions),
                                             .properties = {{"delta.enableChangeDataFeed", "true"},
                                                            {"delta.enableDeletionVectors", vectors}}}));
    SLUICE_ASSIGN_OR_RETURN(const auto snapshot, table.Open());
    return DeleteRows(table.environment(), snapshot, {.condition = "n = 1"});
  };
  EXPECT_THAT(remove("true", {}), testing::IsOk());
  EXPECT_THAT(remove("false", {}), FailsWith(ErrorKind::kUnsupported, HasSubstr("changeDataFeed")));
  EXPECT_THAT(remove("false", {"n"}), testing::IsOk()) << "whole files need no vectors";
}

}  // namespace
}  // namespace sluice::table
