#include "query/table_filters.h"

#include <arrow/type.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "expression/parser.h"
#include "tests/support/duckdb_session.h"
#include "tests/support/result_matchers.h"

namespace sluice::query {
namespace {

using ::sluice::testing::IsOk;

class TableFilters : public sluice::testing::DuckDbTest {
 protected:
  void SetUp() override {
    DuckDbTest::SetUp();
    const auto member = arrow::struct_({arrow::field("e", arrow::int32())});
    named_.tables["t"] = arrow::schema(
        {arrow::field("a", arrow::int64()), arrow::field("s", arrow::utf8()), arrow::field("day", arrow::date32()),
         arrow::field("ts", arrow::timestamp(arrow::TimeUnit::MICRO)), arrow::field("st", member),
         arrow::field("odd name", arrow::float64()), arrow::field("m", arrow::decimal128(10, 2)),
         arrow::field("seen", arrow::timestamp(arrow::TimeUnit::MICRO, "UTC"))});
    named_.tables["u"] = arrow::schema({arrow::field("a", arrow::int64()), arrow::field("k", arrow::utf8())});
    named_.views["plain"] = "SELECT * FROM t";
    named_.views["busy"] = "SELECT a FROM t WHERE s = 'x'";
  }

  /// "table: condition" of each filter that was found.
  std::string Find(const std::string& sql) {
    const auto filters = FindTableFilters(*session_, sql, named_);
    if (!filters) return filters.error().message();
    std::string text;
    for (const auto& [table, condition] : *filters) {
      EXPECT_THAT(expression::Parse(condition), IsOk()) << condition;
      text += (text.empty() ? "" : "; ") + table + ": " + condition;
    }
    return text;
  }

