#include "query/sql_text.h"

#include <gtest/gtest.h>

#include "query/identifier.h"

namespace sluice::query {
namespace {

TEST(SqlText, FirstWordIsFoundBehindComments) {
  EXPECT_TRUE(StartsWithWord("select 1", "SELECT"));
  EXPECT_TRUE(StartsWithWord(" -- x\n /* a /* b */ c */ Select(1)", "SELECT"));
  EXPECT_FALSE(StartsWithWord("selection", "SELECT"));
  EXPECT_FALSE(StartsWithWord("-- select 1", "SELECT"));
  EXPECT_FALSE(StartsWithWord("/* select 1", "SELECT"));
}

TEST(SqlText, ReadingStatementsAreKnownByTheirFirstWord) {
  for (const char* sql : {"select 1", "FROM t", "(select 1)", "explain analyze select 1",
                          "explain (format json) from t", "pivot t on a", "/* x */ pragma table_info('t')"}) {
    EXPECT_TRUE(BeginsAsReading(sql)) << sql;
  }
  for (const char* sql : {"copy t to 'x'", "export database 'd'", "explain export database 'd'", "explain", "",
                          "explain explain export database 'd'", "explain (analyze) export database 'd'"}) {
    EXPECT_FALSE(BeginsAsReading(sql)) << sql;
  }
}

TEST(SqlText, MacrosAreRecognized) {
  EXPECT_TRUE(IsCreateMacro("create macro f(a) as a"));
  EXPECT_TRUE(IsCreateMacro("CREATE OR REPLACE TEMP MACRO f(a) AS TABLE SELECT a"));
  EXPECT_TRUE(IsCreateMacro("CREATE TEMPORARY FUNCTION f(a) AS a"));
  EXPECT_FALSE(IsCreateMacro("CREATE TABLE f(a int)"));
  EXPECT_FALSE(IsCreateMacro("CREATE OR MACRO f(a) AS a"));
}

TEST(SqlText, SemicolonsInQuotesAndCommentsDoNotCount) {
  EXPECT_FALSE(HasSeveralStatements("select 1"));
  EXPECT_FALSE(HasSeveralStatements("select 1; -- done\n"));
  EXPECT_FALSE(HasSeveralStatements("select ';', \";\", $$;$$, $t$ $$;x $t$, E'\\';' -- ;\n /* ; */"));
  EXPECT_TRUE(HasSeveralStatements("select 1; select 2"));
  EXPECT_TRUE(HasSeveralStatements("select 'a''b'; select 2"));
  EXPECT_TRUE(HasSeveralStatements("select 'a\\'; select 2"));
  EXPECT_TRUE(HasSeveralStatements("select $1; select 2"));
}

TEST(SqlText, TrailingSemicolonIsTakenOff) {
  EXPECT_EQ(WithoutTrailingSemicolon("select 1 ; \n"), "select 1");
  EXPECT_EQ(WithoutTrailingSemicolon("select 1"), "select 1");
  EXPECT_EQ(WithoutTrailingSemicolon(""), "");
}

TEST(SqlText, ExplainedStatementIsFoundBehindOptions) {
  EXPECT_EQ(ExplainedStatement("explain select 1"), "select 1");
  EXPECT_EQ(ExplainedStatement("/*x*/ EXPLAIN ANALYZE /*y*/ select 1"), "select 1");
  EXPECT_EQ(ExplainedStatement("explain (analyze, format json) copy t to 'x'"), "copy t to 'x'");
  EXPECT_EQ(ExplainedStatement("explain (select 1)"), "(select 1)");
  EXPECT_EQ(ExplainedStatement("select 1"), "");
}

TEST(Identifier, QuotesAreDoubled) {
  EXPECT_EQ(QuoteIdentifier("a\"b"), "\"a\"\"b\"");
  EXPECT_EQ(QuoteText("it's"), "'it''s'");
  EXPECT_TRUE(CheckName("daily report", "view").has_value());
  EXPECT_FALSE(CheckName("", "view").has_value());
  EXPECT_FALSE(CheckName("a\nb", "view").has_value());
  EXPECT_FALSE(CheckName(std::string(256, 'a'), "view").has_value());
}

}  // namespace
}  // namespace sluice::query
