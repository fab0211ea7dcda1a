#include "parquet/writer.h"

#include <arrow/builder.h>
#include <arrow/record_batch.h>
#include <parquet/bloom_filter.h>
#include <parquet/bloom_filter_reader.h>
#include <parquet/metadata.h>
#include <parquet/page_index.h>
#include <parquet/statistics.h>

#include <cmath>
#include <limits>

#include "parquet/footer.h"
#include "parquet/memory_file.h"
#include "parquet/random_rows.h"
#include "schema/type_text.h"
#include "tests/support/result_matchers.h"

namespace sluice::parquet {
namespace {

using core::ErrorKind;
using ::testing::AllOf;
using testing::FailsWith;
using ::testing::HasSubstr;

schema::Schema Columns(const char* text) { return *schema::ParseColumns(text); }

std::shared_ptr<arrow::RecordBatch> Doubles(const std::vector<double>& values) {
  arrow::DoubleBuilder builder;
  (void)builder.AppendValues(values);
  return arrow::RecordBatch::Make(schema::ToArrow(Columns("v float64")), static_cast<std::int64_t>(values.size()),
                                  {builder.Finish().ValueOrDie()});
}

TEST(FileWriter, NumberOfThreadsDoesNotChangeTheBytes) {
  const schema::Schema schema = SchemaOfAllTypes();
  const MemoryFile::Batches batches = {MakeRandomRows(schema, {.rows = 5000, .seed = 1}),
                                       MakeRandomRows(schema, {.rows = 3000, .seed = 2})};
  MemoryFile one;
  MemoryFile three;
  const WriteOptions options{.row_group_bytes_max = 256 * core::kKiB};
  ASSERT_OK_AND_ASSIGN(const auto summary, one.Write(schema, batches, options, 1));
  ASSERT_OK(three.Write(schema, batches, options, 3));
  EXPECT_GT(summary.row_groups, 2U);
  EXPECT_TRUE(one.bytes() == three.bytes());
}

TEST(FileWriter, RowGroupsEndByEncodedBytes) {
  const auto schema = Columns("id int64 not null, name string not null");
  const auto rows = MakeRandomRows(schema, {.rows = 200'000, .seed = 5});
  MemoryFile file;
  constexpr std::uint64_t kLimit = 512 * core::kKiB;
  ASSERT_OK_AND_ASSIGN(const auto summary, file.Write(schema, {rows}, {.row_group_bytes_max = kLimit}));
  ASSERT_GT(summary.row_groups, 4U);
  const auto metadata = file.OpenWithArrow()->metadata();
  for (int i = 0; i + 1 < metadata->num_row_groups(); ++i) {
    EXPECT_LT(metadata->RowGroup(i)->total_byte_size(), static_cast<std::int64_t>(kLimit * 11 / 10)) << i;
    EXPECT_GT(metadata->RowGroup(i)->total_byte_size(), static_cast<std::int64_t>(kLimit * 8 / 10)) << i;
  }
}

TEST(FileWriter, RowGroupsEndByRowsExactly) {
  const auto schema = Columns("id int64");
  MemoryFile file;
  ASSERT_OK_AND_ASSIGN(const auto summary,
                       file.Write(schema, {MakeRandomRows(schema, {.rows = 2500})}, {.row_group_rows_max = 1000}));
  EXPECT_EQ(summary.row_groups, 3U);
  EXPECT_EQ(file.OpenWithArrow()->metadata()->RowGroup(1)->num_rows(), 1000);
}

TEST(FileWriter, PagesHoldAtMostTheirRows) {
  const auto schema = Columns("id int64");
  MemoryFile file;
  ASSERT_OK(file.Write(schema, {MakeRandomRows(schema, {.rows = 50'000})}, {.page_rows_max = 8000}));
  const auto reader = file.OpenWithArrow();
  const auto index = reader->GetPageIndexReader()->RowGroup(0)->GetOffsetIndex(0);
  ASSERT_GE(index->page_locations().size(), 7U);
  EXPECT_LE(index->page_locations()[1].first_row_index, 8000);
}

TEST(FileWriter, NoBoundsLeaveOutNan) {
  MemoryFile file;
  const double nan = std::numeric_limits<double>::quiet_NaN();
  ASSERT_OK(file.Write(Columns("v float64"), {Doubles({1.0, 3.5, nan})}));
  const auto reader = file.OpenWithArrow();
  const auto statistics = reader->metadata()->RowGroup(0)->ColumnChunk(0)->statistics();
  EXPECT_TRUE(statistics == nullptr || !statistics->HasMinMax());
  EXPECT_EQ(reader->GetPageIndexReader()->RowGroup(0)->GetColumnIndex(0), nullptr);
}

TEST(FileWriter, StatisticsOrderZeros) {
  MemoryFile file;
  ASSERT_OK(file.Write(Columns("v float64"), {Doubles({0.0, 3.5})}));
  const auto reader = file.OpenWithArrow();
  const auto chunk = reader->metadata()->RowGroup(0)->ColumnChunk(0);
  const auto statistics = std::static_pointer_cast<::parquet::DoubleStatistics>(chunk->statistics());
  ASSERT_TRUE(statistics && statistics->HasMinMax());
  EXPECT_TRUE(std::signbit(statistics->min()));  // -0.0, so that a search for either zero finds the row group
  EXPECT_EQ(statistics->max(), 3.5);
}

TEST(FileWriter, StatisticsCountNullsAndBoundTexts) {
  const auto schema = Columns("s string");
  arrow::StringBuilder builder;
  (void)builder.AppendValues(std::vector<std::string>{"kiwi", "apple", "plum"});
  (void)builder.AppendNull();
  const auto rows = arrow::RecordBatch::Make(schema::ToArrow(schema), 4, {builder.Finish().ValueOrDie()});
  MemoryFile file;
  ASSERT_OK(file.Write(schema, {rows}));
  const auto reader = file.OpenWithArrow();
  const auto chunk = reader->metadata()->RowGroup(0)->ColumnChunk(0);
  EXPECT_EQ(chunk->statistics()->null_count(), 1);
  EXPECT_EQ(chunk->statistics()->EncodeMin(), "apple");
  EXPECT_EQ(chunk->statistics()->EncodeMax(), "plum");
  EXPECT_FALSE(chunk->encoding_stats().empty());
  const auto pages = reader->GetPageIndexReader()->RowGroup(0)->GetColumnIndex(0);
  EXPECT_EQ(pages->encoded_min_values()[0], "apple");
}

TEST(FileWriter, FooterSaysWhoWroteItAndWhatTheCallerAdded) {
  MemoryFile file;
  ASSERT_OK(file.Write(Columns("id int64"), {}, {.metadata = {{"sluice.source", "a.csv"}}}));
  ASSERT_OK_AND_ASSIGN(const auto footer, ReadFooter(file.files(), MemoryFile::kPath, arrow::default_memory_pool()));
  EXPECT_THAT(footer.created_by, ::testing::StartsWith("sluice "));
  EXPECT_THAT(footer.metadata, ::testing::ElementsAre(::testing::Pair("sluice.source", "a.csv")));
  EXPECT_EQ(footer.schema, Columns("id int64"));
}

TEST(FileWriter, SortingColumnsAreWrittenOnlyWhenTold) {
  const auto schema = Columns("a int64, b string");
  const MemoryFile::Batches batches = {MakeRandomRows(schema, {.rows = 10})};
  MemoryFile told;
  MemoryFile untold;
  ASSERT_OK(told.Write(schema, batches, {.sorted_by = {"b"}}));
  ASSERT_OK(untold.Write(schema, batches));
  const auto sorting = told.OpenWithArrow()->metadata()->RowGroup(0)->sorting_columns();
  ASSERT_EQ(sorting.size(), 1U);
  EXPECT_EQ(sorting[0].column_idx, 1);
  EXPECT_TRUE(untold.OpenWithArrow()->metadata()->RowGroup(0)->sorting_columns().empty());
}

TEST(FileWriter, BloomFilterFindsEveryValue) {
  const auto schema = Columns("id int64 not null, name string");
  const auto rows = MakeRandomRows(schema, {.rows = 5000, .seed = 4, .null_percent = 0});
  MemoryFile file;
  ASSERT_OK(file.Write(schema, {rows}, {.bloom_columns = {"id"}}));
  const auto reader = file.OpenWithArrow();
  const auto group = reader->GetBloomFilterReader().RowGroup(0);
  const auto bloom = group->GetColumnBloomFilter(0);
  ASSERT_NE(bloom, nullptr);
  EXPECT_EQ(group->GetColumnBloomFilter(1), nullptr);
  const auto& ids = static_cast<const arrow::Int64Array&>(*rows->column(0));
  int missing = 0;
  int false_positives = 0;
  for (std::int64_t i = 0; i < ids.length(); ++i) {
    missing += bloom->FindHash(bloom->Hash(ids.Value(i))) ? 0 : 1;
    false_positives += bloom->FindHash(bloom->Hash(ids.Value(i) + 1)) ? 1 : 0;
  }
  EXPECT_EQ(missing, 0);
  EXPECT_LT(false_positives, 500);
}

TEST(FileWriter, OptionsThatDoNotFitTheSchemaAreRefused) {
  MemoryFile file;
  const auto schema = Columns("price decimal(12,2), name string, ok bool");
  EXPECT_THAT(file.Write(schema, {}, {.bloom_columns = {"nmae"}}),
              FailsWith(ErrorKind::kInvalidInput, AllOf(HasSubstr("--bloom"), HasSubstr("did you mean 'name'"))));
  EXPECT_THAT(file.Write(schema, {}, {.bloom_columns = {"ok"}}),
              FailsWith(ErrorKind::kInvalidInput, HasSubstr("bool")));
  EXPECT_THAT(file.Write(schema, {}, {.encodings = {{"pric", Encoding::kDelta}}}),
              FailsWith(ErrorKind::kInvalidInput, HasSubstr("did you mean 'price'")));
  EXPECT_THAT(file.Write(schema, {}, {.encodings = {{"name", Encoding::kByteStreamSplit}}}),
              FailsWith(ErrorKind::kInvalidInput, HasSubstr("'name' cannot have the encoding bss")));
  EXPECT_THAT(file.Write(schema, {}, {.row_group_bytes_max = 0}),
              FailsWith(ErrorKind::kInvalidInput, HasSubstr("--row-group-size")));
}

TEST(FileWriter, NullInRequiredColumnIsRefused) {
  const auto nullable = MakeRandomRows(Columns("id int64"), {.rows = 50, .null_percent = 50});
  const auto schema = Columns("id int64 not null");
  const auto rows = arrow::RecordBatch::Make(schema::ToArrow(schema), 50, nullable->columns());
  MemoryFile file;
  EXPECT_THAT(file.Write(schema, {rows}), FailsWith(ErrorKind::kInvalidInput, HasSubstr("NULL in column 'id'")));
}

class FullDisk final : public storage::WritableFile {
 public:
  core::Status Append(std::string_view bytes) override {
    written_ += bytes.size();
    if (written_ < 1000) return core::Ok();
    return core::IoError("write of out.parquet: no space left on device").WithHint("free some space");
  }
  core::Status Sync() override { return core::Ok(); }
  core::Status Close() override { return core::Ok(); }

 private:
  std::size_t written_ = 0;
};

TEST(FileWriter, ErrorOfTheFileComesBackWholeAndStays) {
  FullDisk file;
  core::Executor executor(2);
  const auto schema = Columns("id int64");
  ASSERT_OK_AND_ASSIGN(auto writer, FileWriter::Open(file, schema, {}, executor, arrow::default_memory_pool()));
  ASSERT_OK(writer->Write(MakeRandomRows(schema, {.rows = 10'000})));
  const auto expected = FailsWith(ErrorKind::kIo, AllOf(HasSubstr("no space left"), HasSubstr("free some space")));
  EXPECT_THAT(writer->Close(), expected);
  EXPECT_THAT(writer->Write(MakeRandomRows(schema, {.rows = 1})), expected);
}

}  // namespace
}  // namespace sluice::parquet
