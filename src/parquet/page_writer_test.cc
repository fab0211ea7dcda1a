#include <arrow/builder.h>
#include <arrow/record_batch.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <isa-l/crc.h>
#include <parquet/metadata.h>
#include <parquet/page_index.h>
#include <parquet/statistics.h>

#include <limits>

#include "parquet/memory_file.h"
#include "parquet/page_compressor.h"
#include "schema/type_text.h"
#include "tests/support/result_matchers.h"

namespace sluice::parquet {
namespace {

using core::ErrorKind;
using testing::FailsWith;
using ::testing::HasSubstr;

schema::Schema Columns(const char* text) { return *schema::ParseColumns(text); }

template <typename Builder, typename Value>
std::shared_ptr<arrow::RecordBatch> Rows(const schema::Schema& schema, const std::vector<Value>& values) {
  const auto type = schema::ToArrow(schema)->field(0)->type();
  std::unique_ptr<arrow::ArrayBuilder> builder;
  EXPECT_TRUE(arrow::MakeBuilder(arrow::default_memory_pool(), type, &builder).ok());
  for (const Value& value : values) EXPECT_TRUE(static_cast<Builder&>(*builder).Append(value).ok());
  const auto array = builder->Finish().ValueOrDie();
  return arrow::RecordBatch::Make(schema::ToArrow(schema), array->length(), {array});
}

void ExpectComesBack(MemoryFile& file, const schema::Schema& schema, const MemoryFile::Batches& batches) {
  schema::TableSpec spec;
  for (const auto& field : schema.fields) spec.columns.push_back({.field = field});
  ASSERT_OK_AND_ASSIGN(const auto table, file.Read(spec));
  const auto expected = arrow::Table::FromRecordBatches(schema::ToArrow(schema), batches).ValueOrDie();
  EXPECT_TRUE(table->Equals(*expected));
}

TEST(PageWriter, DictionaryThatGrowsTooLargeIsGivenUpAmongPages) {
  const auto schema = Columns("s string not null");
  std::vector<std::string> texts;
  for (int i = 0; i < 70'000; ++i) texts.push_back(fmt::format("{:0>40}", i % 5));
  for (int i = 0; i < 60'000; ++i) texts.push_back(fmt::format("{:0>40}", i));
  const MemoryFile::Batches batches = {Rows<arrow::StringBuilder>(schema, texts)};
  MemoryFile file;
  ASSERT_OK(file.Write(schema, batches, {.encodings = {{"s", Encoding::kDictionary}}}));
  const auto reader = file.OpenWithArrow();
  const auto chunk = reader->metadata()->RowGroup(0)->ColumnChunk(0);
  std::map<::parquet::Encoding::type, int> pages;
  for (const auto& one : chunk->encoding_stats()) {
    if (one.page_type == ::parquet::PageType::DATA_PAGE) pages[one.encoding] += one.count;
  }
  EXPECT_GT(pages[::parquet::Encoding::RLE_DICTIONARY], 2);
  EXPECT_GT(pages[::parquet::Encoding::PLAIN], 2);
  ExpectComesBack(file, schema, batches);
}

TEST(PageWriter, PagesEndByBytesAndLongTextsHaveTheirOwn) {
  const auto schema = Columns("s string not null");
  const std::vector<std::string> texts = {std::string(400, 'a'), std::string(500, 'b'), std::string(5000, 'c'), "d",
                                          std::string(1000, 'e')};
  const MemoryFile::Batches batches = {Rows<arrow::StringBuilder>(schema, texts)};
  MemoryFile file;
  ASSERT_OK(file.Write(schema, batches, {.page_bytes_max = 1000}));
  const auto reader = file.OpenWithArrow();
  const auto pages = reader->GetPageIndexReader()->RowGroup(0)->GetOffsetIndex(0)->page_locations();
  std::vector<std::int64_t> first_rows;
  for (const auto& page : pages) first_rows.push_back(page.first_row_index);
  EXPECT_THAT(first_rows, ::testing::ElementsAre(0, 2, 3, 4));
  ExpectComesBack(file, schema, batches);
}

TEST(PageWriter, UnsignedNumbersAreOrderedAsSuch) {
  const auto schema = Columns("n uint64 not null");
  constexpr auto kLargest = std::numeric_limits<std::uint64_t>::max();
  MemoryFile file;
  ASSERT_OK(file.Write(schema, {Rows<arrow::UInt64Builder>(schema, std::vector<std::uint64_t>{kLargest, 1})}));
  const auto reader = file.OpenWithArrow();
  const auto statistics = reader->metadata()->RowGroup(0)->ColumnChunk(0)->statistics();
  EXPECT_EQ(statistics->EncodeMin(), std::string("\1\0\0\0\0\0\0\0", 8));
  EXPECT_EQ(statistics->EncodeMax(), std::string(8, '\xFF'));
}

TEST(PageWriter, LongDecimalsAreOrderedBySign) {
  const auto schema = Columns("d decimal(38,0) not null");
  const std::vector<arrow::Decimal128> values = {arrow::Decimal128(5), arrow::Decimal128(-7)};
  MemoryFile file;
  ASSERT_OK(file.Write(schema, {Rows<arrow::Decimal128Builder>(schema, values)}));
  const auto reader = file.OpenWithArrow();
  const auto statistics = reader->metadata()->RowGroup(0)->ColumnChunk(0)->statistics();
  EXPECT_EQ(statistics->EncodeMin(), std::string(15, '\xFF') + '\xF9');
  EXPECT_EQ(statistics->EncodeMax(), std::string(15, '\0') + '\x05');
}

TEST(PageWriter, SecondsThatHaveNoMillisecondsAreRefused) {
  const auto schema = Columns("t timestamp(s)");
  const std::vector<std::int64_t> seconds = {std::numeric_limits<std::int64_t>::max() / 100};
  MemoryFile file;
  EXPECT_THAT(file.Write(schema, {Rows<arrow::TimestampBuilder>(schema, seconds)}),
              FailsWith(ErrorKind::kInvalidInput, HasSubstr("too many to be kept as milliseconds")));
}

TEST(PageWriter, DamagedPageIsFoundByItsChecksum) {
  const auto schema = Columns("id int64 not null");
  std::vector<std::int64_t> ids;
  for (std::int64_t i = 0; i < 1000; ++i) ids.push_back(i * i);
  MemoryFile file;
  ASSERT_OK(file.Write(schema, {Rows<arrow::Int64Builder>(schema, ids)}, {.codec = {Codec::kNone}}));
  std::string bytes = file.bytes();
  bytes[200] = static_cast<char>(bytes[200] ^ 1);
  file.set_bytes(bytes);
  schema::TableSpec spec;
  spec.columns.push_back({.field = schema.fields[0]});
  EXPECT_THAT(file.Read(spec), FailsWith(ErrorKind::kCorruption, HasSubstr("t.parquet")));
}

TEST(PageCompressor, EntropyOnlyFindsNoRepetition) {
  PageCompressor compressor;
  const PageCodec level{.codec = {Codec::kZstd, 3}};
  const PageCodec entropy{.codec = {Codec::kZstd, 3}, .entropy_only = true};
  std::vector<std::uint8_t> page(50'000);
  for (std::size_t i = 0; i < page.size(); ++i) page[i] = static_cast<std::uint8_t>(i * i / 7 % 16);
  ASSERT_OK_AND_ASSIGN(const std::size_t room, compressor.BytesMax(level, page.size()));
  std::vector<std::uint8_t> out(room);
  ASSERT_OK_AND_ASSIGN(const std::size_t entropy_bytes, compressor.Compress(entropy, page, out.data()));
  ASSERT_OK_AND_ASSIGN(const std::size_t level_bytes, compressor.Compress(level, page, out.data()));
  const PageCodec fastest{.codec = {Codec::kZstd, 1}};
  ASSERT_OK_AND_ASSIGN(const std::size_t fastest_bytes, compressor.Compress(fastest, page, out.data()));
  ASSERT_OK_AND_ASSIGN(const std::size_t again_bytes, compressor.Compress(entropy, page, out.data()));
  EXPECT_LT(fastest_bytes, entropy_bytes / 4);
  EXPECT_EQ(again_bytes, entropy_bytes);
  EXPECT_LT(entropy_bytes, page.size() * 6 / 10);
  EXPECT_LT(level_bytes, entropy_bytes / 4);
}

}  // namespace
}  // namespace sluice::parquet
