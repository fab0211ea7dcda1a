#include "expression/parser.h"

#include <arrow/scalar.h>
#include <arrow/type.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <tuple>
#include <vector>

#include "core/error.h"
#include "expression/column_set.h"
#include "expression/conjuncts.h"
#include "expression/format.h"
#include "tests/support/result_matchers.h"

namespace sluice::expression {
namespace {

using core::ErrorKind;
using ::testing::ElementsAre;
using testing::FailsWith;
using ::testing::HasSubstr;
using testing::IsOk;

std::string Repeat(std::string_view text, std::size_t times) {
  std::string all;
  for (std::size_t i = 0; i < times; ++i) all += text;
  return all;
}

/// Each text parses to the tree that the second one parses to, and is written as it.
void ExpectWritten(const std::vector<std::pair<std::string, std::string>>& cases) {
  for (const auto& [sql, written] : cases) {
    const auto parsed = Parse(sql);
    ASSERT_THAT(parsed, IsOk()) << sql;
    EXPECT_EQ(ToSql(*parsed), written) << sql;
    const auto again = Parse(written);
    ASSERT_THAT(again, IsOk()) << written;
    EXPECT_TRUE(*again == *parsed) << sql;
  }
}

TEST(SqlParser, ReadsConditions) {
  ExpectWritten({
      {"id >= 90", "id >= 90"},
      {"id<30 or id==30", "id < 30 OR id = 30"},
      {"a != 1 AND b <> 2", "a <> 1 AND b <> 2"},
      {"a <=> null", "a <=> NULL"},
      {"not a = 1 and b = 2 or c = 3", "NOT a = 1 AND b = 2 OR c = 3"},
      {"not (a = 1 and (b = 2 or c = 3))", "NOT (a = 1 AND (b = 2 OR c = 3))"},
      {"a AND (b AND c)", "a AND (b AND c)"},
      {"(a AND b) AND c", "(a AND b) AND c"},
      {"a is not null", "a IS NOT NULL"},
      {"a IS TRUE", "a <=> TRUE"},
      {"a IS NOT FALSE", "NOT a <=> FALSE"},
      {"a IS UNKNOWN", "a IS NULL"},
      {"a IS DISTINCT FROM 1", "NOT a <=> 1"},
      {"a IS NOT DISTINCT FROM b", "a <=> b"},
      {"a = b IS NULL", "(a = b) IS NULL"},
      {"x BETWEEN 40 AND 50 AND y > 60", "(x >= 40 AND x <= 50) AND y > 60"},
      {"x NOT BETWEEN 1 AND 2", "NOT (x >= 1 AND x <= 2)"},
      {"x in (1,2 , 3)", "x IN (1, 2, 3)"},
      {"x NOT IN ('a')", "x NOT IN ('a')"},
      {"a NOT LIKE 'b3%'", "a NOT LIKE 'b3%'"},
      {"`c,d` = '1-2'", "`c,d` = '1-2'"},
      {"\"odd \"\" name\" = 'it''s'", "`odd \" name` = 'it''s'"},
      {"`a``b` = 1", "`a``b` = 1"},
      {"`the struct`.b.`c.dotted` = 'new'", "`the struct`.b.`c.dotted` = 'new'"},
      {"größe = 1", "`größe` = 1"},
  });
}

TEST(SqlParser, ReadsValues) {
  ExpectWritten({
      {"date > DATE '2024-2-9'", "date > DATE '2024-02-09'"},
      {"t > TIMESTAMP '2024-01-01 01:30:00+01:00'", "t > TIMESTAMP '2024-01-01 00:30:00Z'"},
      {"t > timestamp_ntz '1969-12-31T23:59:59.5'", "t > TIMESTAMP_NTZ '1969-12-31 23:59:59.5'"},
      {"b = x'00fF'", "b = X'00FF'"},
      {"x = -5", "x = -5"},
      {"x = - -5", "x = - -5"},
      {"x = -(5)", "x = -(5)"},
      {"x = +5", "x = 5"},
      {"x-1", "x - 1"},
      {"a - (b - c) - d", "a - (b - c) - d"},
      {"a * (b + c) / d % e", "a * (b + c) / d % e"},
      {"-a * -b", "-a * -b"},
      {"x = 1e3", "x = 1E3"},
      {"x = .5e-7", "x = 5E-8"},
      {"x = 2.50", "x = 2.50"},
      {"x = .5", "x = 0.5"},
      {"x = 5L", "x = 5L"},
      {"x = 5bd", "x = 5BD"},
      {"x = 1.5F", "x = 1.5E0F"},
      {"x = -9223372036854775808", "x = -9223372036854775808"},
      {"x = 99999999999999999999", "x = 99999999999999999999BD"},
      {"CAST(x AS decimal(12, 2)) > 1", "CAST(x AS DECIMAL(12,2)) > 1"},
      {"x::bigint::string = 'a'", "CAST(CAST(x AS BIGINT) AS STRING) = 'a'"},
      {"-5::int", "-CAST(5 AS INT)"},
      {"cast(x as double precision)", "CAST(x AS DOUBLE)"},
      {"n > 0 AND length ( name ) < 10", "n > 0 AND length(name) < 10"},
      {"ts = timestamp_micros(60 * 333 - 20001)", "ts = timestamp_micros(60 * 333 - 20001)"},
      {"s > concat(repeat('prefix-', 6), 'z5')", "s > concat(repeat('prefix-', 6), 'z5')"},
      {"a || b || 'c' = d", "concat(a, b, 'c') = d"},
      {"a || (b || c)", "concat(a, concat(b, c))"},
      {"CHAR_LENGTH(a) = SUBSTR(b, 1)", "length(a) = substring(b, 1)"},
      {"isnan(d) AND isnull(a) OR isnotnull(b)", "isnan(d) AND a IS NULL OR b IS NOT NULL"},
      {"DATE(ts) = to_date('2024-01-01')", "to_date(ts) = to_date('2024-01-01')"},
      {"(((id % CAST(2 AS BIGINT)) = CAST(0 AS BIGINT)))", "id % CAST(2 AS BIGINT) = CAST(0 AS BIGINT)"},
      {"flag", "flag"},
      {"true", "TRUE"},
  });
}

TEST(SqlParser, GivesNumbersTheFirstTypeThatHoldsThem) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"2147483647", "int32"},
      {"2147483648", "int64"},
      {"-2147483648", "int32"},
      {"9223372036854775808", "decimal128(19, 0)"},
      {"1.50", "decimal128(3, 2)"},
      {"0.001", "decimal128(3, 3)"},
      {"1e3", "double"},
      {"7Y", "int8"},
      {"7S", "int16"},
      {"7L", "int64"},
      {"7D", "double"},
      {"7F", "float"},
      {"7BD", "decimal128(1, 0)"},
      {"DATE '1970-01-01'", "date32[day]"},
      {"'1'", "string"},
      {"X''", "binary"},
      {"NULL", "null"},
      {"TIMESTAMP '1970-01-01'", "timestamp[us, tz=UTC]"},
  };
  for (const auto& [sql, type] : cases) {
    const auto parsed = Parse(sql);
    ASSERT_THAT(parsed, IsOk()) << sql;
    EXPECT_EQ(parsed->type->ToString(), type) << sql;
  }
}

