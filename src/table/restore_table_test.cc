#include "table/restore_table.h"

#include <gtest/gtest.h>

#include "delta/action_json.h"
#include "table/alter_table.h"
#include "table/delete_rows.h"
#include "table/written_table.h"

namespace sluice::table {
namespace {

using core::ErrorKind;
using testing::FailsWith;
using ::testing::HasSubstr;

const arrow::FieldVector kFields = {arrow::field("n", arrow::int32()), arrow::field("s", arrow::utf8())};

class RestoreTableOf : public ::testing::Test {
 protected:
  /// 0: rows 1 to 3; 1: 4; 2: without 2, by a vector; 3: only 9.
  void SetUp() override {
    ASSERT_OK(table_.Create(*RowsOf(kFields, R"([{"n": 1}, {"n": 2}, {"n": 3}])"),
                            {.properties = {{"delta.enableDeletionVectors", "true"}}}));
    ASSERT_OK(table_.Write(*RowsOf(kFields, R"([{"n": 4}])")));
    ASSERT_OK_AND_ASSIGN(const auto snapshot, table_.Open());
    ASSERT_OK(DeleteRows(table_.environment(), snapshot, {.condition = "n = 2"}));
    ASSERT_OK(table_.Write(*RowsOf(kFields, R"([{"n": 9}])"), {.mode = WriteMode::kOverwrite}));
    for (std::int64_t version = 0; version <= 3; ++version) rows_.push_back(*table_.Read(version));
  }
  core::Result<TableChange> Restore(std::int64_t version) {
    SLUICE_ASSIGN_OR_RETURN(const auto snapshot, table_.Open());
    return RestoreTable(table_.environment(), snapshot, version, {});
  }

  WrittenTable table_;
  std::vector<std::vector<std::string>> rows_;
};

TEST_F(RestoreTableOf, BringsBackTheRowsOfEveryVersion) {
  for (const std::int64_t version : {2, 0, 1, 3, 2}) {
    ASSERT_OK(Restore(version));
    EXPECT_EQ(*table_.Read(), rows_[static_cast<std::size_t>(version)]) << version;
  }
}

TEST_F(RestoreTableOf, ChangesOnlyWhatDiffers) {
  ASSERT_OK_AND_ASSIGN(const TableChange all, Restore(2));
  EXPECT_EQ(all.files_added, 2);
  EXPECT_EQ(all.files_removed, 1);
  ASSERT_OK_AND_ASSIGN(const TableChange one, Restore(1));
  EXPECT_EQ(one.files_added, 1);
  EXPECT_EQ(one.files_removed, 1);
  ASSERT_OK_AND_ASSIGN(const TableChange none, Restore(1));
  EXPECT_FALSE(none.committed);
  EXPECT_EQ(none.version, 5);
}

TEST_F(RestoreTableOf, SaysWhatItDid) {
  ASSERT_OK(Restore(2));
  const std::string path = "t/_delta_log/00000000000000000004.json";
  ASSERT_OK_AND_ASSIGN(const auto actions, delta::ParseActions(table_.files.Contents().at(path), path));
  EXPECT_EQ(actions.commit_info->operation, "RESTORE");
  EXPECT_EQ(actions.commit_info->operation_parameters.at("version"), "2");
  EXPECT_EQ(actions.commit_info->operation_metrics.at("numRestoredFiles"), "2");
  EXPECT_EQ(actions.commit_info->operation_metrics.at("numRemovedFiles"), "1");
  EXPECT_EQ(actions.commit_info->operation_metrics.at("numOfFilesAfterRestore"), "2");
  for (const delta::AddFile& add : actions.adds) EXPECT_TRUE(add.stats.has_value());
}

TEST_F(RestoreTableOf, RestoresMetadataAndKeepsTheProtocol) {
  ASSERT_OK_AND_ASSIGN(const auto snapshot, table_.Open());
  ASSERT_OK(AlterTable(table_.environment(), snapshot,
                       {.add_columns = {{.name = "more", .type = {.kind = delta::TypeKind::kTimestampNtz}}},
                        .set_properties = {{"owner", "me"}}}));
  ASSERT_OK_AND_ASSIGN(const TableChange change, Restore(3));
  EXPECT_EQ(change.snapshot->schema.fields.size(), 2);
  EXPECT_FALSE(change.snapshot->metadata.configuration.contains("owner"));
  EXPECT_THAT(*change.snapshot->protocol.reader_features, ::testing::Contains("timestampNtz"));
}

TEST_F(RestoreTableOf, NamesAFileThatIsGone) {
  ASSERT_OK_AND_ASSIGN(const auto then, table_.Open(1));
  const std::string path(then->files.path(then->files.All().front()));
  ASSERT_OK(table_.files.Remove("t/" + path));
  EXPECT_THAT(Restore(1), FailsWith(ErrorKind::kNotFound, HasSubstr(path)));
  EXPECT_EQ((*table_.Open())->version, 3);
}

TEST_F(RestoreTableOf, KnowsOnlyVersionsThatWere) {
  EXPECT_THAT(Restore(4), FailsWith(ErrorKind::kNotFound, HasSubstr("version 4")));
  EXPECT_THAT(Restore(-1), FailsWith(ErrorKind::kNotFound, HasSubstr("-1")));
}

TEST_F(RestoreTableOf, LosesAgainstEveryWriter) {
  ASSERT_OK_AND_ASSIGN(const auto old, table_.Open());
  ASSERT_OK(table_.Write(*RowsOf(kFields, R"([{"n": 5}])")));
  EXPECT_THAT(RestoreTable(table_.environment(), old, 1, {}), FailsWith(ErrorKind::kConflict, HasSubstr("restore")));
}

}  // namespace
}  // namespace sluice::table
