#include <gtest/gtest.h>

#include <thread>

#include "library/table_fixture.h"

namespace sluice {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class WriteTransactionTest : public TableFixture {};

TEST_F(WriteTransactionTest, StreamsOfOneTransactionAreOneCommit) {
  Table table = Create();
  auto transaction = *table.BeginWrite();
  TestStream first({Rows(R"([{"n": 1, "s": "a"}])"), Rows(R"([{"n": 2, "s": null}])")});
  TestStream second({Rows(R"([{"n": 3, "s": "c"}])")});
  ASSERT_THAT(transaction.Write(first.get()), Succeeds());
  ASSERT_THAT(transaction.Write(second.get()), Succeeds());
  EXPECT_EQ(transaction.rows(), 3u);
  EXPECT_EQ(table.snapshot().version(), 0);
  const auto outcome = transaction.Commit();
  ASSERT_THAT(outcome, Succeeds());
  const auto& committed = std::get<Committed>(*outcome);
  EXPECT_EQ(committed.version, 1);
  EXPECT_EQ(committed.rows, 3u);
  EXPECT_EQ(committed.files_added, 1u);
  EXPECT_EQ(table.snapshot().version(), 1) << "the handle goes on from its own commit";
  EXPECT_EQ(RowsIn(table.snapshot()).size(), 3u);
  EXPECT_EQ(first.released(), 1);
  EXPECT_EQ(second.released(), 1);
}

TEST_F(WriteTransactionTest, ABatchIsTakenWithItsType) {
  Table table = Create();
  auto transaction = *table.BeginWrite();
  const auto rows = Rows(R"([{"n": 1, "s": "a"}])");
  ArrowArray array;
  ArrowSchema type;
  ASSERT_TRUE(arrow::ExportRecordBatch(*rows, &array, &type).ok());
  ASSERT_THAT(transaction.Write(&array, &type), Succeeds());
  EXPECT_EQ(array.release, nullptr);
  EXPECT_EQ(type.release, nullptr);
  EXPECT_THAT(transaction.Write(&array, &type), FailsWith(ErrorKind::kInvalidInput, HasSubstr("released before")));
  ASSERT_THAT(transaction.Commit(), Succeeds());
  EXPECT_EQ(RowsIn(table.snapshot()), TextsOf(*rows));
}

TEST_F(WriteTransactionTest, NothingOfABatchIsKept) {
  Table table = Create();
  auto transaction = *table.BeginWrite();
  auto rows = Rows(R"([{"n": 1, "s": "a"}])");
  const std::weak_ptr<arrow::Buffer> lent = rows->column(0)->data()->buffers[1];
  ArrowArray array;
  ArrowSchema type;
  ASSERT_TRUE(arrow::ExportRecordBatch(*rows, &array, &type).ok());
  rows.reset();
  EXPECT_FALSE(lent.expired());
  ASSERT_THAT(transaction.Write(&array, &type), Succeeds());
  EXPECT_TRUE(lent.expired());
  ASSERT_THAT(transaction.Commit(), Succeeds());
  EXPECT_EQ(RowsIn(table.snapshot()), TextsOf(*Rows(R"([{"n": 1, "s": "a"}])")));
}

TEST_F(WriteTransactionTest, AStreamThatFailsMidwayCommitsNothingAndLeavesNothing) {
  Table table = Create();
  ASSERT_EQ(Append(table, R"([{"n": 1, "s": "kept"}])"), 1);
  TestStream torn({Rows(R"([{"n": 2, "s": "lost"}])")}, /*fails_at_end=*/true);
  {
    auto transaction = *table.BeginWrite();
    EXPECT_THAT(transaction.Write(torn.get()), FailsWith(ErrorKind::kInvalidInput, HasSubstr("the tape tore")));
    EXPECT_THAT(transaction.Commit(), FailsWith(ErrorKind::kInvalidInput, HasSubstr("over")));
  }
  EXPECT_EQ(torn.released(), 1);
  EXPECT_EQ(torn.get()->release, nullptr);
  EXPECT_EQ((*table.Refresh()).version(), 1);
  EXPECT_EQ(RowsIn(table.snapshot()).size(), 1u);
  EXPECT_EQ(DataFiles(), 1u);
}

TEST_F(WriteTransactionTest, ATransactionThatIsDroppedLeavesNothing) {
  Table table = Create();
  {
    auto transaction = *table.BeginWrite();
    TestStream stream({Rows(R"([{"n": 2, "s": "b"}])")});
    ASSERT_THAT(transaction.Write(stream.get()), Succeeds());
  }
  EXPECT_EQ(DataFiles(), 0u);
  EXPECT_EQ((*table.Refresh()).version(), 0);
}

TEST_F(WriteTransactionTest, AStreamIsReleasedOnceWhateverGoesWrong) {
  Table table = Create();
  TestStream options({Rows(R"([{"n": 1, "s": "a"}])")});
  EXPECT_THAT(table.Write(options.get(), {.mode = WriteMode::kReplaceWhere}),
              FailsWith(ErrorKind::kInvalidInput, HasSubstr("replace_where")));
  EXPECT_EQ(options.released(), 1);
  TestStream columns({RowsOf({arrow::field("other", arrow::int64())}, R"([{"other": 1}])")});
  EXPECT_THAT(table.Write(columns.get()), FailsWith(ErrorKind::kInvalidInput, HasSubstr("other")));
  EXPECT_EQ(columns.released(), 1);
  TestStream values({RowsOf({arrow::field("n", arrow::utf8())}, R"([{"n": "x"}])")});
  EXPECT_THAT(table.Write(values.get()), FailsWith(ErrorKind::kInvalidInput, HasSubstr("'n'")));
  EXPECT_EQ(values.released(), 1);
  EXPECT_THAT(table.Write(values.get()), FailsWith(ErrorKind::kInvalidInput, HasSubstr("released before")));
  EXPECT_EQ(DataFiles(), 0u);
}

TEST_F(WriteTransactionTest, ValuesThatAreNotWhatArrowSaysAreRefused) {
  Table table = Create();
  const auto offsets = std::make_shared<arrow::Buffer>(reinterpret_cast<const std::uint8_t*>("\0\0\0\0\2\0\0\0"), 8);
  const auto bytes = std::make_shared<arrow::Buffer>(reinterpret_cast<const std::uint8_t*>("\xff\xfe"), 2);
  const auto text = std::make_shared<arrow::StringArray>(1, offsets, bytes);
  TestStream stream({arrow::RecordBatch::Make(arrow::schema({arrow::field("s", arrow::utf8())}), 1, {text})});
  EXPECT_THAT(table.Write(stream.get()), FailsWith(ErrorKind::kInvalidInput, HasSubstr("UTF8")));
}

TEST_F(WriteTransactionTest, ARepeatedApplicationVersionIsNotEvenRead) {
  Table table = Create();
  const WriteOptions options = {.txn = ApplicationVersion{"loader", 7}};
  EXPECT_EQ(Append(table, R"([{"n": 1, "s": "a"}])", options), 1);
  TestStream again({Rows(R"([{"n": 1, "s": "a"}])")});
  const auto outcome = table.Write(again.get(), options);
  ASSERT_THAT(outcome, Succeeds());
  ASSERT_TRUE(std::holds_alternative<NothingToDo>(*outcome));
  EXPECT_TRUE(std::get<NothingToDo>(*outcome).already_applied);
  EXPECT_EQ(again.pulled(), 0u);
  EXPECT_EQ(again.released(), 1);
  EXPECT_EQ(table.snapshot().TransactionVersion("loader"), 7);
  EXPECT_EQ(table.snapshot().TransactionVersion("other"), std::nullopt);
  // Another handle that does not know of it yet finds out at the commit.
  EXPECT_EQ(RowsIn(table.snapshot()).size(), 1u);
}

TEST_F(WriteTransactionTest, AHandleThatIsBehindFindsARepetitionAtTheCommit) {
  Table table = Create();
  Table behind = *Table::Open(engine_, path_);
  const WriteOptions options = {.txn = ApplicationVersion{"loader", 7}};
  ASSERT_EQ(Append(table, R"([{"n": 1, "s": "a"}])", options), 1);
  TestStream again({Rows(R"([{"n": 1, "s": "a"}])")});
  const auto outcome = behind.Write(again.get(), options);
  ASSERT_THAT(outcome, Succeeds());
  ASSERT_TRUE(std::holds_alternative<NothingToDo>(*outcome));
  EXPECT_TRUE(std::get<NothingToDo>(*outcome).already_applied);
  EXPECT_EQ(DataFiles(), 1u);
}

TEST_F(WriteTransactionTest, OverwriteAndReplaceWhereTakeThePlaceOfRows) {
  Table table = Create();
  ASSERT_EQ(Append(table, R"([{"n": 1, "s": "a"}, {"n": 2, "s": "b"}])"), 1);
  EXPECT_EQ(Append(table, R"([{"n": 2, "s": "new"}])", {.mode = WriteMode::kReplaceWhere, .replace_where = "n = 2"}),
            2);
  EXPECT_EQ(RowsIn(table.snapshot()), TextsOf(*Rows(R"([{"n": 1, "s": "a"}, {"n": 2, "s": "new"}])")));
  TestStream outside({Rows(R"([{"n": 3, "s": "c"}])")});
  EXPECT_THAT(table.Write(outside.get(), {.mode = WriteMode::kReplaceWhere, .replace_where = "n = 2"}),
              FailsWith(ErrorKind::kInvalidInput, HasSubstr("n = 2")));
  EXPECT_EQ(Append(table, R"([{"n": 9, "s": "z"}])", {.mode = WriteMode::kOverwrite}), 3);
  EXPECT_EQ(RowsIn(table.snapshot()), TextsOf(*Rows(R"([{"n": 9, "s": "z"}])")));
  auto nothing = *table.BeginWrite({.mode = WriteMode::kOverwrite});
  ASSERT_THAT(nothing.Commit(), Succeeds());
  EXPECT_EQ(table.snapshot().file_count(), 0u);
}

TEST_F(WriteTransactionTest, AnAppendOfNothingIsNothing) {
  Table table = Create();
  auto transaction = *table.BeginWrite();
  const auto outcome = transaction.Commit();
  ASSERT_THAT(outcome, Succeeds());
  EXPECT_TRUE(std::holds_alternative<NothingToDo>(*outcome));
  EXPECT_THAT(transaction.Commit(), FailsWith(ErrorKind::kInvalidInput, HasSubstr("over")));
}

TEST_F(WriteTransactionTest, ARaceThatIsLostIsAValueAndLeavesNothing) {
  Table table = Create();
  Table other = *Table::Open(engine_, path_);
  auto transaction = *table.BeginWrite();
  TestStream stream({Rows(R"([{"n": 1, "s": "a"}])")});
  ASSERT_THAT(transaction.Write(stream.get()), Succeeds());
  ASSERT_THAT(other.Alter({.add_constraints = {{"small", "n < 0"}}}), Succeeds());
  const auto outcome = transaction.Commit();
  ASSERT_THAT(outcome, Succeeds());
  ASSERT_TRUE(std::holds_alternative<Conflict>(*outcome));
  EXPECT_EQ(std::get<Conflict>(*outcome).error.kind, ErrorKind::kConflict);
  EXPECT_EQ(DataFiles(), 0u);
  EXPECT_EQ((*table.Refresh()).version(), 1);
}

TEST_F(WriteTransactionTest, NewColumnsComeWithTheRowsWhenAsked) {
  Table table = Create();
  const auto rows = RowsOf({arrow::field("n", arrow::int64()), arrow::field("extra", arrow::float64())},
                           R"([{"n": 1, "extra": 0.5}])");
  TestStream refused({rows}), taken({rows});
  EXPECT_THAT(table.Write(refused.get()), FailsWith(ErrorKind::kInvalidInput, HasSubstr("extra")));
  ASSERT_THAT(table.Write(taken.get(), {.add_columns = true}), Succeeds());
  EXPECT_EQ(RowsIn(table.snapshot(), {.columns = {{"n", "extra"}}}), TextsOf(*rows));
}

TEST_F(WriteTransactionTest, ThreadsMayShareATable) {
  Table table = Create();
  std::vector<std::jthread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&table] {
      for (int round = 0; round < 5; ++round) EXPECT_GT(Append(table, R"([{"n": 1, "s": "a"}])"), 0);
    });
  }
  threads.clear();
  EXPECT_EQ((*table.Refresh()).version(), 20);
  EXPECT_EQ(RowsIn(table.snapshot()).size(), 20u);
}

TEST_F(WriteTransactionTest, CancelEndsAWrite) {
  Table table = Create();
  engine_.Cancel();
  TestStream stream({Rows(R"([{"n": 1, "s": "a"}])")});
  EXPECT_THAT(table.Write(stream.get()), FailsWith(ErrorKind::kCancelled, HasSubstr("stopped")));
  EXPECT_EQ(stream.released(), 1);
}

}  // namespace
}  // namespace sluice
