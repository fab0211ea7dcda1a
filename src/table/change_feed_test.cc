#include "table/change_feed.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "table/test_table.h"
#include "tests/support/result_matchers.h"

namespace sluice::table {
namespace {

using core::ErrorKind;
using ::testing::AllOf;
using testing::FailsWith;
using ::testing::HasSubstr;
using testing::IsOk;
using Json = TestTable::Json;

const Json kFeedOn = {{"delta.enableChangeDataFeed", "true"}};

/// Type and row of each change, as in "1 insert a = 1".
std::vector<std::string> Short(const core::Result<std::vector<std::string>>& rows) {
  if (!rows.has_value()) return {rows.error().ToString()};
  std::vector<std::string> texts;
  for (const std::string& row : *rows) {
    const auto value = [&](const std::string& name) {
      const std::size_t begin = row.find(name + " = ") + name.size() + 3;
      return row.substr(begin, row.find(" | ", begin) - begin);
    };
    std::string type = value("_change_type");
    type = type == "NULL" ? type : type.substr(1, type.size() - 2);
    texts.push_back(value("_commit_version") + " " + type + " " + row.substr(row.find(" | a = ") + 3));
  }
  return texts;
}

class ChangeFeedTest : public ::testing::Test {
 protected:
  void Create(const Json& configuration = kFeedOn) {
    table_.Commit(
        {TestTable::Protocol(),
         TestTable::Metadata({TestTable::Field("a", "long"), TestTable::Field("p", "integer")}, {"p"}, configuration)});
  }
  void Put(const std::string& path, const std::string& values) {
    table_.Put(path, {{"a", arrow::int64(), values}, {"_change_type", arrow::utf8(), Types(values)}});
  }
  static std::string Types(const std::string& values) {
    return values == "[7]" ? R"(["update_preimage"])"
           : arrow::json::ArrayFromJSONString(arrow::int64(), values).ValueOrDie()->length() == 1 ? "[null]"
                                                                                                  : "[null, null]";
  }
  static Json Partition(const char* value) { return {{"partitionValues", {{"p", value}}}}; }

