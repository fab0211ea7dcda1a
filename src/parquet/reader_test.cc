#include "parquet/reader.h"

#include <arrow/array.h>
#include <arrow/builder.h>
#include <arrow/record_batch.h>

#include "core/random.h"
#include "parquet/footer.h"
#include "parquet/memory_file.h"
#include "parquet/random_rows.h"
#include "schema/type_text.h"
#include "tests/support/result_matchers.h"

namespace sluice::parquet {
namespace {

using columns::ColumnFinding;
using core::ErrorKind;
using ::testing::AllOf;
using ::testing::AnyOf;
using testing::FailsWith;
using ::testing::HasSubstr;

schema::Schema Columns(const char* text) { return *schema::ParseColumns(text); }
schema::TableSpec Spec(const char* text) { return schema::SpecOf(Columns(text)); }

std::shared_ptr<arrow::RecordBatch> Ints(const std::vector<std::int32_t>& values, const std::vector<bool>& valid) {
  arrow::Int32Builder builder;
  (void)builder.AppendValues(values, valid);
  return arrow::RecordBatch::Make(schema::ToArrow(Columns("n int32")), static_cast<std::int64_t>(values.size()),
                                  {builder.Finish().ValueOrDie()});
}

TEST(ParquetReader, TypesWidenWithoutLoss) {
  MemoryFile file;
  ASSERT_OK(file.Write(Columns("n int32"), {Ints({7, -3, 0}, {true, true, false})}));
  const std::vector<std::pair<const char*, const char*>> cases = {
      {"n int64", "-3"}, {"n decimal(14,2)", "-3.00"}, {"n float64", "-3"}, {"n string", "-3"}};
  for (const auto& [columns, expected] : cases) {
    ASSERT_OK_AND_ASSIGN(const auto table, file.Read(Spec(columns)));
    EXPECT_EQ((*table->column(0)->GetScalar(1))->ToString(), expected) << columns;
    EXPECT_EQ(table->column(0)->null_count(), 1) << columns;
    ASSERT_EQ(file.findings.size(), 1U);
    EXPECT_EQ(file.findings[0].kind, ColumnFinding::Kind::kWidened);
    EXPECT_THAT(file.findings[0].detail, HasSubstr("int32 → "));
  }
}

TEST(ParquetReader, TypeThatWouldLoseIsRefusedWithBothTypes) {
  MemoryFile file;
  ASSERT_OK(file.Write(Columns("n int64"), {}));
  for (const char* columns : {"n int32", "n float64", "n decimal(10,0)", "n bool", "n timestamp(us)"}) {
    EXPECT_THAT(file.Read(Spec(columns)),
                FailsWith(ErrorKind::kInvalidInput, AllOf(HasSubstr("t.parquet: column 'n' is int64"),
                                                          HasSubstr(std::string(columns).substr(2)))));
  }
}

TEST(ParquetReader, TextDeclaredJsonIsLookedAt) {
  arrow::StringBuilder texts;
  ASSERT_TRUE(texts.AppendValues({R"({"a": 1})", "{a", "[2]"}).ok() && texts.AppendNull().ok());
  const schema::Schema schema = Columns("m string");
  MemoryFile file;
  ASSERT_OK(file.Write(schema, {arrow::RecordBatch::Make(schema::ToArrow(schema), 4, {*texts.Finish()})}));
  ASSERT_OK_AND_ASSIGN(const auto table, file.Read(Spec("m json")));
  EXPECT_EQ(table->num_rows(), 3);
  EXPECT_EQ(table->column(0)->null_count(), 1);
  EXPECT_TRUE(table->schema()->Equals(*schema::ToArrow(Columns("m json"))));
  ASSERT_EQ(file.rejects.size(), 1U);
  EXPECT_EQ(file.rejects[0].line, 2U);
  EXPECT_EQ(file.rejects[0].column, "m");
}

TEST(ParquetReader, ColumnsAreMatchedByNameInAnyOrder) {
  const auto schema = Columns("a int64, b string, c float64");
  const auto rows = MakeRandomRows(schema, {.rows = 20, .seed = 2});
  MemoryFile file;
  ASSERT_OK(file.Write(schema, {rows}));
  schema::TableSpec spec = Spec("c float64, x string, a int64, d date");
  spec.columns[1].from = "b";
  ASSERT_OK_AND_ASSIGN(const auto table, file.Read(spec));
  EXPECT_TRUE(table->column(1)->chunk(0)->Equals(rows->column(1)));
  EXPECT_TRUE(table->column(2)->chunk(0)->Equals(rows->column(0)));
  EXPECT_EQ(table->column(3)->null_count(), 20);
  std::vector<std::pair<ColumnFinding::Kind, std::string>> found;
  for (const auto& finding : file.findings) found.emplace_back(finding.kind, finding.column);
  EXPECT_THAT(found, ::testing::UnorderedElementsAre(::testing::Pair(ColumnFinding::Kind::kRenamed, "x"),
                                                     ::testing::Pair(ColumnFinding::Kind::kMissing, "d"),
                                                     ::testing::Pair(ColumnFinding::Kind::kReordered, "c"),
                                                     ::testing::Pair(ColumnFinding::Kind::kReordered, "a")));
}

TEST(ParquetReader, ExtraColumnIsRefusedOrLeftOut) {
  const auto schema = Columns("a int64, extra string");
  MemoryFile file;
  ASSERT_OK(file.Write(schema, {MakeRandomRows(schema, {.rows = 5})}));
  schema::TableSpec spec = Spec("a int64");
  EXPECT_THAT(file.Read(spec),
              FailsWith(ErrorKind::kInvalidInput, AllOf(HasSubstr("'extra'"), HasSubstr("extra: ignore"))));
  spec.extra = schema::ExtraColumns::kIgnore;
  ASSERT_OK_AND_ASSIGN(const auto table, file.Read(spec));
  EXPECT_EQ(table->num_rows(), 5);
  EXPECT_EQ(file.findings[0].kind, ColumnFinding::Kind::kIgnored);
}

TEST(ParquetReader, DefaultsConstantsAndConstraintsApply) {
  MemoryFile file;
  ASSERT_OK(file.Write(Columns("n int32"), {Ints({5, 0, 500, 6}, {true, false, true, true})}));
  schema::TableSpec spec = Spec("n int64, day date, region string");
  spec.columns[0].default_text = "42";
  spec.columns[0].constraints = {"max=100"};
  spec.columns[1].value = "2025-10-28";
  spec.columns[2].default_text = "eu";
  ASSERT_OK_AND_ASSIGN(const auto table, file.Read(spec));
  ASSERT_EQ(table->num_rows(), 3);
  EXPECT_EQ((*table->column(0)->GetScalar(1))->ToString(), "42");
  EXPECT_EQ((*table->column(1)->GetScalar(2))->ToString(), "2025-10-28");
  EXPECT_EQ((*table->column(2)->GetScalar(0))->ToString(), "eu");
  ASSERT_EQ(file.rejects.size(), 1U);
  EXPECT_EQ(file.rejects[0].line, 3U);
  EXPECT_EQ(file.rejects[0].column, "n");
}

TEST(ParquetReader, NullInRequiredColumnRejectsItsRow) {
  MemoryFile file;
  ASSERT_OK(file.Write(Columns("n int32"), {Ints({1, 2, 3}, {true, false, true})}));
  ASSERT_OK_AND_ASSIGN(const auto table, file.Read(Spec("n int32 not null")));
  EXPECT_EQ(table->num_rows(), 2);
  ASSERT_EQ(file.rejects.size(), 1U);
  EXPECT_EQ(file.rejects[0].line, 2U);
  EXPECT_THAT(file.Read(Spec("m int32 not null, n int32")),
              FailsWith(ErrorKind::kInvalidInput, HasSubstr("no column 'm'")));
}

TEST(ParquetReader, SpecWithoutColumnsTakesThoseOfTheFile) {
  const schema::Schema schema = SchemaOfAllTypes();
  MemoryFile file;
  ASSERT_OK(file.Write(schema, {MakeRandomRows(schema, {.rows = 30})}));
  ASSERT_OK_AND_ASSIGN(const auto table, file.Read({}));
  EXPECT_EQ(table->num_rows(), 30);
  EXPECT_EQ(table->num_columns(), static_cast<int>(schema.fields.size()));
}

TEST(ParquetFooter, TellsRowsAndRowGroups) {
  const auto schema = Columns("a int64, b string");
  MemoryFile file;
  ASSERT_OK(file.Write(schema, {MakeRandomRows(schema, {.rows = 250})}, {.row_group_rows_max = 100}));
  ASSERT_OK_AND_ASSIGN(const auto footer, ReadFooter(file.files(), MemoryFile::kPath, arrow::default_memory_pool()));
  EXPECT_EQ(footer.rows, 250U);
  ASSERT_EQ(footer.row_groups.size(), 3U);
  EXPECT_EQ(footer.row_groups[2].rows, 50U);
  EXPECT_EQ(footer.bytes, file.bytes().size());
  EXPECT_EQ(footer.schema, schema);
}

TEST(ParquetReader, OtherFilesAreNamedAsWhatTheyAreNot) {
  MemoryFile file;
  file.set_bytes("id,name\n1,a\n2,b\n3,c\n");
  EXPECT_THAT(file.Read({}), FailsWith(ErrorKind::kCorruption, AllOf(HasSubstr("t.parquet"), HasSubstr("PAR1"))));
  file.set_bytes("");
  EXPECT_THAT(file.Read({}), FailsWith(ErrorKind::kCorruption, HasSubstr("too few")));
}

class DamagedFile : public ::testing::Test {
 protected:
  void SetUp() override {
    schema_ = SchemaOfAllTypes();
    ASSERT_OK(file_.Write(schema_, {MakeRandomRows(schema_, {.rows = 300, .seed = 8})}, {.bloom_columns = {"s"}}));
    whole_ = file_.bytes();
  }