TEST(SqlParser, SaysWhereAMistakeStands) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"x > > 5", "SQL column 5, at 'x > ⟨here⟩> 5': '>' stands here; expected a value"},
      {"größe >", "SQL column 8, at 'größe >⟨here⟩': the text ends; expected a value"},
      {"", "SQL column 1, at '⟨here⟩': the text ends; expected a value"},
      {"a = 'text", "the text has no end"},
      {"`a = 1", "the name has no end"},
      {"`` = 1", "a name is empty"},
      {"(a = 1", "the text ends; expected ')'"},
      {"a = 1)", "')' stands here; expected the end"},
      {"a = 1;", "';' stands here"},
      {"a IN ()", "')' stands here; expected a value"},
      {"a IN (1", "expected ')'"},
      {"a BETWEEN 1 OR 2", "'OR' stands here; expected and"},
      {"a NOT 1", "expected IN, BETWEEN or LIKE"},
      {"a IS 5", "expected NULL, TRUE, FALSE"},
      {"a < b < c", "comparisons do not chain"},
      {"a b", "'b' stands here; expected the end"},
      {"a.", "expected a column's name"},
      {"1a = 2", "neither a number nor a name"},
      {"AND", "'AND' stands here; expected a value"},
      {"X'0'", "odd number of digits"},
      {"X'0g'", "no hexadecimal digit"},
      {"DATE '2024-02-30'", "'2024-02-30' is no date"},
      {"TIMESTAMP '2024-02-29 25:00:00'", "is no timestamp"},
      {"TIMESTAMP_NTZ '2024-02-29 12:00:00Z'", "is no timestamp_ntz"},
      {"300Y", "300 is no int8"},
      {"1e999", "too large"},
      {"123456789012345678901234567890123456789", "more than 38 digits"},
      {"length()", "length does not take 0 arguments"},
      {"CAST(a AS DECIMAL(77,0))", "precision is 1 to 76"},
      {"CAST(a AS INT(3))", "at most 0 parameters"},
      {"a \x01 b", "byte 0x01 begins nothing"},
      {"s = 'it\\'s'", "the text has no end"},
  };
  for (const auto& [sql, message] : cases) {
    EXPECT_THAT(Parse(sql), FailsWith(ErrorKind::kInvalidInput, HasSubstr(message))) << sql;
  }
  EXPECT_THAT(Parse("a = '\xC3'"), FailsWith(ErrorKind::kInvalidInput, HasSubstr("not UTF-8 at byte 5")));
}

