#include <arrow/scalar.h>
#include <arrow/type.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "delta/action_json.h"
#include "delta/arrow_types.h"
#include "delta/column_mapping.h"
#include "delta/pruning.h"
#include "delta/schema_json.h"
#include "expression/binder.h"
#include "expression/parser.h"
#include "tests/support/result_matchers.h"

// Statistics of tables that other writers made.
namespace sluice::delta {
namespace {

using ::testing::ElementsAre;

const std::filesystem::path kTables = SLUICE_SOURCE_DIR "/../shared/tables";

/// What the commits of a table said, without looking at what was removed.
struct Table {
  Protocol protocol = {};
  Metadata metadata = {};
  TableSchema schema = {};
  std::vector<AddFile> files = {};

  std::vector<const Field*> PartitionFields() const {
    std::vector<const Field*> fields;
    for (const Field& field : schema.fields) {
      if (std::ranges::count(metadata.partition_columns, field.name) > 0) fields.push_back(&field);
    }
    return fields;
  }
};

std::optional<Table> ReadTable(const std::filesystem::path& log) {
  std::vector<std::filesystem::path> commits;
  for (const auto& entry : std::filesystem::directory_iterator(log)) {
    const std::string name = entry.path().filename();
    if (name.size() == 25 && name.ends_with(".json")) commits.push_back(entry.path());
  }
  std::ranges::sort(commits);
  Table table;
  for (const auto& commit : commits) {
    std::stringstream bytes;
    bytes << std::ifstream(commit).rdbuf();
    auto actions = ParseActions(bytes.str(), commit);
    if (!actions) return std::nullopt;
    if (actions->protocol) table.protocol = *actions->protocol;
    if (actions->metadata) table.metadata = *actions->metadata;
    std::ranges::move(actions->adds, std::back_inserter(table.files));
  }
  auto schema = ParseSchema(table.metadata.schema_string);
  if (!schema || !ResolveColumnMapping(*schema, table.protocol, table.metadata.configuration)) return std::nullopt;
  table.schema = *std::move(schema);
  return table;
}

Table Named(const std::string& name) {
  const auto folder = kTables / name;
  auto table =
      ReadTable(std::filesystem::exists(folder / "delta") ? folder / "delta/_delta_log" : folder / "_delta_log");
  EXPECT_TRUE(table.has_value()) << name;
  return table ? *std::move(table) : Table{};
}

// One letter a file: '.' skipped, 'k' kept, 'A' all rows match.
std::string VerdictsOf(const Table& table, const char* sql) {
  const auto arrow_schema = ToArrow(table.schema);
  EXPECT_THAT(arrow_schema, testing::IsOk());
  auto condition = expression::Parse(sql);
  EXPECT_THAT(condition, testing::IsOk());
  const auto bound = expression::BindCondition(*std::move(condition), **arrow_schema);
  EXPECT_THAT(bound, testing::IsOk());
  const auto pruner = FilePruner::Make(*bound, table.schema, table.PartitionFields());
  EXPECT_THAT(pruner, testing::IsOk());
  StatisticsParser parser(pruner->leaves());
  std::string verdicts;
  for (const AddFile& file : table.files) {
    const std::int64_t deleted = file.deletion_vector ? file.deletion_vector->cardinality : 0;
    const Verdict verdict = pruner->Test(file.partition_values, parser.Parse(file.stats.value_or("")), deleted);
    verdicts += verdict == Verdict::kSkip ? '.' : (verdict == Verdict::kKeep ? 'k' : 'A');
  }
  return verdicts;
}

class RealStatistics : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists(kTables)) GTEST_SKIP() << "needs the tables in " << kTables;
  }
};

TEST_F(RealStatistics, EveryTextIsReadAndNearlyEveryBound) {
  std::size_t texts = 0;
  std::size_t bounds = 0;
  std::size_t without = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(kTables)) {
    if (entry.path().filename() != "_delta_log" || !entry.is_directory()) continue;
    const auto table = ReadTable(entry.path());
    if (!table) continue;
    StatisticsParser parser(StatisticsColumns(table->schema, {}, {.stats_indexed_columns = -1}));
    for (const AddFile& file : table->files) {
      if (!file.stats || file.stats->empty()) continue;
      const FileStatistics* statistics = parser.Parse(*file.stats);
      ASSERT_NE(statistics, nullptr) << entry.path() << ": " << *file.stats;
      ++texts;
      for (const ColumnStatistics& column : statistics->columns) {
        const bool partly = column.null_count.has_value() && column.null_count != statistics->records;
        bounds += column.min && column.max ? 1 : 0;
        without += partly && !column.min && !column.max ? 1 : 0;
        EXPECT_FALSE(column.min && column.max && Compare(*column.min, *column.max) > 0) << entry.path() << *file.stats;
      }
    }
  }
  EXPECT_GT(texts, 500U);
  EXPECT_GT(bounds, 1000U);
  EXPECT_LT(without, bounds / 4);
}

