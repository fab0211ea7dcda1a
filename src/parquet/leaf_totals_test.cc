#include "parquet/leaf_totals.h"

#include <arrow/array/array_base.h>
#include <arrow/json/from_string.h>
#include <arrow/record_batch.h>
#include <arrow/scalar.h>
#include <arrow/type.h>
#include <parquet/metadata.h>
#include <parquet/statistics.h>

#include <cstring>
#include <limits>

#include "parquet/memory_file.h"
#include "parquet/random_rows.h"
#include "schema/type_text.h"
#include "tests/support/result_matchers.h"

namespace sluice::parquet {
namespace {

using ::testing::ElementsAre;

schema::Schema Columns(const char* text) { return *schema::ParseColumns(text); }

template <typename T>
T As(const std::string& bytes) {
  T value;
  EXPECT_EQ(bytes.size(), sizeof(T));
  std::memcpy(&value, bytes.data(), sizeof(T));
  return value;
}

// The statistics of a file with `rows` (JSON) in row groups of two rows.
std::vector<LeafStatistics> StatisticsOf(const char* columns, const char* rows) {
  const schema::Schema schema = Columns(columns);
  const auto type = arrow::struct_(schema::ToArrow(schema)->fields());
  const auto array = arrow::json::ArrayFromJSONString(type, rows).ValueOrDie();
  const auto batch = arrow::RecordBatch::FromStructArray(array).ValueOrDie()->ReplaceSchema(schema::ToArrow(schema));
  MemoryFile file;
  const auto summary = file.Write(schema, {batch.ValueOrDie()}, {.row_group_rows_max = 2});
  EXPECT_THAT(summary, testing::IsOk());
  std::vector<LeafStatistics> leaves;
  for (const ColumnSummary& column : summary->columns) leaves.push_back(column.statistics);
  return leaves;
}

TEST(LeafTotals, BoundsAreOfAllRowGroups) {
  const auto leaves =
      StatisticsOf("i int32, u uint64, d decimal(9,2), w decimal(30,2), t string",
                   R"([{"i":5,"u":5,"d":"1.50","w":"1.50","t":"é"},{"i":null,"u":7,"d":"0.50","w":"-1.50","t":"z"},
          {"i":-3,"u":18446744073709551615,"d":"-0.50","w":"0.50","t":"abc"},{"i":4,"u":6,"d":null,"w":null,"t":""}])");
  ASSERT_EQ(leaves.size(), 5U);
  EXPECT_EQ(leaves[0].entries, 4U);
  EXPECT_EQ(leaves[0].nulls, 1U);
  EXPECT_EQ(As<std::int32_t>(leaves[0].bounds->min), -3);
  EXPECT_EQ(As<std::int32_t>(leaves[0].bounds->max), 5);
  EXPECT_EQ(As<std::uint64_t>(leaves[1].bounds->min), 5U);
  EXPECT_EQ(As<std::uint64_t>(leaves[1].bounds->max), std::numeric_limits<std::uint64_t>::max());
  EXPECT_EQ(As<std::int32_t>(leaves[2].bounds->min), -50);
  EXPECT_EQ(As<std::int32_t>(leaves[2].bounds->max), 150);
  EXPECT_EQ(leaves[3].bounds->min, std::string(12, '\xFF') + "\x6A");
  EXPECT_EQ(leaves[3].bounds->max, std::string(12, '\0') + "\x96");
  EXPECT_EQ(leaves[4].bounds->min, "");
  EXPECT_EQ(leaves[4].bounds->max, "é");
  EXPECT_THAT(leaves[4].path, ElementsAre("t"));
}

TEST(LeafTotals, LongTextsAreNotCut) {
  const std::string text(5000, 'x');
  const auto leaves = StatisticsOf("t string", ("[{\"t\":\"" + text + "\"}]").c_str());
  EXPECT_EQ(leaves[0].bounds->min, text);
  EXPECT_EQ(leaves[0].bounds->max, text);
}

TEST(LeafTotals, NanIsNotedAndIsNoBound) {
  const auto leaves = StatisticsOf("a float64, b float32, c float64", R"([{"a":1.5,"b":-0.0,"c":NaN},
      {"a":null,"b":0.0,"c":NaN},{"a":NaN,"b":0.0,"c":null},{"a":Inf,"b":null,"c":null}])");
  EXPECT_TRUE(leaves[0].has_nan);
  EXPECT_EQ(As<double>(leaves[0].bounds->min), 1.5);
  EXPECT_EQ(As<double>(leaves[0].bounds->max), std::numeric_limits<double>::infinity());
  EXPECT_FALSE(leaves[1].has_nan);
  EXPECT_TRUE(std::signbit(As<float>(leaves[1].bounds->min)));
  EXPECT_FALSE(std::signbit(As<float>(leaves[1].bounds->max)));
  EXPECT_TRUE(leaves[2].has_nan);
  EXPECT_FALSE(leaves[2].bounds.has_value());
}

