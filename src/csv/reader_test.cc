#include "csv/reader.h"

#include <random>

#include "csv/csv_model.h"
#include "csv/reader_harness.h"

namespace sluice::csv {
namespace {

using ::sluice::testing::FailsWith;
using ::sluice::testing::IsOk;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Row = std::vector<std::string>;

TEST(CsvReader, QuotedFieldMayHoldNewline) {
  ASSERT_OK_AND_ASSIGN(const Table table, ReadTable("id,note\n1,\"two\nlines, \"\"quoted\"\"\"\n2,\n3,\"\"\n",
                                                    Declared("id int64, note string")));
  EXPECT_THAT(table.rows, ElementsAre(Row{"1", "two\nlines, \"quoted\""}, Row{"2", "NULL"}, Row{"3", ""}));
  EXPECT_TRUE(table.rejects.empty());
}

TEST(CsvReader, LineEndsMayBeMixedAndTheLastOneMissing) {
  ASSERT_OK_AND_ASSIGN(const Table table, ReadTable("\xEF\xBB\xBF"
                                                    "a,b\r\n1,2\r3,4\n\r\n\n5,6",
                                                    Declared("a int8, b int8")));
  EXPECT_THAT(table.rows, ElementsAre(Row{"1", "2"}, Row{"3", "4"}, Row{"5", "6"}));
}

TEST(CsvReader, ABadValueRejectsItsRowWithItsPlace) {
  ASSERT_OK_AND_ASSIGN(const Table table,
                       ReadTable("id,note\n1,\"a\nb\"\nx,c\n3,d\n", Declared("id int64, note string")));
  EXPECT_THAT(table.rows, ElementsAre(Row{"1", "a\nb"}, Row{"3", "d"}));
  ASSERT_EQ(table.rejects.size(), 1u);
  const columns::Reject& reject = table.rejects[0];
  EXPECT_EQ(reject.source, "in.csv");
  EXPECT_EQ(reject.line, 4u);
  EXPECT_EQ(reject.byte_begin, 16u);
  EXPECT_EQ(reject.byte_end, 19u);
  EXPECT_EQ(reject.column, "id");
  EXPECT_EQ(reject.reason, "not an int64");
  EXPECT_EQ(reject.text, "x,c");
}

TEST(CsvReader, TheFirstFaultyColumnIsNamed) {
  ASSERT_OK_AND_ASSIGN(const Table table, ReadTable("a,b,c\n1,x,y\nz,2,\n", Declared("a int64, b int64, c int64")));
  ASSERT_EQ(table.rejects.size(), 2u);
  EXPECT_EQ(table.rejects[0].column, "b");
  EXPECT_EQ(table.rejects[1].column, "a");
}

TEST(CsvReader, RaggedAndSpoiledRecordsAreRejectedInOrder) {
  ASSERT_OK_AND_ASSIGN(const Table table, ReadTable("a,b\n1,2,3\n4,5\n6\n\"7\"x,8\n9,y\"y\n10,\"open\n11,12",
                                                    Declared("a string, b string")));
  EXPECT_THAT(table.rows, ElementsAre(Row{"4", "5"}, Row{"9", "y\"y"}));
  std::vector<std::string> rejects;
  for (const auto& reject : table.rejects)
    rejects.push_back(std::to_string(reject.line) + ": " + reject.reason + ": " + reject.text);
  EXPECT_THAT(rejects, ElementsAre("2: 3 fields where 2 are expected: 1,2,3", "4: 1 field where 2 are expected: 6",
                                   "5: text after a closing quote: \"7\"x,8",
                                   "7: a quote that is not closed before the end of the input: 10,\"open\n11,12"));
}

TEST(CsvReader, LimitsRejectTheRecordAndNameTheFlag) {
  CsvOptions options;
  options.field_bytes_max = 5;
  options.record_bytes_max = 12;
  for (const std::size_t chunk_bytes : {std::size_t{1}, std::size_t{4}, std::size_t{1} << 20}) {
    options.chunk_bytes = chunk_bytes;
    ASSERT_OK_AND_ASSIGN(const Table table,
                         ReadTable("a,b\n1,2\n123456,1\n3,4\n1234,\"" + std::string(1000, '\n') + "\"\n5,6\n",
                                   Declared("a string, b string"), options));
    EXPECT_THAT(table.rows, ElementsAre(Row{"1", "2"}, Row{"3", "4"}, Row{"5", "6"}));
    ASSERT_EQ(table.rejects.size(), 2u);
    EXPECT_EQ(table.rejects[0].reason, "a field longer than 5 bytes (--limit-field)");
    EXPECT_EQ(table.rejects[1].reason, "a record longer than 12 bytes (--limit-record)");
    EXPECT_EQ(table.rejects[1].line, 5u);
    EXPECT_EQ(table.rejects[1].byte_end - table.rejects[1].byte_begin, 1007u);
  }
}

TEST(CsvReader, ColumnsAreMatchedByNameInAnyOrder) {
  schema::TableSpec spec = Declared("id int64, name string, extra string, run string, n int64");
  spec.columns[1].from = "full name";
  spec.columns[3].value = "2025-10-28";
  spec.columns[4].default_text = "7";
  ASSERT_OK_AND_ASSIGN(const Table table, ReadTable("full name,id\nann,1\nbob,2\n", spec));
  EXPECT_THAT(table.rows,
              ElementsAre(Row{"1", "ann", "NULL", "2025-10-28", "7"}, Row{"2", "bob", "NULL", "2025-10-28", "7"}));
  std::vector<std::string> found;
  for (const auto& finding : table.findings) found.push_back(finding.column + ": " + finding.detail);
  EXPECT_THAT(found, ElementsAre("name: as 'full name'", "extra: NULL", "n: filled with '7'",
                                 "id: column 2 of the input", "name: column 1 of the input"));
}

TEST(CsvReader, RenamesApplyAndExtraColumnsAreRefusedUnlessIgnored) {
  schema::TableSpec spec = Declared("table_name string");
  spec.renames = {{"table", "table_name"}};
  EXPECT_THAT(ReadTable("table,size\nt,1\n", spec), FailsWith(core::ErrorKind::kInvalidInput, HasSubstr("'size'")));
  spec.extra = schema::ExtraColumns::kIgnore;
  ASSERT_OK_AND_ASSIGN(const Table table, ReadTable("table,size\nt,1\n", spec));
  EXPECT_THAT(table.rows, ElementsAre(Row{"t"}));
  ASSERT_EQ(table.findings.size(), 2u);
  EXPECT_EQ(table.findings[0].kind, columns::ColumnFinding::Kind::kRenamed);
  EXPECT_EQ(table.findings[1].kind, columns::ColumnFinding::Kind::kIgnored);
}

TEST(CsvReader, HeadersThatCannotBeUsedAreErrors) {
  using core::ErrorKind;
  EXPECT_THAT(ReadTable("a,a\n1,2\n", Declared("a int64")),
              FailsWith(ErrorKind::kInvalidInput, HasSubstr("'a' twice: columns 1 and 2")));
  EXPECT_THAT(ReadTable("a,\n1,\n", Declared("a int64")),
              FailsWith(ErrorKind::kInvalidInput, HasSubstr("ends in a delimiter")));
  EXPECT_THAT(ReadTable("a\n1\n", Declared("a int64, b int64 not null")),
              FailsWith(ErrorKind::kInvalidInput, HasSubstr("'b'")));
  EXPECT_THAT(ReadTable("", Declared("a int64")), FailsWith(ErrorKind::kInvalidInput, HasSubstr("empty")));
  CsvOptions narrow;
  narrow.columns_max = 3;
  EXPECT_THAT(ReadTable("a,b,c,d\n", Declared("a int64"), narrow),
              FailsWith(ErrorKind::kLimitExceeded, HasSubstr("--limit-columns")));
  EXPECT_THAT(ReadTable("a\n1\n", Declared("a list<int64>")), FailsWith(ErrorKind::kUnsupported, HasSubstr("json")));
}

TEST(CsvReader, WithoutAHeaderColumnsAreMatchedByPosition) {
  CsvOptions options;
  options.header = HeaderMode::kNo;
  ASSERT_OK_AND_ASSIGN(const Table table, ReadTable("1,x\n2,y\n", Declared("a int64, b string"), options));
  EXPECT_THAT(table.rows, ElementsAre(Row{"1", "x"}, Row{"2", "y"}));
  EXPECT_THAT(ReadTable("1,x\n", Declared("a int64"), options),
              FailsWith(core::ErrorKind::kInvalidInput, HasSubstr("2 fields")));
  ASSERT_OK_AND_ASSIGN(const Table empty, ReadTable("", Declared("a int64, b string"), options));
  EXPECT_TRUE(empty.rows.empty());
}

TEST(CsvReader, AHeaderAloneIsNoRows) {
  ASSERT_OK_AND_ASSIGN(const Table table, ReadTable("a,b", Declared("a int64, b string")));
  EXPECT_TRUE(table.rows.empty());
  EXPECT_TRUE(table.rejects.empty());
}

TEST(CsvReader, ABlankLineIsNullInASingleColumnOnly) {
  ASSERT_OK_AND_ASSIGN(const Table one, ReadTable("a\n1\n\n\"\"\n2\n", Declared("a string")));
  EXPECT_THAT(one.rows, ElementsAre(Row{"1"}, Row{"NULL"}, Row{""}, Row{"2"}));
  ASSERT_OK_AND_ASSIGN(const Table two, ReadTable("\n\na,b\n\n1,2\n\n", Declared("a string, b string")));
  EXPECT_THAT(two.rows, ElementsAre(Row{"1", "2"}));
}

TEST(CsvReader, NullTextsAreThoseGiven) {
  CsvOptions options;
  options.null_texts = {"NA", ""};
  ASSERT_OK_AND_ASSIGN(const Table table,
                       ReadTable("a,b\nNA,\"NA\"\n1,\"\"\n", Declared("a int64, b string"), options));
  EXPECT_THAT(table.rows, ElementsAre(Row{"NULL", "NULL"}, Row{"1", "NULL"}));
}

TEST(CsvReader, DialectsApply) {
  CsvOptions options;
  options.delimiter = '\t';
  options.quote = '\'';
  options.escape = '\\';
  ASSERT_OK_AND_ASSIGN(const Table table,
                       ReadTable("a\tb\n'x\\'y\tz'\t\"q\"\n'p''q'\t\\n\n", Declared("a string, b string"), options));
  EXPECT_THAT(table.rows, ElementsAre(Row{"x'y\tz", "\"q\""}, Row{"p'q", "\\n"}));
  options.delimiter = '\n';
  EXPECT_THAT(ReadTable("a\n", Declared("a string"), options),
              FailsWith(core::ErrorKind::kInvalidInput, HasSubstr("line end")));
}

TEST(CsvReader, NulBytesAndBadUtf8) {
  ASSERT_OK_AND_ASSIGN(const Table table,
                       ReadTable(std::string("a,b\nx\0y,1\n\xFF,2\n", 14), Declared("a string, b int64")));
  EXPECT_THAT(table.rows, ElementsAre(Row{std::string("x\0y", 3), "1"}));
  ASSERT_EQ(table.rejects.size(), 1u);
  EXPECT_EQ(table.rejects[0].reason, "invalid UTF-8");
}

TEST(CsvReader, StopsWhenItIsCancelled) {
  core::Executor executor(1);
  core::Cancellation cancellation;
  ASSERT_OK_AND_ASSIGN(auto reader, Reader::Open(storage::StreamFromString("a\n1\n"), "in.csv", {}, Declared("a int64"),
                                                 executor, cancellation, arrow::default_memory_pool()));
  cancellation.Cancel();
  EXPECT_THAT(reader->Next(), FailsWith(core::ErrorKind::kCancelled, HasSubstr("stopped")));
}

/// Bytes, and then an error.
class BrokenStream final : public storage::ByteStream {
 public:
  explicit BrokenStream(std::string text) : text_(std::move(text)) {}
  core::Result<std::size_t> Read(std::span<char> out) override {
    if (out.size() > text_.size() - at_) return core::Corruption("the stored bytes end too early");
    text_.copy(out.data(), out.size(), at_);
    at_ += out.size();
    return out.size();
  }
  std::uint64_t stored_bytes_read() const override { return at_; }

