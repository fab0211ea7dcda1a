#include "sluice/snapshot.h"

#include <arrow/array/array_dict.h>
#include <gtest/gtest.h>

#include "library/table_fixture.h"

namespace sluice {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::SizeIs;

class SnapshotTest : public TableFixture {
 protected:
  /// Create a table with the type of `rows` and read back what was written.
  void ExpectRoundTrip(const std::shared_ptr<arrow::RecordBatch>& rows) {
    ArrowSchema type;
    ASSERT_TRUE(arrow::ExportSchema(*rows->schema(), &type).ok());
    auto table = Table::Create(engine_, path_, &type);
    EXPECT_EQ(type.release, nullptr);
    ASSERT_THAT(table, Succeeds());
    TestStream stream({rows});
    ASSERT_THAT(table->Write(stream.get()), Succeeds());
    ArrowSchema back;
    ASSERT_THAT(table->snapshot().ExportSchema(&back), Succeeds());
    EXPECT_TRUE(arrow::ImportSchema(&back).ValueOrDie()->Equals(*rows->schema()));
    EXPECT_EQ(RowsIn(table->snapshot()), TextsOf(*rows));
  }
};

TEST_F(SnapshotTest, EveryTypeComesBackAsItWasWritten) {
  const auto micros = arrow::TimeUnit::MICRO;
  ExpectRoundTrip(RowsOf(
      {arrow::field("b", arrow::boolean()), arrow::field("i8", arrow::int8()), arrow::field("i16", arrow::int16()),
       arrow::field("i32", arrow::int32()), arrow::field("i64", arrow::int64(), false),
       arrow::field("f32", arrow::float32()), arrow::field("f64", arrow::float64()),
       arrow::field("dec", arrow::decimal128(38, 4)), arrow::field("txt", arrow::utf8()),
       arrow::field("bin", arrow::binary()), arrow::field("day", arrow::date32()),
       arrow::field("at", arrow::timestamp(micros, "UTC")), arrow::field("local", arrow::timestamp(micros))},
      R"([{"b": true, "i8": -128, "i16": 32767, "i32": -5, "i64": 9223372036854775807, "f32": 0.5,
                              "f64": -1e300, "dec": "-1234567890123456789012345678901234.5678", "txt": "Ї, \"x\"",
                              "bin": "ab", "day": 19000, "at": 1767225600000001, "local": -1},
                             {"i64": 0}])"));
}

TEST_F(SnapshotTest, NestedColumnsComeBackAsTheyWereWritten) {
  const auto point =
      arrow::struct_({arrow::field("x", arrow::int64()), arrow::field("names", arrow::list(arrow::utf8()))});
  ExpectRoundTrip(RowsOf({arrow::field("p", point), arrow::field("ps", arrow::list(arrow::field("element", point))),
                          arrow::field("m", arrow::map(arrow::utf8(), arrow::float64()))},
                         R"([{"p": {"x": 1, "names": ["a", null]}, "ps": [{"x": 2, "names": []}, null],
                              "m": [["k", 1.5], ["l", null]]},
                             {"p": null, "ps": [], "m": []}, {}])"));
}

TEST_F(SnapshotTest, DictionariesAreDecodedAndForeignTypesCast) {
  Table table = Create();
  const auto dictionary = arrow::dictionary(arrow::int8(), arrow::utf8());
  const auto texts = arrow::DictionaryArray::FromArrays(
                         dictionary, arrow::json::ArrayFromJSONString(arrow::int8(), "[1, 0, null, 1]").ValueOrDie(),
                         arrow::json::ArrayFromJSONString(arrow::utf8(), R"(["a", "b"])").ValueOrDie())
                         .ValueOrDie();
  const auto numbers = arrow::json::ArrayFromJSONString(arrow::int16(), "[1, 2, 3, 4]").ValueOrDie();
  TestStream stream({arrow::RecordBatch::Make(
      arrow::schema({arrow::field("S", dictionary), arrow::field("n", arrow::int16())}), 4, {texts, numbers})});
  ASSERT_THAT(table.Write(stream.get()), Succeeds());
  EXPECT_EQ(RowsIn(table.snapshot()),
            TextsOf(*Rows(R"([{"n": 1, "s": "b"}, {"n": 2, "s": "a"}, {"n": 3, "s": null}, {"n": 4, "s": "b"}])")));
}

TEST_F(SnapshotTest, ColumnsAndConditionsChooseWhatIsRead) {
  Table table = Create({.partition_by = {"s"}});
  ASSERT_EQ(Append(table, R"([{"n": 1, "s": "a"}, {"n": 2, "s": "b"}, {"n": 3, "s": "b"}])"), 1);
  const Snapshot snapshot = table.snapshot();
  const auto wanted = RowsOf({arrow::field("n", arrow::int64())}, R"([{"n": 3}])");
  EXPECT_EQ(RowsIn(snapshot, {.columns = {{"N"}}, .where = "s = 'b' AND n > 2"}), TextsOf(*wanted));
  const auto files = snapshot.Files("s = 'b'");
  ASSERT_THAT(files, Succeeds());
  ASSERT_THAT(files->files, SizeIs(1));
  EXPECT_THAT(files->files[0].partition_values, ElementsAre(Pair("s", "b")));
  EXPECT_THAT(files->files[0].statistics, HasSubstr(R"("numRecords":2)"));
  ASSERT_THAT(files->skipped, SizeIs(1));
  EXPECT_THAT(files->skipped[0].reason, HasSubstr("s"));
}

