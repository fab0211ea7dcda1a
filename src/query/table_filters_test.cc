#include "query/table_filters.h"

#include <arrow/type.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

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
  EXPECT_EQ(Find("SELECT max(a) FROM busy"), "t: (`s` = 'x')");
  EXPECT_EQ(Find("WITH t AS (SELECT 1 AS a) SELECT * FROM t WHERE a = 1"), "");
  EXPECT_EQ(Find("WITH w AS (SELECT * FROM t WHERE a = 1) SELECT * FROM w WHERE a = 2"),
            "t: ((`a` = 2) AND (`a` = 1))");
  EXPECT_EQ(Find("SELECT * FROM t AS x(b) WHERE b = 1"), "");
  EXPECT_EQ(Find("SELECT * FROM t, range(3) WHERE a = 1"), "");
  named_.macros = true;
  EXPECT_EQ(Find("SELECT * FROM t WHERE a = 1"), "");
}

TEST_F(TableFilters, ConditionsReachThroughSelectsThatPassRowsOn) {
  named_.views["kept"] = "SELECT a, s AS name, m + 1 AS more, lower(s) AS low FROM t WHERE a > 0 ORDER BY a";
  named_.views["less"] = "SELECT DISTINCT * EXCLUDE (day) FROM plain";
  EXPECT_EQ(Find("SELECT * FROM busy WHERE a IN (1, 2)"), "t: ((`a` IN (1, 2)) AND (`s` = 'x'))");
  EXPECT_EQ(Find("SELECT * FROM Kept k WHERE k.NAME = 'x' AND more = 5 AND low = 'x'"),
            "t: (((`s` = 'x')) AND (`a` > 0))");
  EXPECT_EQ(Find("SELECT * FROM less WHERE a BETWEEN 1 AND 2 AND day = '2024-01-01'"), "t: ((`a` BETWEEN 1 AND 2))");
  EXPECT_EQ(Find("SELECT * FROM (SELECT * FROM (SELECT s AS a, a AS s FROM t) x) y WHERE y.s > 5"), "t: (`a` > 5)");
  EXPECT_EQ(Find("WITH w AS (SELECT * FROM plain) SELECT * FROM w WHERE a = 1 UNION ALL SELECT * FROM w WHERE a = 2"),
            "t: (`a` = 1) OR (`a` = 2)");
  EXPECT_EQ(Find("WITH w AS (SELECT * FROM t), x AS (SELECT * FROM w) SELECT * FROM x WHERE s IS NULL"),
            "t: ((`s`) IS NULL)");
  EXPECT_EQ(Find("SELECT * FROM plain p JOIN kept k USING (a) WHERE k.name = 'x' AND p.s = 'y'"),
            "t: ((`s` = 'y')) OR (((`s` = 'x')) AND (`a` > 0))");
  EXPECT_EQ(Find("SELECT * FROM plain LEFT JOIN u USING (a) WHERE s = 'x' AND k = 'y'"), "t: ((`s` = 'x'))");
}

TEST_F(TableFilters, ConditionsStopAtWhatLooksAtSeveralRowsOrRenames) {
  for (const char* inner :
       {"SELECT a FROM t LIMIT 5", "SELECT max(a) AS a FROM t", "SELECT a, count(*) AS n FROM t GROUP BY a",
        "SELECT a FROM t GROUP BY ALL", "SELECT *, row_number() OVER () AS n FROM t", "SELECT DISTINCT ON (s) * FROM t",
        "SELECT a, unnest([1, 2]) AS e FROM t", "SELECT a, (SELECT 1) AS one FROM t", "SELECT a, max(s) AS b FROM t",
        "SELECT * FROM t USING SAMPLE 3", "SELECT * FROM t TABLESAMPLE 10%", "SELECT * REPLACE (1 AS a) FROM t",
        "SELECT * RENAME (a AS b) FROM t", "SELECT COLUMNS('a') FROM t", "SELECT *, 1 AS a FROM t",
        "SELECT a + 1 FROM t", "SELECT a FROM t QUALIFY row_number() OVER () < 3", "SELECT a FROM t x(b, a)"}) {
    EXPECT_EQ(Find(std::string("SELECT * FROM (") + inner + ") WHERE a = 1"), "") << inner;
    named_.views["v"] = inner;
    EXPECT_EQ(Find("SELECT * FROM v WHERE a = 1"), "") << inner;
    EXPECT_EQ(Find(std::string("WITH w AS (") + inner + ") SELECT * FROM w WHERE a = 1"), "") << inner;
  }
  EXPECT_EQ(Find("SELECT * FROM plain AS p(x, a) WHERE a = 'x'"), "");
  EXPECT_EQ(Find("SELECT * FROM t WHERE a = 1 USING SAMPLE 3"), "");
  EXPECT_EQ(Find("SELECT * FROM t, u AS st WHERE st.e = 1"), "");
}

