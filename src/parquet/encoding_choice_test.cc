#include "parquet/encoding_choice.h"

#include <arrow/builder.h>
#include <arrow/record_batch.h>
#include <fmt/format.h>

#include <cmath>
#include <functional>

#include "core/random.h"
#include "parquet/distinct_estimate.h"
#include "parquet/memory_file.h"
#include "schema/type_text.h"
#include "tests/support/result_matchers.h"

namespace sluice::parquet {
namespace {

using ::testing::HasSubstr;

constexpr std::int64_t kRows = 70'000;

template <typename Builder, typename Value>
std::shared_ptr<arrow::Array> Fill(const Value& value) {
  Builder builder;
  for (std::int64_t i = 0; i < kRows; ++i) (void)builder.Append(value(i));
  return builder.Finish().ValueOrDie();
}

std::shared_ptr<arrow::Array> Ints(const std::function<std::int64_t(std::int64_t)>& value) {
  return Fill<arrow::Int64Builder>(value);
}

std::shared_ptr<arrow::Array> Texts(const std::function<std::string(std::int64_t)>& value) {
  return Fill<arrow::StringBuilder>(value);
}

ColumnSummary Choose(const char* column, std::shared_ptr<arrow::Array> values, const char* codec = "zstd:3") {
  const auto schema = *schema::ParseColumns(column);
  MemoryFile file;
  const auto rows = arrow::RecordBatch::Make(schema::ToArrow(schema), kRows, {std::move(values)});
  auto summary = file.Write(schema, {rows}, {.codec = *ParseCodec(codec)});
  EXPECT_THAT(summary, testing::IsOk());
  return summary->columns.at(0);
}

TEST(EncodingChoice, SortedIntegersBecomeDeltas) {
  const ColumnSummary id = Choose("id int64", Ints([](std::int64_t i) { return 1'000'000 + i; }));
  EXPECT_EQ(id.encoding, Encoding::kDelta);
  EXPECT_LT(id.bytes_encoded, static_cast<std::uint64_t>(kRows / 4));
  EXPECT_THAT(id.reason, HasSubstr("bytes a value"));
  EXPECT_THAT(id.reason, HasSubstr("plain "));
}

TEST(EncodingChoice, FewTextsBecomeADictionary) {
  core::SeededRandom random(1);
  const ColumnSummary status =
      Choose("status string", Texts([&](std::int64_t) { return fmt::format("status-{}", random.Next() % 7); }));
  EXPECT_EQ(status.encoding, Encoding::kDictionary);
  EXPECT_THAT(status.reason, HasSubstr("7 distinct of 65,536"));
}

TEST(EncodingChoice, RandomDoublesAreSplit) {
  core::SeededRandom random(2);
  const auto value = [&](std::int64_t) { return 1.0 + std::ldexp(static_cast<double>(random.Next() >> 12), -52); };
  const auto values = Fill<arrow::DoubleBuilder>(value);
  EXPECT_EQ(Choose("v float64", values).encoding, Encoding::kByteStreamSplit);
}

TEST(EncodingChoice, RandomBytesAreNotCompressed) {
  core::SeededRandom random(3);
  const ColumnSummary id =
      Choose("id int64", Ints([&](std::int64_t) { return static_cast<std::int64_t>(random.Next()); }));
  EXPECT_EQ(id.encoding, Encoding::kPlain);
  EXPECT_THAT(id.reason, HasSubstr("uncompressed"));
  EXPECT_EQ(id.bytes_encoded, id.bytes_compressed);
}

TEST(EncodingChoice, HashesTakeTheFastLevel) {
  core::SeededRandom random(4);
  const auto hash = [&](std::int64_t) { return fmt::format("{:016x}{:016x}", random.Next(), random.Next()); };
  const ColumnSummary column = Choose("h string", Texts(hash), "zstd:9");
  EXPECT_EQ(column.encoding, Encoding::kDelta);
  EXPECT_THAT(column.reason, HasSubstr("entropy coding alone does as well"));
  EXPECT_LT(column.bytes_compressed, static_cast<std::uint64_t>(kRows * 17));
}

TEST(EncodingChoice, GrowingSetOfValuesGetsNoDictionary) {
  // Every value comes twice: half of the values are new, however long the column is.
  const ColumnSummary id = Choose("id int64", Ints([](std::int64_t i) { return (i / 2) * 7919 % 1'000'003; }));
  EXPECT_NE(id.encoding, Encoding::kDictionary);
}

TEST(EncodingChoice, AskedEncodingIsTaken) {
  const auto schema = *schema::ParseColumns("id int64");
  MemoryFile file;
  const auto rows = arrow::RecordBatch::Make(schema::ToArrow(schema), kRows, {Ints([](std::int64_t i) { return i; })});
  ASSERT_OK_AND_ASSIGN(const auto summary, file.Write(schema, {rows}, {.encodings = {{"id", Encoding::kPlain}}}));
  EXPECT_EQ(summary.columns[0].encoding, Encoding::kPlain);
  EXPECT_THAT(summary.columns[0].reason, HasSubstr("as asked"));
}

TEST(DistinctEstimate, ClosedSetStaysClosed) {
  core::SeededRandom random(5);
  const auto values = Ints([&](std::int64_t) { return static_cast<std::int64_t>(random.Next() % 30'000); });
  ASSERT_OK_AND_ASSIGN(const auto estimate, EstimateDistinct(*values->Slice(0, 65536)));
  EXPECT_NEAR(estimate.Among(10'000'000), 30'000, 3'000);
}

TEST(DistinctEstimate, SortedDaysGoOnGrowing) {
  const auto values = Ints([](std::int64_t i) { return i / 100; });
  ASSERT_OK_AND_ASSIGN(const auto estimate, EstimateDistinct(*values->Slice(0, 65536)));
  EXPECT_NEAR(estimate.Among(6'553'600), 65'536, 6'000);
}

TEST(DistinctEstimate, NullsAreNoValues) {
  arrow::Int64Builder builder;
  (void)builder.AppendNulls(10'000);
  ASSERT_OK_AND_ASSIGN(const auto estimate, EstimateDistinct(*builder.Finish().ValueOrDie()));
  EXPECT_EQ(estimate.counted, 0);
  EXPECT_EQ(estimate.Among(1e6), 0);
}

}  // namespace
}  // namespace sluice::parquet