  TestTable table_;
};

TEST_F(ChangeFeedTest, WholeFilesAreInsertedAndDeleted) {
  Create();
  Put("f1", "[1, 2]");
  Put("f2", "[3]");
  table_.Commit({TestTable::Add("f1", Partition("1"))});
  table_.Commit({TestTable::Add("f2", Partition("2")),
                 TestTable::Remove("f1", {{"extendedFileMetadata", true}, {"partitionValues", {{"p", "1"}}}})});
  EXPECT_EQ(Short(table_.ReadChanges()),
            (std::vector<std::string>{"1 insert a = 1 | p = 1", "1 insert a = 2 | p = 1", "2 delete a = 1 | p = 1",
                                      "2 delete a = 2 | p = 1", "2 insert a = 3 | p = 2"}));
  EXPECT_EQ(Short(table_.ReadChanges({.first_version = 1, .last_version = 1})).size(), 2U);
}

TEST_F(ChangeFeedTest, PartitionsThatARemoveDoesNotTellAreLookedUp) {
  Create();
  Put("f1", "[1]");
  table_.Commit({TestTable::Add("f1", Partition("1"))});
  table_.Commit({TestTable::Remove("f1")});
  EXPECT_EQ(Short(table_.ReadChanges({.first_version = 2})), (std::vector<std::string>{"2 delete a = 1 | p = 1"}));
}

TEST_F(ChangeFeedTest, FilesOfChangesTellAllOfTheirCommit) {
  Create();
  Put("f1", "[1]");
  Put("_change_data/c", "[7]");
  table_.Commit(
      {TestTable::Add("f1", Partition("1")),
       {{"cdc", {{"path", "_change_data/c"}, {"partitionValues", {{"p", "4"}}}, {"size", 1}, {"dataChange", false}}}}});
  EXPECT_EQ(Short(table_.ReadChanges()), (std::vector<std::string>{"1 update_preimage a = 7 | p = 4"}));
}

TEST_F(ChangeFeedTest, RearrangedRowsAndMergesThatChangedNothingAreSilent) {
  Create();
  Put("f1", "[1]");
  Put("f2", "[1]");
  table_.Commit({TestTable::Add("f1", {{"dataChange", false}})});
  const Json zeros = {{"numTargetRowsInserted", "0"}, {"numTargetRowsUpdated", "0"}, {"numTargetRowsDeleted", "0"}};
  table_.Commit({{{"commitInfo", {{"operation", "MERGE"}, {"operationMetrics", zeros}}}},
                 TestTable::Add("f2"),
                 TestTable::Remove("f1")});
  EXPECT_EQ(Short(table_.ReadChanges()), std::vector<std::string>());
}

TEST_F(ChangeFeedTest, VersionsWithoutTheFeedAreNamed) {
  Create(Json::object());
  table_.Commit(
      {TestTable::Metadata({TestTable::Field("a", "long"), TestTable::Field("p", "integer")}, {"p"}, kFeedOn)});
  table_.Commit({TestTable::Metadata({TestTable::Field("a", "long"), TestTable::Field("p", "integer")}, {"p"})});
  EXPECT_THAT(table_.ReadChanges(),
              FailsWith(ErrorKind::kInvalidInput, AllOf(HasSubstr("version 0"), HasSubstr("enableChangeDataFeed"))));
  EXPECT_THAT(table_.ReadChanges({.first_version = 1}), FailsWith(ErrorKind::kInvalidInput, HasSubstr("version 2")));
  EXPECT_THAT(table_.ReadChanges({.first_version = 1, .last_version = 1}), IsOk());
}

TEST_F(ChangeFeedTest, ColumnsMayComeButNotGo) {
  Create();
  Put("f1", "[1]");
  table_.Commit({TestTable::Add("f1", Partition("1"))});
  const auto change = [&](const std::vector<Json>& fields) {
    table_.Commit({TestTable::Metadata(fields, {"p"}, kFeedOn)});
  };
  change({TestTable::Field("a", "long"), TestTable::Field("p", "integer"), TestTable::Field("z", "string")});
  EXPECT_EQ(Short(table_.ReadChanges()), (std::vector<std::string>{"1 insert a = 1 | p = 1 | z = NULL"}));
  change({TestTable::Field("a", "string"), TestTable::Field("p", "integer"), TestTable::Field("z", "string")});
  EXPECT_THAT(table_.ReadChanges(), FailsWith(ErrorKind::kInvalidInput, AllOf(HasSubstr("'a'"), HasSubstr("type"))));
  change({TestTable::Field("p", "integer"), TestTable::Field("z", "string")});
  EXPECT_THAT(table_.ReadChanges(), FailsWith(ErrorKind::kInvalidInput, AllOf(HasSubstr("'a'"), HasSubstr("dropped"))));
}

TEST_F(ChangeFeedTest, VersionsThatAreNotThereAreRefused) {
  Create();
  EXPECT_THAT(table_.ReadChanges({.first_version = 1}), FailsWith(ErrorKind::kInvalidInput, HasSubstr("version 1")));
  EXPECT_THAT(table_.ReadChanges({.last_version = 9}), FailsWith(ErrorKind::kNotFound, HasSubstr("9")));
}

TEST_F(ChangeFeedTest, AFileThatIsGoneIsNamed) {
  Create();
  table_.Commit({TestTable::Add("f1", Partition("1"))});
  EXPECT_THAT(table_.ReadChanges(),
              FailsWith(ErrorKind::kNotFound, AllOf(HasSubstr("t/f1"), HasSubstr("version 1"), HasSubstr("vacuumed"))));
}

}  // namespace
}  // namespace sluice::table