TEST_F(TableFilters, WhatIsNotKnownOfAViewStopsAll) {
  named_.views["turned"] = "PIVOT t ON s USING sum(a)";
  EXPECT_EQ(Find("SELECT a FROM t WHERE a = 1"), "t: (`a` = 1)");
  EXPECT_EQ(Find("SELECT a FROM t WHERE a = 1 UNION ALL SELECT a FROM turned"), "");
  named_.views["round"] = "SELECT * FROM round";
  EXPECT_EQ(Find("SELECT a FROM t WHERE a = 1 UNION ALL SELECT a FROM round"), "");
  EXPECT_EQ(Find("WITH RECURSIVE w AS (SELECT a FROM t UNION SELECT a FROM w) SELECT * FROM w WHERE a = 1"), "");
  EXPECT_EQ(Find("WITH w(b) AS (SELECT a FROM t) SELECT * FROM w WHERE b = 1"), "");
  EXPECT_EQ(Find("WITH t AS (SELECT * FROM u) SELECT * FROM t WHERE a = 1"), "u: (`a` = 1)");
}

TEST_F(TableFilters, AStatementThatIsNoneHasNoFilters) { EXPECT_EQ(Find("SELEC * FROM t WHERE a = 1"), ""); }

/// The condition in DuckDB's spelling.
std::string ForDuckDb(std::string condition) {
  std::ranges::replace(condition, '`', '"');
  constexpr std::string_view kSame = "<=>";
  for (std::size_t at = condition.find(kSame); at != std::string::npos; at = condition.find(kSame)) {
    condition.replace(at, kSame.size(), "IS NOT DISTINCT FROM");
  }
  return condition;
}

/// Statements over rows with all kinds of values give the same answer when the table holds no row that the condition
/// leaves out: what skipping files does at most.
class TableFiltersKeepAnswers : public TableFilters {
 protected:
  void SetUp() override {
    TableFilters::SetUp();
    if (session_ == nullptr) return;
    named_.tables = {{"t", arrow::schema({arrow::field("a", arrow::int64()), arrow::field("s", arrow::utf8()),
                                          arrow::field("day", arrow::date32()),
                                          arrow::field("st", arrow::struct_({arrow::field("e", arrow::int32())}))})},
                     {"u", arrow::schema({arrow::field("a", arrow::int64()), arrow::field("k", arrow::utf8())})}};
    ASSERT_OK(
        session_->Execute("CREATE TABLE all_rows AS SELECT CASE WHEN i % 7 = 0 THEN NULL ELSE i % 5 END::BIGINT AS a,"
                          "  CASE WHEN i % 4 = 0 THEN NULL ELSE chr((120 + i % 3)::INT) END AS s,"
                          "  CASE WHEN i % 11 = 0 THEN NULL ELSE DATE '2024-01-01' + (i % 6)::INT END AS day,"
                          "  {'e': CASE WHEN i % 3 = 0 THEN NULL ELSE i % 4 END::INT} AS st FROM range(60) r(i);"
                          "CREATE TABLE t AS FROM all_rows;"
                          "CREATE TABLE u AS SELECT i::BIGINT AS a, chr((120 + i)::INT) AS k FROM range(3) r(i);"));
    named_.views.clear();
    AddView("plain", "SELECT * FROM t");
    AddView("busy", "SELECT a, s FROM t WHERE s = 'x'");
    AddView("turned", "SELECT s AS k, a AS b, day AS a, st FROM t");
    AddView("twice", "SELECT *, 3 AS a FROM t");
    AddView("once", "SELECT DISTINCT a, s FROM turned JOIN plain p USING (st)");
    AddView("newest", "SELECT * FROM t ORDER BY day DESC, a, s LIMIT 9");
    AddView("ranked", "SELECT *, row_number() OVER (PARTITION BY s ORDER BY a, day) AS n FROM t");
    AddView("counted", "SELECT a, max(s) AS s, count(*) AS n FROM t GROUP BY a");
    AddView("names", "SELECT a + 1 AS b, b + 1 AS a, lower(s) AS s FROM t x");
  }