TEST(SqlParser, NamesWhatItDoesNotSupport) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"date_format(ts, 'yyyy') = '2024'", "the function date_format"},
      {"lenght(a) = 1", "did you mean length?"},
      {"CASE WHEN a THEN 1 END", "CASE is not supported"},
      {"a ILIKE 'b'", "ILIKE"},
      {"a DIV 2", "DIV"},
      {"a IN (SELECT 1)", "SELECT"},
      {"a[0] = 1", "the operator '['"},
      {"a -- all", "a comment"},
      {"CAST(a AS JSON)", "the type 'JSON'"},
      {"CAST(a AS BIGIN)", "did you mean BIGINT?"},
  };
  for (const auto& [sql, message] : cases) {
    EXPECT_THAT(Parse(sql), FailsWith(ErrorKind::kUnsupported, HasSubstr(message))) << sql;
  }
}

TEST(SqlParser, ReadsQuotesAsTheDialectDoes) {
  ASSERT_OK_AND_ASSIGN(const Expression standard, Parse(R"(a = 'C:\new' AND "b" = 1)"));
  EXPECT_EQ(ToSql(standard), R"(a = 'C:\new' AND b = 1)");
  EXPECT_EQ(ToSql(standard, Dialect::kSpark), R"(a = 'C:\\new' AND b = 1)");
  ASSERT_OK_AND_ASSIGN(const Expression spark,
                       Parse(R"(a = 'it\'s\t\u0041\\' AND b = "text" AND c LIKE 'x\%')", Dialect::kSpark));
  EXPECT_EQ(ToSql(spark), "a = 'it''s\tA\\' AND b = 'text' AND c LIKE 'x\\%'");
  ASSERT_OK_AND_ASSIGN(const Expression again, Parse(ToSql(spark, Dialect::kSpark), Dialect::kSpark));
  EXPECT_TRUE(again == spark);
}