TEST_F(RealStatistics, AllTypesHaveTheirValues) {
  for (const char* name :
       {"golden/data-skipping-basic-stats-all-types", "golden/data-skipping-basic-stats-all-types-columnmapping-id",
        "golden/data-skipping-basic-stats-all-types-columnmapping-name"}) {
    const Table table = Named(name);
    ASSERT_EQ(table.files.size(), 1U);
    const auto columns = StatisticsColumns(table.schema, {}, {});
    const auto file = ParseStatistics(*table.files[0].stats, columns);
    ASSERT_TRUE(file.has_value());
    EXPECT_EQ(file->records, 1);
    std::vector<std::string> texts;
    for (std::size_t i = 0; i < columns.size(); ++i) {
      ASSERT_TRUE(file->columns[i].min && file->columns[i].max) << columns[i].path[0];
      EXPECT_EQ(file->columns[i].null_count, 0);
      const auto scalar = ToScalar(*file->columns[i].max, columns[i].type);
      ASSERT_THAT(scalar, testing::IsOk());
      EXPECT_TRUE((*scalar)->type->Equals(**ToArrow(columns[i].type)));
      texts.push_back((*scalar)->ToString());
    }
    EXPECT_THAT(texts,
                ElementsAre("0", "0", "0", "0", "0", "0", "0", "2000-01-01", "2000-01-01 08:00:00.000000Z", "0"));
    for (const char* no_match : {"as_int = 1", "as_long > 0", "as_byte IN (1, 2)", "as_short < 0", "as_string > '0'",
                                 "as_date <> DATE '2000-01-01'", "as_big_decimal = 1", "as_double < 0",
                                 "as_timestamp > TIMESTAMP '2000-01-01 08:00:01'", "as_float = 1", "as_int IS NULL"}) {
      EXPECT_EQ(VerdictsOf(table, no_match), ".") << no_match;
    }
    for (const char* match : {"as_int = 0", "as_long >= 0", "as_byte IN (0, 2)", "as_float = 0", "as_string LIKE '0%'",
                              "as_date = DATE '2000-01-01'", "as_big_decimal < 1", "as_double <= 0", "as_double > 1e9",
                              "as_timestamp = TIMESTAMP '2000-01-01 08:00:00'", "as_int IS NOT NULL"}) {
      EXPECT_EQ(VerdictsOf(table, match), "k") << match;
    }
  }
}

TEST_F(RealStatistics, TimestampsWithinTheirLastMillisecondAreKept) {
  const Table table = Named("kernel/timestamp-truncation-stats");
  EXPECT_EQ(VerdictsOf(table, "ts_col > TIMESTAMP '1970-01-01 00:00:02.0005'"), "kkk");
  EXPECT_EQ(VerdictsOf(table, "ts_col > TIMESTAMP '1970-01-01 00:00:02.000999'"), ".kk");
  EXPECT_EQ(VerdictsOf(table, "ts_col = TIMESTAMP '1970-01-01 00:00:04.0009'"), ".k.");
  EXPECT_EQ(VerdictsOf(table, "ts_col < TIMESTAMP '1970-01-01 00:00:03'"), "k..");
}

TEST_F(RealStatistics, NestedColumnsAndColumnsWithNullsArePruned) {
  const Table table = Named("kernel/stats-writing-all-types");
  const auto prunes = [&](const char* sql) { return VerdictsOf(table, sql).find('k') == std::string::npos; };
  EXPECT_TRUE(prunes("byte_col > 5") && prunes("decimal_col < 123.45") && prunes("date_col < DATE '2023-01-15'"));
  EXPECT_TRUE(prunes("timestamp_ntz_col > TIMESTAMP_NTZ '2024-12-25 00:00:00.001'") && prunes("string_col = 'zeta'"));
  EXPECT_FALSE(prunes("byte_col >= 5") || prunes("boolean_col") || prunes("byte_col IS NULL"));
  EXPECT_FALSE(prunes("float_col = 3.14F") || prunes("decimal_col = 999.99"));
}

// Five files of 20 rows; d is NaN, -0.0, numbers, numbers and NaN, NULL.
TEST_F(RealStatistics, EdgesOfSparkAreKeptWhereRowsMatch) {
  const Table all = Named("spark/statistics_edges_3");
  EXPECT_EQ(VerdictsOf(all, "n = 45"), "..k..");
  EXPECT_EQ(VerdictsOf(all, "n IS NULL"), ".k.k.");
  EXPECT_EQ(VerdictsOf(all, "d > 10"), "kkkk.");
  EXPECT_EQ(VerdictsOf(all, "d = 0"), "kk.k.");  // a maximum "NaN" is none
  EXPECT_EQ(VerdictsOf(all, "d < 0"), "k..k.");
  EXPECT_EQ(VerdictsOf(all, "isnan(d)"), "kkkk.");
  EXPECT_EQ(VerdictsOf(all, "st.a >= 95"), "....k");
  EXPECT_EQ(VerdictsOf(all, "st.b = 'BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB'"), "kkkk.");
  EXPECT_EQ(VerdictsOf(all, "s > 'prefix-prefix-prefix-prefix-prefix-prefix-z5'"), "kkkkk");
  EXPECT_EQ(VerdictsOf(all, "s LIKE 'prefiy%'"), ".....");
  EXPECT_EQ(VerdictsOf(all, "ts = TIMESTAMP '1969-12-31 23:59:59.999979'"), "..kk.");
  EXPECT_EQ(VerdictsOf(all, "ts < TIMESTAMP '1969-12-31 23:59:59.98'"), "k....");
  const Table some = Named("spark/statistics_edges_2");  // only of s and st.b
  EXPECT_EQ(VerdictsOf(some, "n = 45 AND d = 0"), "kkkkk");
  EXPECT_EQ(VerdictsOf(some, "st.b < 'B'"), "kkkk.");
}

}  // namespace
}  // namespace sluice::delta
