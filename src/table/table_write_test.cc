#include "table/table_write.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <set>

#include "expression/parser.h"
#include "table/change_feed.h"
#include "table/written_table.h"

namespace sluice::table {
namespace {

using core::ErrorKind;
using ::testing::ElementsAre;
using testing::FailsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::IsOk;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

const arrow::FieldVector kPeople = {arrow::field("id", arrow::int64()), arrow::field("name", arrow::utf8())};

std::shared_ptr<arrow::RecordBatch> People(const std::string& json) { return RowsOf(kPeople, json); }

TEST(TableWrite, CreatesAppendsAndOverwrites) {
  WrittenTable table;
  const auto first = People(R"([{"id": 1, "name": "a"}, {"id": 2, "name": null}])");
  const auto second = People(R"([{"id": 3, "name": "c"}])");
  ASSERT_OK_AND_ASSIGN(const TableChange created, table.Create(*first));
  EXPECT_EQ(created.version, 0);
  EXPECT_EQ(created.rows, 2);
  ASSERT_OK_AND_ASSIGN(const TableChange appended, table.Write(*second));
  EXPECT_EQ(appended.version, 1);
  EXPECT_EQ(appended.files_added, 1);
  EXPECT_THAT(*table.Read(), SizeIs(3));
  ASSERT_OK_AND_ASSIGN(const TableChange overwritten, table.Write(*second, {.mode = WriteMode::kOverwrite}));
  EXPECT_EQ(overwritten.files_removed, 2);
  EXPECT_EQ(*table.Read(), TextsOf(*second));
  EXPECT_EQ(*table.Read(0), TextsOf(*first));
}

TEST(TableWrite, WritesOneFileForEachPartitionAndReadsItsNameBack) {
  const arrow::FieldVector fields = {arrow::field("p", arrow::utf8()), arrow::field("n", arrow::int32())};
  const std::vector<std::string> texts = {"a b",   "50%",  "a+b", "#1",    "ü",       "a/b", "a:b",
                                          "'",     "\\\"", "😀",  "=",     "null",    ".",   "..",
                                          "a%20b", "NaN",  "?&",  "a\\nb", "\\u0001", " ",   "x "};
  std::string json;
  for (const std::string& text : texts) json += fmt::format(R"({{"p": "{}", "n": 1}},)", text);
  json += R"({"p": null, "n": 2}, {"p": "__HIVE_DEFAULT_PARTITION_", "n": 3})";
  const auto rows = RowsOf(fields, "[" + json + "]");
  WrittenTable table;
  ASSERT_OK_AND_ASSIGN(const TableChange change, table.Create(*rows, {.partition_by = {"p"}}));
  EXPECT_EQ(change.files_added, texts.size() + 2);
  EXPECT_EQ(*table.Read(), TextsOf(*rows));
}

TEST(TableWrite, TakesTheEmptyTextOfAPartitionForNull) {
  const arrow::FieldVector fields = {arrow::field("p", arrow::utf8()), arrow::field("n", arrow::int32())};
  WrittenTable table;
  ASSERT_OK_AND_ASSIGN(
      const TableChange change,
      table.Create(*RowsOf(fields, R"([{"p": "", "n": 1}, {"p": null, "n": 2}])"), {.partition_by = {"P"}}));
  EXPECT_EQ(change.files_added, 1);
  EXPECT_EQ(*table.Read(), TextsOf(*RowsOf(fields, R"([{"p": null, "n": 1}, {"p": null, "n": 2}])")));
}

TEST(TableWrite, KeepsPartitionsOfEveryPrimitiveType) {
  const std::vector<std::pair<std::shared_ptr<arrow::DataType>, std::string>> columns = {
      {arrow::float64(), R"([NaN, -0.0, 0.0, Inf, 1.5e300, null])"},
      {arrow::float32(), R"([NaN, -0.0, 0.1, null])"},
      {arrow::decimal128(10, 2), R"(["-1.50", "0.00", null])"},
      {arrow::boolean(), "[true, false, null]"},
      {arrow::date32(), "[-719162, 0, 19000, null]"},
      {arrow::timestamp(arrow::TimeUnit::MICRO, "UTC"), "[-1, 0, 1700000000123456, null]"},
      {arrow::timestamp(arrow::TimeUnit::MICRO), "[-1, 0, 1700000000123456, null]"},
      {arrow::int8(), "[-128, 127, null]"},
      {arrow::int64(), "[-9223372036854775808, 9223372036854775807, null]"}};
  for (const auto& [type, json] : columns) {
    SCOPED_TRACE(type->ToString());
    const auto values = arrow::json::ArrayFromJSONString(type, json).ValueOrDie();
    const auto numbers = arrow::MakeArrayFromScalar(arrow::Int32Scalar(7), values->length()).ValueOrDie();
    const auto rows =
        arrow::RecordBatch::Make(arrow::schema({arrow::field("p", type), arrow::field("n", arrow::int32())}),
                                 values->length(), {values, numbers});
    WrittenTable table;
    ASSERT_OK(table.Create(*rows, {.partition_by = {"p"}}));
    EXPECT_EQ(*table.Read(), TextsOf(*rows));
  }
}

TEST(TableWrite, KeepsEveryTypeAtEveryDepth) {
  const auto inner = arrow::struct_({arrow::field("x", arrow::int16()), arrow::field("y", arrow::utf8())});
  const arrow::FieldVector fields = {
      arrow::field("by", arrow::int8()),
      arrow::field("f", arrow::float32()),
      arrow::field("d", arrow::float64()),
      arrow::field("small", arrow::decimal128(9, 3)),
      arrow::field("big", arrow::decimal128(38, 10)),
      arrow::field("bo", arrow::boolean()),
      arrow::field("bin", arrow::binary()),
      arrow::field("day", arrow::date32()),
      arrow::field("ts", arrow::timestamp(arrow::TimeUnit::MICRO, "UTC")),
      arrow::field("ntz", arrow::timestamp(arrow::TimeUnit::MICRO)),
      arrow::field("st", inner),
      arrow::field("li", arrow::list(arrow::field("element", inner))),
      arrow::field("ma", arrow::map(arrow::utf8(), arrow::list(arrow::field("element", arrow::int64()))))};
  const auto rows = RowsOf(fields, R"([
      {"by": -128, "f": 0.5, "d": NaN, "small": "1.250", "big": "-1.0000000001", "bo": true, "bin": "ab", "day": 1,
       "ts": -1, "ntz": 5, "st": {"x": 1, "y": null}, "li": [{"x": null, "y": "q"}, null],
       "ma": [["k", [1, null]], ["l", null]]},
      {"by": null, "d": -0.0, "st": null, "li": [], "ma": []},
      {"st": {"x": null, "y": null}, "li": null, "ma": null}])");
  WrittenTable table;
  ASSERT_OK(table.Create(*rows));
  EXPECT_EQ(*table.Read(), TextsOf(*rows));
}

TEST(TableWrite, KeepsRowsUnderColumnMapping) {
  const arrow::FieldVector fields = {
      arrow::field("a b", arrow::utf8()), arrow::field("p,q", arrow::utf8()),
      arrow::field("s", arrow::struct_({arrow::field("x;y", arrow::list(arrow::field("element", arrow::int32())))}))};
  const auto rows = RowsOf(fields, R"([{"a b": "x", "p,q": "/1", "s": {"x;y": [1]}}, {"a b": null, "s": null}])");
  for (const char* mode : {"name", "id"}) {
    WrittenTable table;
    ASSERT_OK(table.Create(*rows, {.partition_by = {"p,q"}, .properties = {{"delta.columnMapping.mode", mode}}}));
    ASSERT_OK(table.Write(*rows));
    const auto twice = TextsOf(*arrow::ConcatenateRecordBatches({rows, rows}).ValueOrDie());
    EXPECT_EQ(*table.Read(), twice);
  }
}

TEST(TableWrite, ReplacesTheRowsThatSatisfyACondition) {
  for (const char* vectors : {"false", "true"}) {
    SCOPED_TRACE(vectors);
    WrittenTable table;
    ASSERT_OK(table.Create(*People(R"([{"id": 1, "name": "a"}, {"id": 2, "name": "b"}, {"id": null, "name": "n"}])"),
                           {.properties = {{"delta.enableDeletionVectors", vectors}}}));
    const WriteRequest request{.mode = WriteMode::kReplaceWhere, .replace_where = "id >= 2"};
    EXPECT_THAT(table.Write(*People(R"([{"id": 1, "name": "z"}])"), request),
                FailsWith(ErrorKind::kInvalidInput, HasSubstr("id >= 2")));
    ASSERT_OK_AND_ASSIGN(const TableChange change, table.Write(*People(R"([{"id": 5, "name": "new"}])"), request));
    EXPECT_EQ(change.version, 1);
    EXPECT_EQ(*table.Read(), TextsOf(*People(R"([{"id": 1, "name": "a"}, {"id": null, "name": "n"},
                                                  {"id": 5, "name": "new"}])")));
  }
}

TEST(TableWrite, ReplacesWholePartitions) {
  WrittenTable table;
  ASSERT_OK(table.Create(*People(R"([{"id": 1, "name": "a"}, {"id": 2, "name": "b"}])"), {.partition_by = {"name"}}));
  ASSERT_OK_AND_ASSIGN(const TableChange change,
                       table.Write(*People(R"([{"id": 9, "name": "b"}])"),
                                   {.mode = WriteMode::kReplaceWhere, .replace_where = "name = 'b'"}));
  EXPECT_EQ(change.files_removed, 1);
  EXPECT_EQ(*table.Read(), TextsOf(*People(R"([{"id": 1, "name": "a"}, {"id": 9, "name": "b"}])")));
}

TEST(TableWrite, AddsColumnsWhenAsked) {
  WrittenTable table;
  ASSERT_OK(table.Create(*People(R"([{"id": 1, "name": "a"}])")));
  const arrow::FieldVector wider = {arrow::field("ID", arrow::int64()),
                                    arrow::field("when", arrow::timestamp(arrow::TimeUnit::MICRO)),
                                    arrow::field("more", arrow::struct_({arrow::field("x", arrow::int32())}))};
  const auto rows = RowsOf(wider, R"([{"ID": 2, "when": 1, "more": {"x": 3}}])");
  EXPECT_THAT(table.Write(*rows), FailsWith(ErrorKind::kInvalidInput, HasSubstr("when")));
  ASSERT_OK_AND_ASSIGN(const TableChange change, table.Write(*rows, {.add_columns = true}));
  EXPECT_EQ(change.snapshot->schema.fields.size(), 4);
  ASSERT_TRUE(change.snapshot->protocol.reader_features.has_value());
  EXPECT_THAT(*change.snapshot->protocol.reader_features, ElementsAre("timestampNtz"));
  const arrow::FieldVector all = {kPeople[0], kPeople[1], wider[1], wider[2]};
  EXPECT_EQ(*table.Read(),
            TextsOf(*RowsOf(all, R"([{"id": 1, "name": "a"}, {"id": 2, "when": 1, "more": {"x": 3}}])")));
}

TEST(TableWrite, AddedColumnsDoNotUndoWhatChangedSince) {
  WrittenTable table;
  ASSERT_OK(table.Create(*People(R"([{"id": 1}])")));
  ASSERT_OK_AND_ASSIGN(const auto old, table.Open());
  const auto rows = RowsOf({kPeople[0], arrow::field("x", arrow::int32())}, R"([{"id": 2, "x": 3}])");
  const WriteRequest request{.add_columns = true};
  ASSERT_OK_AND_ASSIGN(const auto write, TableWrite::Open(table.environment(), old, *rows->schema(), request));
  ASSERT_OK(write->Write(*rows));
  ASSERT_OK_AND_ASSIGN(WrittenFiles written, write->Finish());
  ASSERT_OK(table.Write(*RowsOf({arrow::field("y", arrow::int32())}, R"([{"y": 1}])"), request));
  ASSERT_OK_AND_ASSIGN(const auto now, table.Open());
  EXPECT_THAT(CommitFiles(table.environment(), now, request, written),
              FailsWith(ErrorKind::kInvalidInput, HasSubstr("'y'")));
}

TEST(TableWrite, AppliesAVersionOfAnApplicationOnce) {
  WrittenTable table;
  ASSERT_OK(table.Create(*People(R"([{"id": 1}])")));
  const WriteRequest request{.application = ApplicationVersion{"loader", 4}};
  ASSERT_OK_AND_ASSIGN(const TableChange first, table.Write(*People(R"([{"id": 2}])"), request));
  EXPECT_FALSE(first.already_applied);
  EXPECT_TRUE(HasApplied(*first.snapshot, ApplicationVersion{"loader", 3}));
  EXPECT_FALSE(HasApplied(*first.snapshot, ApplicationVersion{"loader", 5}));
  const auto files = table.files.Contents();
  for (const WriteMode mode : {WriteMode::kAppend, WriteMode::kOverwrite, WriteMode::kReplaceWhere}) {
    WriteRequest again = request;
    again.mode = mode;
    again.replace_where = "id >= 0";
    ASSERT_OK_AND_ASSIGN(const TableChange second, table.Write(*People(R"([{"id": 2}])"), again));
    EXPECT_TRUE(second.already_applied);
    EXPECT_FALSE(second.committed);
    EXPECT_EQ(second.version, 1);
  }
  EXPECT_EQ(table.files.Contents(), files);
}

TEST(TableWrite, AnOldWriterOfAnApplicationFindsItAppliedByAnother) {
  WrittenTable table;
  ASSERT_OK(table.Create(*People(R"([{"id": 1}])")));
  ASSERT_OK_AND_ASSIGN(const auto old, table.Open());
  const WriteRequest request{.application = ApplicationVersion{"loader", 4}};
  ASSERT_OK(table.Write(*People(R"([{"id": 2}])"), request));
  const auto files = table.files.Contents();
  ASSERT_OK_AND_ASSIGN(const TableChange late, WriteRows(table.environment(), old, *People(R"([{"id": 2}])"), request));
  EXPECT_TRUE(late.already_applied);
  EXPECT_EQ(table.files.Contents(), files);
}

TEST(TableWrite, LeavesNoFileBehindWhenARowIsRefused) {
  WrittenTable table;
  delta::TableSchema schema = SchemaOf(kPeople);
  schema.fields[0].nullable = false;
  ASSERT_OK(table.Create(*People(R"([{"id": 1}])"), {.schema = schema}));
  const auto files = table.files.Contents();
  EXPECT_THAT(table.Write(*People(R"([{"id": 1, "name": "fine"}, {"id": null, "name": "bad"}])")),
              FailsWith(ErrorKind::kInvalidInput, HasSubstr("row 2: column 'id' is NULL")));
  ASSERT_OK_AND_ASSIGN(const auto snapshot, table.Open());
  {
    ASSERT_OK_AND_ASSIGN(const auto write, TableWrite::Open(table.environment(), snapshot, arrow::Schema(kPeople), {}));
    ASSERT_OK(write->Write(*People(R"([{"id": 1}])")));
    EXPECT_THAT(write->Write(*People(R"([{"id": null}])")), FailsWith(ErrorKind::kInvalidInput, HasSubstr("row 2")));
  }
  EXPECT_EQ(table.files.Contents(), files);
}

TEST(TableWrite, LeavesNoFileBehindWhenItLoses) {
  WrittenTable table;
  ASSERT_OK(table.Create(*People(R"([{"id": 1}])")));
  ASSERT_OK_AND_ASSIGN(const auto old, table.Open());
  ASSERT_OK(table.Write(*People(R"([{"id": 2}])")));
  const auto files = table.files.Contents();
  EXPECT_THAT(WriteRows(table.environment(), old, *People(R"([{"id": 3}])"), {.mode = WriteMode::kOverwrite}),
              FailsWith(ErrorKind::kConflict, HasSubstr("ConcurrentAppend")));
  EXPECT_EQ(table.files.Contents(), files);
  EXPECT_THAT(WriteRows(table.environment(), old, *People(R"([{"id": 3}])")), IsOk());
  EXPECT_THAT(*table.Read(), SizeIs(3));
}

TEST(TableWrite, RefusesToCreateOverATable) {
  WrittenTable table;
  ASSERT_OK(table.Create(*People(R"([{"id": 1}])")));
  const auto files = table.files.Contents();
  EXPECT_THAT(table.Create(*People(R"([{"id": 2}])")), FailsWith(ErrorKind::kAlreadyExists, HasSubstr("'t'")));
  EXPECT_EQ(table.files.Contents(), files);
}

TEST(TableWrite, AppendsToATableThatOnlyTakesAppends) {
  WrittenTable table;
  ASSERT_OK(table.Create(*People(R"([{"id": 1}])"), {.properties = {{"delta.appendOnly", "true"}}}));
  EXPECT_THAT(table.Write(*People(R"([{"id": 2}])")), IsOk());
  EXPECT_THAT(table.Write(*People(R"([{"id": 3}])"), {.mode = WriteMode::kOverwrite}),
              FailsWith(ErrorKind::kInvalidInput, HasSubstr("append")));
  EXPECT_THAT(table.DataFiles(), SizeIs(2));
}

TEST(TableWrite, AppendsAndOverwritesWithAChangeDataFeed) {
  WrittenTable table;
  ASSERT_OK(table.Create(*People(R"([{"id": 1}])"), {.properties = {{"delta.enableChangeDataFeed", "true"}}}));
  EXPECT_THAT(table.Write(*People(R"([{"id": 2}])")), IsOk());
  EXPECT_THAT(table.Write(*People(R"([{"id": 3}])"), {.mode = WriteMode::kOverwrite}), IsOk());
  EXPECT_THAT(table.Write(*People(R"([{"id": 4}])"), {.mode = WriteMode::kReplaceWhere, .replace_where = "id > 0"}),
              FailsWith(ErrorKind::kUnsupported, HasSubstr("changeDataFeed")));
}

TEST(TableWrite, ReplacesWholePartitionsWithAChangeDataFeed) {
  WrittenTable table;
  ASSERT_OK(table.Create(*People(R"([{"id": 1, "name": "a"}, {"id": 2, "name": "b"}])"),
                         {.partition_by = {"name"}, .properties = {{"delta.enableChangeDataFeed", "true"}}}));
  const WriteRequest request{.mode = WriteMode::kReplaceWhere, .replace_where = "name = 'a'"};
  ASSERT_OK(table.Write(*People(R"([{"id": 3, "name": "a"}])"), request));
  EXPECT_THAT(*table.Read(), SizeIs(2));
  ASSERT_OK_AND_ASSIGN(const auto feed,
                       ChangeFeed::Open(table.environment(), WrittenTable::kRoot, {.first_version = 1}));
  std::vector<std::string> changes;
  for (auto rows = feed->Next(); rows && *rows; rows = feed->Next()) AppendRowTexts(**rows, changes);
  EXPECT_THAT(changes, UnorderedElementsAre(HasSubstr("delete"), HasSubstr("insert")));
}

TEST(TableWrite, EndsFilesAtTheirTargetSize) {
  WrittenTable table;
  ASSERT_OK(table.Create(*People("[]")));
  ASSERT_OK_AND_ASSIGN(const auto snapshot, table.Open());
  ASSERT_OK_AND_ASSIGN(const auto write, TableWrite::Open(table.environment(), snapshot, arrow::Schema(kPeople),
                                                          {.file_bytes_target = 1}));
  for (int i = 0; i < 3; ++i) ASSERT_OK(write->Write(*People(R"([{"id": 1, "name": "a"}])")));
  ASSERT_OK_AND_ASSIGN(const TableChange change, write->Commit());
  EXPECT_GE(change.files_added, 1);
  EXPECT_EQ(change.rows, 3);
  EXPECT_THAT(*table.Read(), SizeIs(3));
}

TEST(TableWrite, CreatesAnEmptyTable) {
  WrittenTable table;
  ASSERT_OK_AND_ASSIGN(const TableChange change, table.Create(*People("[]")));
  EXPECT_EQ(change.files_added, 0);
  EXPECT_THAT(*table.Read(), IsEmpty());
  EXPECT_THAT(table.DataFiles(), IsEmpty());
}

TEST(TableWrite, SkipsFilesByTheStatisticsItWrote) {
  WrittenTable table;
  ASSERT_OK(table.Create(*People(R"([{"id": 1, "name": "a"}])")));
  ASSERT_OK(table.Write(*People(R"([{"id": 100, "name": "b"}])")));
  ASSERT_OK_AND_ASSIGN(const auto snapshot, table.Open());
  const ScanRequest request{.condition = *expression::Parse("id > 50")};
  ASSERT_OK_AND_ASSIGN(const auto scan, Scan::Open(table.environment(), snapshot, request));
  EXPECT_EQ(scan->plan().files.size(), 1);
  EXPECT_EQ(scan->plan().skipped.size(), 1);
}

}  // namespace
}  // namespace sluice::table