TEST_F(SnapshotTest, WhatDoesNotFitIsAnErrorAndNoStream) {
  Table table = Create();
  ArrowArrayStream stream = {};
  EXPECT_THAT(table.snapshot().Scan({.columns = {{"absent"}}}, &stream),
              FailsWith(ErrorKind::kInvalidInput, HasSubstr("absent")));
  EXPECT_THAT(table.snapshot().Scan({.where = "n >"}, &stream), FailsWith(ErrorKind::kInvalidInput, HasSubstr("n >")));
  EXPECT_EQ(stream.release, nullptr);
  EXPECT_THAT(table.snapshot().Files("x = 1"), FailsWith(ErrorKind::kInvalidInput, HasSubstr("x")));
  EXPECT_THAT(Snapshot::Open(engine_, folder_ / "nothing"), FailsWith(ErrorKind::kNotFound, HasSubstr("nothing")));
  EXPECT_THAT(Snapshot::Open(engine_, path_ + "@v9"), FailsWith(ErrorKind::kNotFound, HasSubstr("9")));
}

TEST_F(SnapshotTest, ARowStreamOutlivesAllHandlesAndABatchItsStream) {
  ArrowArrayStream stream;
  {
    const Engine engine = *Engine::Start({.memory_bytes = std::uint64_t{256} << 20, .threads = 3});
    Table table = *Table::Create(engine, path_, kColumns);
    Append(table, R"([{"n": 1, "s": "a"}, {"n": 2, "s": "b"}])");
    ASSERT_THAT(table.snapshot().Scan({}, &stream), Succeeds());
  }
  ArrowSchema type;
  ArrowArray rows;
  ASSERT_EQ(stream.get_schema(&stream, &type), 0);
  ASSERT_EQ(stream.get_next(&stream, &rows), 0);
  // A child may be moved out of its parent and released by itself.
  ArrowArray child = *rows.children[0];
  rows.children[0]->release = nullptr;
  stream.release(&stream);
  rows.release(&rows);
  ASSERT_EQ(child.length, 2);
  EXPECT_EQ(static_cast<const std::int64_t*>(child.buffers[1])[1], 2);
  child.release(&child);
  type.release(&type);
}

TEST_F(SnapshotTest, AStreamMayBeReleasedUnread) {
  Table table = Create();
  Append(table, R"([{"n": 1, "s": "a"}])");
  ArrowArrayStream stream;
  ASSERT_THAT(table.snapshot().Scan({}, &stream), Succeeds());
  stream.release(&stream);
  EXPECT_EQ(stream.release, nullptr);
}

TEST_F(SnapshotTest, AFileThatIsGoneIsTheStreamsErrorForEver) {
  Table table = Create();
  Append(table, R"([{"n": 1, "s": "a"}])");
  const std::string file = table.snapshot().Files()->files[0].path;
  ASSERT_TRUE(std::filesystem::remove(path_ + "/" + file));
  ArrowArrayStream stream;
  ASSERT_THAT(table.snapshot().Scan({}, &stream), Succeeds());
  for (int i = 0; i < 2; ++i) {
    ArrowArray rows;
    EXPECT_NE(stream.get_next(&stream, &rows), 0);
    EXPECT_THAT(stream.get_last_error(&stream), HasSubstr(file));
  }
  stream.release(&stream);
}

TEST_F(SnapshotTest, ASnapshotStaysWhatItWas) {
  Table table = Create();
  Append(table, R"([{"n": 1, "s": "a"}])");
  const Snapshot old = table.snapshot();
  Append(table, R"([{"n": 2, "s": "b"}])");
  EXPECT_EQ(old.version(), 1);
  EXPECT_THAT(RowsIn(old), SizeIs(1));
  EXPECT_THAT(RowsIn(*table.At(1)), SizeIs(1));
  EXPECT_THAT(RowsIn(*Snapshot::Open(engine_, path_ + "@v0")), IsEmpty());
  EXPECT_THAT(RowsIn(table.snapshot()), SizeIs(2));
}

TEST_F(SnapshotTest, ATableDescribesItself) {
  Table table = Create({.partition_by = {"s"},
                        .properties = {{"delta.appendOnly", "true"}},
                        .name = "numbers",
                        .description = "for a test"});
  Append(table, R"([{"n": 1, "s": "a"}])", {.txn = ApplicationVersion{"app", 3}});
  const auto said = table.snapshot().Describe();
  ASSERT_THAT(said, Succeeds());
  EXPECT_EQ(said->name, "numbers");
  EXPECT_EQ(said->description, "for a test");
  EXPECT_EQ(said->rows, 1);
  EXPECT_THAT(said->partition_columns, ElementsAre("s"));
  EXPECT_EQ(said->properties.at("delta.appendOnly"), "true");
  EXPECT_THAT(said->transactions, ElementsAre(Pair("app", 3)));
  EXPECT_EQ(table.snapshot().path(), path_);
  EXPECT_GT(table.snapshot().size_bytes(), 0);
}

}  // namespace
}  // namespace sluice
