#include "sluice/table.h"

#include <gtest/gtest.h>

#include "library/table_fixture.h"

namespace sluice {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class TableTest : public TableFixture {};

TEST_F(TableTest, CreateRefusesWhatIsThereAndWhatCannotBe) {
  Create();
  EXPECT_THAT(Table::Create(engine_, path_, kColumns), FailsWith(ErrorKind::kAlreadyExists, HasSubstr(path_)));
  EXPECT_THAT(Table::Create(engine_, folder_ / "u", "n wrong"),
              FailsWith(ErrorKind::kInvalidInput, HasSubstr("wrong")));
  EXPECT_THAT(Table::Create(engine_, folder_ / "u", kColumns, {.partition_by = {"x"}}),
              FailsWith(ErrorKind::kInvalidInput, HasSubstr("x")));
  EXPECT_THAT(Table::Create(engine_, folder_ / "u", kColumns, {.properties = {{"delta.appendOnli", "true"}}}),
              FailsWith(ErrorKind::kInvalidInput, HasSubstr("delta.appendOnly")));
  ArrowSchema released = {};
  EXPECT_THAT(Table::Create(engine_, folder_ / "u", &released),
              FailsWith(ErrorKind::kInvalidInput, HasSubstr("released")));
  EXPECT_THAT(Table::Open(engine_, folder_ / "u"), FailsWith(ErrorKind::kNotFound, HasSubstr("u")));
}

TEST_F(TableTest, OnlyTheNewestVersionCanBeChanged) {
  Create();
  EXPECT_THAT(Table::Open(engine_, path_ + "@v0"), FailsWith(ErrorKind::kInvalidInput, HasSubstr("old version")));
  EXPECT_THAT(Table::Open(engine_, "delta:" + path_), Succeeds());
}

TEST_F(TableTest, RefreshSeesWhatOthersWrote) {
  Table table = Create();
  Table other = *Table::Open(engine_, path_);
  Append(other, R"([{"n": 1, "s": "a"}])");
  EXPECT_EQ(table.snapshot().version(), 0);
  EXPECT_EQ(table.Refresh()->version(), 1);
  EXPECT_EQ(table.snapshot().version(), 1);
}

TEST_F(TableTest, DeleteTakesRowsOut) {
  Table table = Create({.properties = {{"delta.enableDeletionVectors", "true"}}});
  Append(table, R"([{"n": 1, "s": "a"}, {"n": 2, "s": "b"}])");
  const auto outcome = table.Delete("n = 1");
  ASSERT_THAT(outcome, Succeeds());
  EXPECT_EQ(std::get<Committed>(*outcome).rows, 1u);
  EXPECT_EQ(std::get<Committed>(*outcome).vectors_added, 1u);
  EXPECT_EQ(RowsIn(table.snapshot()), TextsOf(*Rows(R"([{"n": 2, "s": "b"}])")));
  EXPECT_EQ(table.snapshot().Files()->files[0].deleted_rows, 1);
  const auto again = table.Delete("n = 1");
  ASSERT_THAT(again, Succeeds());
  EXPECT_TRUE(std::holds_alternative<NothingToDo>(*again));
}

TEST_F(TableTest, AlterChangesColumnsPropertiesAndRules) {
  Table table = Create();
  Append(table, R"([{"n": 1, "s": "a"}])");
  ASSERT_THAT(table.Alter({.add_columns = "extra float64",
                           .set_properties = {{"owner", "me"}},
                           .add_constraints = {{"positive", "n > 0"}}}),
              Succeeds());
  EXPECT_EQ(table.snapshot().Describe()->properties.at("owner"), "me");
  TestStream bad({Rows(R"([{"n": -1, "s": "b"}])")});
  EXPECT_THAT(table.Write(bad.get()), FailsWith(ErrorKind::kInvalidInput, HasSubstr("positive")));
  ASSERT_THAT(table.Alter({.unset_properties = {"owner"}, .drop_constraints = {"positive"}}), Succeeds());
  EXPECT_GT(Append(table, R"([{"n": -1, "s": "b"}])"), 0);
  EXPECT_THAT(table.Alter({.add_columns = "n int64"}), FailsWith(ErrorKind::kInvalidInput, HasSubstr("n")));
}

TEST_F(TableTest, HistoryAndTimeTravelGoByTheLog) {
  Table table = Create();
  Append(table, R"([{"n": 1, "s": "a"}])", {.user_metadata = "first"});
  const auto history = table.History();
  ASSERT_THAT(history, Succeeds());
  ASSERT_THAT(*history, SizeIs(2));
  const HistoryEntry& newest = history->front();
  EXPECT_EQ(newest.version, 1);
  EXPECT_EQ(newest.operation, "WRITE");
  EXPECT_EQ(newest.parameters.at("mode"), "Append");
  EXPECT_EQ(newest.metrics.at("numOutputRows"), "1");
  EXPECT_EQ(newest.user_metadata, "first");
  EXPECT_EQ(newest.blind_append, true);
  EXPECT_THAT(*table.History(1), SizeIs(1));
  EXPECT_EQ(table.AtTime(newest.timestamp_ms * 1000)->version(), 1);
  EXPECT_EQ(table.AtTime(history->back().timestamp_ms * 1000)->version(), 0);
  EXPECT_THAT(table.AtTime(0), FailsWith(ErrorKind::kNotFound, HasSubstr("1970")));
}

TEST_F(TableTest, ChangesTellWhatCameAndWent) {
  Table table = Create({.properties = {{"delta.enableChangeDataFeed", "true"}}});
  Append(table, R"([{"n": 1, "s": "a"}, {"n": 2, "s": "b"}])");
  Append(table, R"([{"n": 3, "s": "c"}])", {.mode = WriteMode::kOverwrite});
  ArrowArrayStream stream;
  ASSERT_THAT(table.Changes({.first_version = 1, .columns = {{"n"}}}, &stream), Succeeds());
  const auto texts = TextsOf(&stream);
  EXPECT_THAT(texts, SizeIs(5));
  EXPECT_THAT(texts, Contains(HasSubstr("delete")).Times(2));
  ASSERT_THAT(table.Changes({.first_version = 1, .last_version = 1}, &stream), Succeeds());
  EXPECT_THAT(TextsOf(&stream), SizeIs(2));
  EXPECT_THAT(table.Changes({.first_version = 9}, &stream), FailsWith(ErrorKind::kInvalidInput, HasSubstr("9")));
}

TEST_F(TableTest, RestoreMakesAnOldVersionTheNewest) {
  Table table = Create();
  Append(table, R"([{"n": 1, "s": "a"}])");
  Append(table, R"([{"n": 2, "s": "b"}])");
  const auto outcome = table.Restore(1);
  ASSERT_THAT(outcome, Succeeds());
  EXPECT_EQ(std::get<Committed>(*outcome).version, 3);
  EXPECT_EQ(RowsIn(table.snapshot()), TextsOf(*Rows(R"([{"n": 1, "s": "a"}])")));
  EXPECT_THAT(table.Restore(42), FailsWith(ErrorKind::kNotFound, HasSubstr("42")));
}

TEST_F(TableTest, MaintenanceReportsWhatItDid) {
  Table table = Create();
  for (int i = 0; i < 4; ++i) Append(table, R"([{"n": 1, "s": "a"}, {"n": 2, "s": "b"}])");
  const auto dry = table.Optimize({.dry_run = true});
  ASSERT_THAT(dry, Succeeds());
  EXPECT_EQ(dry->files_to_rewrite, 4u);
  EXPECT_EQ(dry->commits, 0u);
  const auto optimized = table.Optimize();
  ASSERT_THAT(optimized, Succeeds());
  EXPECT_EQ(optimized->change.files_removed, 4u);
  EXPECT_EQ(optimized->change.files_added, 1u);
  EXPECT_EQ(table.snapshot().version(), optimized->change.version);
  EXPECT_EQ(table.snapshot().file_count(), 1u);
  const auto clustered = table.Optimize({.cluster_by = {"n"}, .curve = SpaceCurve::kZOrder, .full = true});
  ASSERT_THAT(clustered, Succeeds());
  ASSERT_THAT(clustered->skipping, SizeIs(1));
  EXPECT_EQ(clustered->skipping[0].column, "n");

  const auto checkpoint = table.Checkpoint();
  ASSERT_THAT(checkpoint, Succeeds());
  EXPECT_EQ(checkpoint->version, table.snapshot().version());
  EXPECT_EQ(checkpoint->adds, 1u);
  EXPECT_FALSE(checkpoint->already_there);

  EXPECT_THAT(table.Vacuum({.retain = std::chrono::hours(0)}),
              FailsWith(ErrorKind::kInvalidInput, HasSubstr("unsafe")));
  const auto vacuumed = table.Vacuum({.retain = std::chrono::hours(0), .unsafe_retention = true});
  ASSERT_THAT(vacuumed, Succeeds());
  EXPECT_GE(vacuumed->files.size(), 4u);
  EXPECT_EQ(DataFiles(), 1u);
  EXPECT_THAT(RowsIn(table.snapshot()), SizeIs(8));
}

TEST_F(TableTest, VerifyFindsAndMendsWhatIsNotAsTheLogSays) {
  Table table = Create();
  Append(table, R"([{"n": 1, "s": "a"}])");
  Append(table, R"([{"n": 2, "s": "b"}])");
  const auto sound = table.Verify();
  ASSERT_THAT(sound, Succeeds());
  EXPECT_THAT(sound->findings, IsEmpty());
  EXPECT_EQ(sound->rows, 2u);
  ASSERT_TRUE(std::filesystem::remove(path_ + "/" + table.snapshot().Files("n = 1")->files[0].path));
  const auto found = table.Verify();
  ASSERT_THAT(found, Succeeds());
  EXPECT_EQ(found->harmful, 1u);
  ASSERT_THAT(found->findings, SizeIs(1));
  EXPECT_EQ(found->findings[0].kind, Finding::Kind::kMissingFile);
  const auto mended = table.Verify(/*repair=*/true);
  ASSERT_THAT(mended, Succeeds());
  EXPECT_EQ(mended->harmful, 0u);
  EXPECT_EQ(mended->repair_version, 3);
  EXPECT_EQ(RowsIn(table.snapshot()), TextsOf(*Rows(R"([{"n": 2, "s": "b"}])")));
}

TEST(Result, TakingTheValueOfAnErrorEndsTheProcess) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");  // other tests have started threads
  const Result<int> failed = Error{.kind = ErrorKind::kNotFound, .message = "it is gone", .hint = "look there"};
  EXPECT_FALSE(failed.ok());
  EXPECT_EQ(failed.error().ToString(), "NotFound: it is gone\n  hint: look there");
  EXPECT_DEATH((void)*failed, "it is gone");
}

}  // namespace
}  // namespace sluice