  NamedTables named_;
};

TEST_F(TableFilters, ComparisonsWithConstantsAreTaken) {
  EXPECT_EQ(Find("SELECT * FROM t WHERE a > 5"), "t: (`a` > 5)");
  EXPECT_EQ(Find("SELECT * FROM T WHERE 5 >= T.A"), "t: (`A` <= 5)");
  EXPECT_EQ(Find("SELECT * FROM t x WHERE x.st.e = -3"), "t: (`st`.`e` = -3)");
  EXPECT_EQ(Find("SELECT * FROM t WHERE \"odd name\" < 1.5"), "t: (`odd name` < 1.5)");
  EXPECT_EQ(Find("SELECT * FROM t WHERE m <> -0.05"), "t: (`m` <> -0.05)");
  EXPECT_EQ(Find("SELECT * FROM t WHERE s IN ('x', 'it''s')"), "t: (`s` IN ('x', 'it''s'))");
  EXPECT_EQ(Find("SELECT * FROM t WHERE s LIKE 'ab%' AND s IS NOT NULL"),
            "t: ((`s` LIKE 'ab%') AND ((`s`) IS NOT NULL))");
  EXPECT_EQ(Find("SELECT * FROM t WHERE day >= DATE '2024-02-29' AND day < '2024-03-01'"),
            "t: ((`day` >= DATE '2024-02-29') AND (`day` < '2024-03-01'))");
  EXPECT_EQ(Find("SELECT * FROM t WHERE ts BETWEEN '2024-01-01' AND TIMESTAMP '2024-01-02 10:00:00.5'"),
            "t: (`ts` BETWEEN '2024-01-01' AND TIMESTAMP_NTZ '2024-01-02 10:00:00.5')");
}

TEST_F(TableFilters, MomentsMayNameTheirZoneWhereTheColumnHasOne) {
  EXPECT_EQ(Find("SELECT * FROM t WHERE seen >= '2024-01-01T10:00:00Z' AND seen < '2024-01-02 10:00:00.5+07:00'"),
            "t: ((`seen` >= '2024-01-01T10:00:00Z') AND (`seen` < '2024-01-02 10:00:00.5+07:00'))");
  EXPECT_EQ(Find("SELECT * FROM t WHERE seen = TIMESTAMPTZ '2024-01-01 10:00:00-03'"),
            "t: (`seen` = TIMESTAMP '2024-01-01 10:00:00-03')");
  for (const char* text : {"2024-01-01 10:00:00 Asia/Bangkok", "2024-01-01 10:00Z", "2024-01-01 10:00:00.1234567Z"}) {
    EXPECT_EQ(Find(std::string("SELECT * FROM t WHERE seen > '") + text + "'"), "") << text;
  }
  EXPECT_EQ(Find("SELECT * FROM t WHERE ts > '2024-01-01 10:00:00+07'"), "");
}

TEST_F(TableFilters, WhatIsNotUnderstoodIsLeftOutOfAnAndOnly) {
  EXPECT_EQ(Find("SELECT * FROM t WHERE a > 5 AND sqrt(a) > 2"), "t: ((`a` > 5))");
  EXPECT_EQ(Find("SELECT * FROM t WHERE a > 5 OR sqrt(a) > 2"), "");
  EXPECT_EQ(Find("SELECT * FROM t WHERE NOT (a > 5 AND sqrt(a) > 2)"), "");
  EXPECT_EQ(Find("SELECT * FROM t WHERE day = '2024-01-01 12:00:00'"), "");  // cut to a day there
  EXPECT_EQ(Find("SELECT * FROM t WHERE s = 5"), "");                        // the text is cast there
  EXPECT_EQ(Find("SELECT * FROM t WHERE s LIKE 'a\\%'"), "");                // no escape there
}

TEST_F(TableFilters, EachReadingOfATableCounts) {
  EXPECT_EQ(Find("SELECT * FROM t WHERE a = 1 UNION ALL SELECT * FROM t WHERE a = 2"), "t: (`a` = 1) OR (`a` = 2)");
  EXPECT_EQ(Find("SELECT * FROM t WHERE a = 1 AND s IN (SELECT s FROM t)"), "");
  EXPECT_EQ(Find("SELECT * FROM t, u WHERE t.a = u.a AND t.a > 3 AND k = 'x'"), "t: ((`a` > 3)); u: ((`k` = 'x'))");
  EXPECT_EQ(Find("SELECT * FROM t JOIN u USING (a) WHERE s = 'x'"), "t: (`s` = 'x')");
  EXPECT_EQ(Find("SELECT * FROM u LEFT JOIN t USING (a) WHERE s IS NULL"), "");
  EXPECT_EQ(Find("SELECT (SELECT max(a) FROM t WHERE t.a < u.a) FROM u WHERE k = 'x'"), "u: (`k` = 'x')");
}

TEST_F(TableFilters, ViewsAndWithsAreLookedThroughOrStop) {
  EXPECT_EQ(Find("SELECT * FROM plain WHERE a = 1"), "t: (`a` = 1)");
  EXPECT_EQ(Find("SELECT * FROM plain WHERE a = 1 UNION ALL SELECT * FROM t"), "");
  EXPECT_EQ(Find("SELECT * FROM busy WHERE a = 1"), "t: (`s` = 'x')");
  EXPECT_EQ(Find("WITH t AS (SELECT 1 AS a) SELECT * FROM t WHERE a = 1"), "");
  EXPECT_EQ(Find("WITH w AS (SELECT * FROM t WHERE a = 1) SELECT * FROM w WHERE a = 2"), "t: (`a` = 1)");
  EXPECT_EQ(Find("SELECT * FROM t AS x(b) WHERE b = 1"), "");
  EXPECT_EQ(Find("SELECT * FROM t, range(3) WHERE a = 1"), "");
  named_.macros = true;
  EXPECT_EQ(Find("SELECT * FROM t WHERE a = 1"), "");
}

TEST_F(TableFilters, AStatementThatIsNoneHasNoFilters) { EXPECT_EQ(Find("SELEC * FROM t WHERE a = 1"), ""); }

}  // namespace
}  // namespace sluice::query