TEST(LeafTotals, NullStructsCountForTheirLeavesAndNullListsAsRows) {
  const auto leaves = StatisticsOf("s struct<a: int32, b: list<string>>, l list<int32> not null, m map<string, int32>",
                                   R"([{"s":null,"l":[],"m":null},{"s":{"a":null,"b":null},"l":[1,null],"m":[]},
          {"s":{"a":1,"b":[]},"l":[2],"m":[["k",null],["n",2]]},{"s":{"a":2,"b":["x",null]},"l":[3],"m":null}])");
  ASSERT_EQ(leaves.size(), 5U);
  EXPECT_THAT(leaves[0].path, ElementsAre("s", "a"));
  EXPECT_EQ(leaves[0].nulls, 2U);
  EXPECT_EQ(leaves[0].null_rows, 2U);
  EXPECT_THAT(leaves[1].path, ElementsAre("s", "b", "list", "element"));
  EXPECT_EQ(leaves[1].entries, 5U);
  EXPECT_EQ(leaves[1].nulls, 4U);
  EXPECT_EQ(leaves[1].null_rows, 2U);
  EXPECT_EQ(leaves[2].nulls, 2U);
  EXPECT_EQ(leaves[2].null_rows, 0U);
  EXPECT_EQ(leaves[3].null_rows, 2U);
  EXPECT_EQ(leaves[4].null_rows, 2U);
}

TEST(LeafTotals, FooterSaysTheSameOfEachColumn) {
  const schema::Schema schema = SchemaOfAllTypes();
  MemoryFile file;
  ASSERT_OK_AND_ASSIGN(const auto summary, file.Write(schema, {MakeRandomRows(schema, {.rows = 2000, .seed = 3})},
                                                      {.row_group_rows_max = 300}));
  const auto footer = file.OpenWithArrow()->metadata();
  for (std::size_t i = 0; i < summary.columns.size(); ++i) {
    std::int64_t nulls = 0;
    std::int64_t entries = 0;
    bool min_found = false;
    bool max_found = false;
    bool all_there = true;
    for (int group = 0; group < footer->num_row_groups(); ++group) {
      const auto chunk = footer->RowGroup(group)->ColumnChunk(static_cast<int>(i));
      const auto statistics = chunk->encoded_statistics();
      ASSERT_TRUE(statistics != nullptr);
      nulls += statistics->null_count;
      entries += chunk->num_values();
      all_there = all_there && statistics->has_min && statistics->has_max;
      if (!summary.columns[i].statistics.bounds) continue;
      min_found = min_found || statistics->min() == summary.columns[i].statistics.bounds->min;
      max_found = max_found || statistics->max() == summary.columns[i].statistics.bounds->max;
    }
    EXPECT_EQ(summary.columns[i].statistics.nulls, static_cast<std::uint64_t>(nulls)) << summary.columns[i].column;
    EXPECT_EQ(summary.columns[i].statistics.entries, static_cast<std::uint64_t>(entries));
    EXPECT_TRUE(!all_there || (min_found && max_found)) << summary.columns[i].column;
  }
}

}  // namespace
}  // namespace sluice::parquet