  schema::Schema schema_;
  MemoryFile file_;
  std::string whole_;
};

TEST_F(DamagedFile, EveryTruncationIsCorruption) {
  for (std::size_t bytes = 0; bytes < whole_.size(); bytes += 97) {
    file_.set_bytes(whole_.substr(0, bytes));
    ASSERT_THAT(file_.Read(schema::SpecOf(schema_)), FailsWith(ErrorKind::kCorruption, HasSubstr("t.parquet")));
  }
}

TEST_F(DamagedFile, MissingMiddleIsCorruption) {
  for (std::size_t begin = 4; begin + 4000 < whole_.size(); begin += 997) {
    file_.set_bytes(whole_.substr(0, begin) + whole_.substr(begin + 97));
    const auto result = file_.Read(schema::SpecOf(schema_));
    if (!result.has_value()) {
      ASSERT_THAT(result.error().kind(), AnyOf(ErrorKind::kCorruption, ErrorKind::kUnsupported,
                                               ErrorKind::kInvalidInput, ErrorKind::kLimitExceeded));
    }
  }
}

TEST_F(DamagedFile, FlippedPageBytesAreCaughtByTheChecksum) {
  const auto metadata = file_.OpenWithArrow()->metadata();
  for (int i = 0; i < metadata->num_columns(); ++i) {
    const auto chunk = metadata->RowGroup(0)->ColumnChunk(i);
    std::string damaged = whole_;
    damaged[static_cast<std::size_t>(chunk->data_page_offset() + chunk->total_compressed_size() / 2)] ^= 0x10;
    if (chunk->has_dictionary_page()) continue;  // the middle may belong to another page or header
    file_.set_bytes(std::move(damaged));
    EXPECT_FALSE(file_.Read(schema::SpecOf(schema_)).has_value()) << i;
  }
}

TEST_F(DamagedFile, FlippedBitsGiveErrorsAndNeverCrash) {
  core::SeededRandom random(11);
  for (int round = 0; round < 1500; ++round) {
    std::string damaged = whole_;
    // Half of the damage goes to the footer, where the lies are the largest.
    const std::size_t footer = whole_.size() / 4;
    for (std::uint64_t flips = 1 + random.Next() % 3; flips > 0; --flips) {
      const std::size_t place =
          random.Next() % 2 == 0 ? whole_.size() - 1 - random.Next() % footer : random.Next() % whole_.size();
      damaged[place] = static_cast<char>(random.Next());
    }
    file_.set_bytes(std::move(damaged));
    (void)file_.Read(schema::SpecOf(schema_)).has_value();
    (void)ReadFooter(file_.files(), MemoryFile::kPath, arrow::default_memory_pool()).has_value();
  }
}

}  // namespace
}  // namespace sluice::parquet