TEST(SqlParser, HasLimits) {
  for (const std::string& sql :
       {Repeat("(", 300) + "a" + Repeat(")", 300), Repeat("NOT ", 300) + "a", Repeat("- ", 300) + "1",
        "a" + Repeat(" + 1", 300), "a" + Repeat("::int", 300), Repeat("abs(", 100'000) + "a", Repeat("(", 500'000),
        Repeat("NOT ", 200'000), "a" + Repeat(" IS NULL", 300)}) {
    const auto parsed = Parse(sql);
    ASSERT_FALSE(parsed.has_value());
    EXPECT_THAT(parsed, FailsWith(ErrorKind::kLimitExceeded, HasSubstr("nested deeper"))) << sql.substr(0, 30);
  }
  std::string doubling = "x";
  for (int i = 0; i < 100; ++i) doubling = "(" + doubling + " BETWEEN 1 AND 2)";
  EXPECT_THAT(Parse(doubling), FailsWith(ErrorKind::kLimitExceeded, HasSubstr("parts")));
  EXPECT_THAT(Parse(std::string(kSqlBytesMax + 1, ' ')), FailsWith(ErrorKind::kLimitExceeded, HasSubstr("bytes")));
  EXPECT_THAT(Parse("a IN (0" + Repeat(", 1", 100'000) + ")"), IsOk());
  EXPECT_THAT(Parse("a" + Repeat(" AND a", 100'000)), IsOk());
  EXPECT_THAT(Parse("a" + Repeat(" || a", 100'000)), IsOk());
  EXPECT_THAT(Parse(Repeat("(", 150) + "a" + Repeat(")", 150)), IsOk());
}

TEST(SqlParser, ReadsEveryFilterOfTheTablesThatSparkWrote) {
  const std::filesystem::path tables = std::string(SLUICE_SOURCE_DIR) + "/../shared/tables/spark";
  if (!std::filesystem::is_directory(tables)) GTEST_SKIP() << "no " << tables;
  std::size_t filters = 0;
  for (const auto& table : std::filesystem::directory_iterator(tables)) {
    std::ifstream file(table.path() / "case.json");
    if (!file) continue;
    const nlohmann::json description = nlohmann::json::parse(file);
    for (const auto& filter : description.value("filters", nlohmann::json::array())) {
      const std::string sql = filter.at("where");
      const auto parsed = Parse(sql);
      ASSERT_THAT(parsed, IsOk()) << table.path() << ": " << sql;
      EXPECT_TRUE(*Parse(ToSql(*parsed)) == *parsed) << sql;
      ++filters;
    }
  }
  EXPECT_GT(filters, 100U);
}

TEST(ColumnSet, HoldsEachPathOnce) {
  ASSERT_OK_AND_ASSIGN(const Expression condition, Parse("st.a > 1 AND st.b.c = x OR x IS NULL AND length(`d.e`) = 1"));
  EXPECT_THAT(ColumnsOf(condition),
              ElementsAre(std::vector<std::string>{"d.e"}, std::vector<std::string>{"st", "a"},
                          std::vector<std::string>{"st", "b", "c"}, std::vector<std::string>{"x"}));
  EXPECT_THAT(TopLevelColumnsOf(condition), ElementsAre("d.e", "st", "x"));
}

TEST(Conjuncts, AreSplitAtAnyDepth) {
  ASSERT_OK_AND_ASSIGN(Expression condition, Parse("a = 1 AND (b = 2 AND TRUE) AND (c = 3 OR d = 4)"));
  std::vector<Expression> conjuncts = SplitConjuncts(std::move(condition));
  ASSERT_EQ(conjuncts.size(), 3U);
  EXPECT_EQ(ToSql(conjuncts[2]), "c = 3 OR d = 4");
  EXPECT_EQ(ToSql(JoinConjuncts(std::move(conjuncts))), "a = 1 AND b = 2 AND (c = 3 OR d = 4)");
  EXPECT_EQ(ToSql(JoinConjuncts({})), "TRUE");
}

TEST(Conjuncts, NotIsPushedDown) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"NOT (a < 1 AND b >= 2)", "a >= 1 OR b < 2"},
      {"NOT (a = 1 OR NOT b IS NULL)", "a <> 1 AND b IS NULL"},
      {"NOT NOT a > 1", "a > 1"},
      {"a NOT IN (1, 2)", "a <> 1 AND a <> 2"},
      {"NOT a LIKE 'x%' AND NOT flag", "a NOT LIKE 'x%' AND NOT flag"},
      {"NOT (a <=> 1)", "NOT a <=> 1"},
      {"NOT TRUE", "FALSE"},
  };
  for (const auto& [sql, pushed] : cases) {
    ASSERT_OK_AND_ASSIGN(Expression condition, Parse(sql));
    EXPECT_EQ(ToSql(PushDownNot(std::move(condition))), pushed) << sql;
  }
}

}  // namespace
}  // namespace sluice::expression
