#include "table/rank_grid.h"

#include <arrow/array/builder_binary.h>
#include <arrow/array/builder_primitive.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <optional>

#include "tests/support/result_matchers.h"

namespace sluice::table {
namespace {

template <typename Builder, typename Value>
std::shared_ptr<arrow::Array> Column(const std::vector<std::optional<Value>>& values) {
  Builder builder;
  for (const auto& value : values) {
    EXPECT_TRUE((value ? builder.Append(*value) : builder.AppendNull()).ok());
  }
  return *builder.Finish();
}

std::shared_ptr<arrow::Array> Longs(const std::vector<std::optional<std::int64_t>>& values) {
  return Column<arrow::Int64Builder>(values);
}

std::vector<std::uint32_t> Ranks(const RankGrid& grid, const arrow::Array& values) {
  std::vector<std::uint32_t> ranks(static_cast<std::size_t>(values.length()));
  grid.Rank(values, ranks);
  return ranks;
}

TEST(RankGrid, SpreadValuesFillTheRanksEvenly) {
  std::vector<std::optional<std::int64_t>> values;
  for (std::int64_t i = 0; i < 100'000; ++i) values.emplace_back(1'700'000'000'000'000 + i * 7);
  const auto column = Longs(values);
  ASSERT_OK_AND_ASSIGN(const RankGrid grid, RankGrid::Make(*column, 10));
  std::vector<int> histogram(16);
  for (const std::uint32_t rank : Ranks(grid, *column)) ++histogram[rank / 64];
  for (const int count : histogram) EXPECT_NEAR(count, 100'000 / 16, 150);
}

TEST(RankGrid, AFrequentValueStandsInTheMiddleOfItsMass) {
  std::vector<std::optional<std::int64_t>> values(800, 5);  // eight tenths
  for (std::int64_t i = 0; i < 200; ++i) values.emplace_back(100 + i);
  const auto column = Longs(values);
  ASSERT_OK_AND_ASSIGN(const RankGrid grid, RankGrid::Make(*column, 10));
  EXPECT_EQ(Ranks(grid, *Longs({5})).front(), 409U);  // 0.4 of 1,024
  EXPECT_GE(Ranks(grid, *Longs({100})).front(), 819U);
}

TEST(RankGrid, RanksFollowTheOrderOfValuesThatTheSampleLacks) {
  std::vector<std::optional<std::int64_t>> sample;
  for (std::int64_t i = 0; i < 1000; ++i) sample.emplace_back(i * 10);
  ASSERT_OK_AND_ASSIGN(const RankGrid grid, RankGrid::Make(*Longs(sample), 12));
  std::vector<std::optional<std::int64_t>> values;
  for (std::int64_t i = -50; i < 10'050; ++i) values.emplace_back(i);
  const auto ranks = Ranks(grid, *Longs(values));
  EXPECT_TRUE(std::is_sorted(ranks.begin(), ranks.end()));
}

TEST(RankGrid, NullsAndNanComeLast) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const auto column = Column<arrow::DoubleBuilder, double>({1.0, nan, -1.0, std::nullopt, 0.5, 7.0});
  ASSERT_OK_AND_ASSIGN(const RankGrid grid, RankGrid::Make(*column, 8));
  const auto ranks = Ranks(grid, *column);
  EXPECT_LT(ranks[2], ranks[4]);
  EXPECT_LT(ranks[4], ranks[0]);
  EXPECT_LT(ranks[0], ranks[5]);
  EXPECT_LT(ranks[5], ranks[1]);
  EXPECT_LT(ranks[1], ranks[3]);
}

TEST(RankGrid, TextsGoByUnsignedBytes) {
  const auto column = Column<arrow::StringBuilder, std::string>({"a", "z", "\xC3\xBC", "", "ab"});
  ASSERT_OK_AND_ASSIGN(const RankGrid grid, RankGrid::Make(*column, 8));
  const auto ranks = Ranks(grid, *column);
  EXPECT_LT(ranks[3], ranks[0]);
  EXPECT_LT(ranks[0], ranks[4]);
  EXPECT_LT(ranks[4], ranks[1]);
  EXPECT_LT(ranks[1], ranks[2]);
}

TEST(RankGrid, AnEmptySampleRanksEverythingAlike) {
  ASSERT_OK_AND_ASSIGN(const RankGrid grid, RankGrid::Make(*Longs({}), 10));
  const auto ranks = Ranks(grid, *Longs({1, 2, std::nullopt}));
  EXPECT_EQ(ranks[0], ranks[1]);
}

}  // namespace
}  // namespace sluice::table