 private:
  std::string text_;
  std::size_t at_ = 0;
};

TEST(CsvReader, AnInputThatBreaksOffIsAnErrorBehindTheRowsBeforeIt) {
  std::string text = "a\n";
  for (int i = 0; i < 100'000; ++i) text += "1234567\n";
  core::Executor executor(2);
  const core::Cancellation cancellation;
  CsvOptions options;
  options.header = HeaderMode::kYes;
  options.chunk_bytes = 1024;
  ASSERT_OK_AND_ASSIGN(
      auto reader, Reader::Open(std::make_unique<BrokenStream>(text), "in.csv", options, Declared("a int64"), executor,
                                cancellation, arrow::default_memory_pool()));
  std::int64_t rows = 0;
  while (true) {
    auto batch = reader->Next();
    if (!batch) {
      EXPECT_THAT(batch, FailsWith(core::ErrorKind::kCorruption, HasSubstr("end too early")));
      break;
    }
    ASSERT_TRUE(batch->has_value()) << "the end of the rows hides the error";
    rows += (*batch)->rows->num_rows();
  }
  EXPECT_GT(rows, 90'000);
}

/// Fields that are one of few words, quoted or not, with newlines in them and a few faults between.
std::string RandomTable(std::mt19937& random) {
  static const std::vector<std::string> kFields = {"1", "-25",      "",           "\"\"", "\"3\"",
                                                   "x", "\"a\nb\"", "\"p\"\"q\"", "4\"5", "\"y\"z"};
  std::string text = "a,b,c\n";
  for (std::size_t rows = random() % 60; rows > 0; --rows) {
    for (int c = 0; c < 3; ++c) text += (c > 0 ? "," : "") + kFields[random() % (random() % 8 == 0 ? 10 : 8)];
    if (random() % 20 == 0) text += ",more";
    text += random() % 3 == 0 ? "\r\n" : "\n";
  }
  return text;
}

TEST(CsvReader, ParallelAndSerialReadAsTheModelForEveryChunkSize) {
  std::mt19937 random(21);
  for (int round = 0; round < 1500; ++round) {
    const std::string text = RandomTable(random);
    CsvOptions options;
    options.chunk_bytes = 1 + random() % 300;
    options.header = HeaderMode::kYes;
    ASSERT_OK_AND_ASSIGN(const Table serial, ReadTable(text, Declared("a string, b string, c string"), options, 1));
    ASSERT_OK_AND_ASSIGN(const Table parallel, ReadTable(text, Declared("a string, b string, c string"), options, 3));
    std::vector<Row> expected;
    std::vector<std::size_t> reject_lines;
    for (const ModelRecord& record : ReadModel(text, {}, 3)) {
      if (record.begin == 0) continue;
      if (record.faulty || record.fields.size() != 3) {
        reject_lines.push_back(record.line);
        continue;
      }
      Row& row = expected.emplace_back();
      for (const auto& field : record.fields) row.push_back(field.value_or("NULL"));
    }
    ASSERT_EQ(serial.rows, expected) << text;
    ASSERT_EQ(parallel.rows, expected);
    ASSERT_EQ(parallel.batches, serial.batches);
    std::vector<std::size_t> lines;
    for (const auto& reject : parallel.rejects) lines.push_back(reject.line);
    ASSERT_EQ(lines, reject_lines) << text;
  }
}

}  // namespace
}  // namespace sluice::csv