  void AddView(const std::string& name, const std::string& select) {
    named_.views[name] = select;
    waiting_.push_back("CREATE VIEW " + name + " AS " + select);
    for (auto view = waiting_.begin(); view != waiting_.end();) {
      view = session_->Execute(*view) ? waiting_.erase(view) : view + 1;
    }
  }

  /// All rows in one order; "error" for a statement that DuckDB refuses.
  std::string Answer(const std::string& sql) {
    auto result = session_->Run("SELECT string_agg(r::VARCHAR, ';' ORDER BY r::VARCHAR) FROM (" + sql + ") r");
    if (!result) return "error";
    EXPECT_TRUE(result->Next());
    return std::string(result->Text(0));
  }

  /// How many statements had a condition.
  int Compare(const std::string& from, const std::string& where) {
    const std::string sql = from + " WHERE " + where;
    const auto filters = FindTableFilters(*session_, sql, named_);
    EXPECT_THAT(filters, IsOk());
    const auto condition = filters->find("t");
    if (condition == filters->end()) return 0;
    const std::string expected = Answer(sql);
    if (expected == "error") return 0;
    EXPECT_THAT(
        session_->Execute("CREATE OR REPLACE TABLE t AS SELECT * FROM all_rows WHERE " + ForDuckDb(condition->second)),
        IsOk());
    EXPECT_EQ(Answer(sql), expected) << sql << "\n" << condition->second;
    EXPECT_THAT(session_->Execute("CREATE OR REPLACE TABLE t AS FROM all_rows"), IsOk());
    return 1;
  }

 private:
  std::vector<std::string> waiting_;
};

TEST_F(TableFiltersKeepAnswers, WhateverStandsBetween) {
  int filtered = 0;
  for (const char* from : {"SELECT * FROM t",
                           "SELECT * FROM plain x",
                           "SELECT * FROM busy",
                           "SELECT * FROM turned",
                           "SELECT * FROM twice",
                           "SELECT * FROM newest",
                           "SELECT * FROM ranked",
                           "SELECT * FROM counted",
                           "SELECT * FROM names",
                           "SELECT * FROM t LEFT JOIN u USING (a)",
                           "SELECT * FROM u LEFT JOIN t USING (a)",
                           "SELECT * FROM plain FULL JOIN u USING (a)",
                           "SELECT * FROM turned, u",
                           "SELECT t.* FROM t JOIN turned ON b = t.a",
                           "SELECT * FROM t, u AS st",
                           "SELECT * FROM once",
                           "WITH w AS (SELECT * FROM plain) SELECT * FROM w JOIN w AS x USING (st)",
                           "WITH t AS (SELECT s AS a, a AS s FROM t) SELECT * FROM t",
                           "SELECT * FROM (SELECT a, s AS day, day AS s FROM plain ORDER BY s)",
                           "SELECT * FROM (SELECT * EXCLUDE (a), st.e AS a FROM t)",
                           "SELECT count(*), s FROM (SELECT a AS s, * FROM t)",
                           "SELECT a FROM t WHERE a = 4 UNION ALL SELECT a FROM plain",
                           "SELECT min(n) FROM (SELECT *, 1 AS n FROM t)",
                           "SELECT * FROM u WHERE a IN (SELECT a FROM t WHERE s = 'y') OR a IN (SELECT b FROM turned)",
                           "SELECT * FROM t WHERE EXISTS (FROM turned WHERE turned.b = t.a AND turned.k = 'z')"}) {
    for (const char* where :
         {"a = 1", "a > 2 AND s = 'x'", "s IS NULL", "NOT (a IN (1, 2))", "a BETWEEN 1 AND 3 OR s <> 'y'", "b = 2",
          "k = 'x'", "s NOT IN ('x', 'y')", "a IS NOT NULL AND n < 2", "day >= '2024-01-03'", "a < DATE '2024-01-04'",
          "st.e = 1", "a IS NOT DISTINCT FROM 3", "t.a = 1", "x.a = 2", "s LIKE 'x%'", "NOT (s = 'x' AND a = 1)"}) {
      const bool more = std::string_view(from).find(" WHERE ") != std::string_view::npos;
      filtered += more ? Compare(std::string("SELECT * FROM (") + from + ")", where) : Compare(from, where);
    }
  }
  EXPECT_GT(filtered, 90);
}

}  // namespace
}  // namespace sluice::query
