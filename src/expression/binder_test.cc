#include "expression/binder.h"

#include <arrow/type.h>

#include <string>
#include <utility>
#include <vector>

#include "core/error.h"
#include "expression/conjuncts.h"
#include "expression/format.h"
#include "expression/parser.h"
#include "tests/support/result_matchers.h"

namespace sluice::expression {
namespace {

using core::ErrorKind;
using ::testing::AllOf;
using testing::FailsWith;
using ::testing::HasSubstr;
using testing::IsOk;

std::shared_ptr<arrow::Schema> TestSchema() {
  const auto micros = arrow::TimeUnit::MICRO;
  return arrow::schema({
      arrow::field("b", arrow::boolean()),
      arrow::field("i8", arrow::int8()),
      arrow::field("i32", arrow::int32()),
      arrow::field("i64", arrow::int64()),
      arrow::field("u64", arrow::uint64()),
      arrow::field("f", arrow::float32()),
      arrow::field("d", arrow::float64()),
      arrow::field("dec", arrow::decimal128(10, 2)),
      arrow::field("s", arrow::utf8()),
      arrow::field("Name", arrow::large_utf8()),
      arrow::field("dict", arrow::dictionary(arrow::int32(), arrow::utf8())),
      arrow::field("bin", arrow::binary()),
      arrow::field("day", arrow::date32()),
      arrow::field("ts", arrow::timestamp(micros, "UTC")),
      arrow::field("ntz", arrow::timestamp(micros)),
      arrow::field("nanos", arrow::timestamp(arrow::TimeUnit::NANO)),
      arrow::field("none", arrow::null()),
      arrow::field("list", arrow::list(arrow::int32())),
      arrow::field("st", arrow::struct_({arrow::field("A", arrow::int32()), arrow::field("b.c", arrow::utf8())})),
      arrow::field("x.y", arrow::int32()),
      arrow::field("twin", arrow::int32()),
      arrow::field("TWIN", arrow::int32()),
  });
}

core::Result<Expression> BindSql(const std::string& sql) {
  SLUICE_ASSIGN_OR_RETURN(Expression parsed, Parse(sql));
  return Bind(std::move(parsed), *TestSchema());
}

using Cases = std::vector<std::pair<std::string, std::string>>;

/// Each condition binds to the second text, and that text to itself.
void ExpectBound(const Cases& cases) {
  for (const auto& [sql, bound_sql] : cases) {
    const auto bound = BindSql(sql);
    ASSERT_THAT(bound, IsOk()) << sql;
    EXPECT_EQ(ToSql(*bound), bound_sql) << sql;
    const auto again = BindSql(ToSql(*bound));
    ASSERT_THAT(again, IsOk()) << sql;
    EXPECT_EQ(ToSql(*again), bound_sql) << sql;
    EXPECT_EQ(bound->type->id(), arrow::Type::BOOL) << sql;
  }
}

TEST(Binder, SpellsNamesAsTheSchemaDoes) {
  ExpectBound({
      {"I32 = 1", "i32 = 1"},
      {"NAME = 'x'", "Name = 'x'"},
      {"st.a > 1", "st.A > 1"},
      {"ST.`B.C` = ''", "st.`b.c` = ''"},
      {"`x.y` = 1", "`x.y` = 1"},
      {"TWIN = 1 AND twin = 2", "TWIN = 1 AND twin = 2"},
  });
}

TEST(Binder, BringsLiteralsToTheColumnsType) {
  ExpectBound({
      {"5 < i32", "i32 > 5"},
      {"5 <=> i64", "i64 <=> 5"},
      {"i64 = 5", "i64 = 5"},
      {"d = 5", "d = 5.0"},
      {"dec > 1", "dec > 1.00"},
      {"dec = 1.5e0", "CAST(dec AS DOUBLE) = 1.5"},
      {"i32 = '12'", "i32 = 12"},
      {"d = 'NaN'", "d = CAST('NaN' AS DOUBLE)"},
      {"b = 'TRUE'", "b = TRUE"},
      {"day > '1970-01-15'", "day > DATE '1970-01-15'"},
      {"ts < '1970-01-01 00:00:30'", "ts < TIMESTAMP '1970-01-01 00:00:30Z'"},
      {"ts < '1970-01-01 01:00:00+01:00'", "ts < TIMESTAMP '1970-01-01 00:00:00Z'"},
      {"ntz < '1969-12-31 23:59:59.5'", "ntz < TIMESTAMP_NTZ '1969-12-31 23:59:59.5'"},
      {"ntz < TIMESTAMP '1969-12-31 23:59:59.5'", "ntz < TIMESTAMP_NTZ '1969-12-31 23:59:59.5'"},
      {"ts >= DATE '2024-06-01'", "ts >= TIMESTAMP '2024-06-01 00:00:00Z'"},
      {"bin = 'a'", "bin = X'61'"},
  });
}

TEST(Binder, ReplacesLiteralsThatLieBetweenValues) {
  ExpectBound({
      {"i32 > 2.5", "i32 > 2"},
      {"i32 >= 2.5", "i32 >= 3"},
      {"i32 < 2.5", "i32 < 3"},
      {"i32 <= 2.5", "i32 <= 2"},
      {"i32 < -2.5", "i32 < -2"},
      {"i32 = 2.5", "i32 IS NULL AND NULL"},
      {"i32 <> 2.5", "i32 IS NOT NULL OR NULL"},
      {"i32 <=> 2.5", "FALSE"},
      {"i32 = 2.0", "i32 = 2"},
      {"i32 = 2e0", "i32 = 2"},
      {"i8 < 300", "i8 IS NOT NULL OR NULL"},
      {"i8 > 127.5", "i8 IS NULL AND NULL"},
      {"i8 >= 127", "i8 >= 127"},
      {"u64 >= -1", "u64 IS NOT NULL OR NULL"},
      {"u64 = 18446744073709551615", "u64 = 18446744073709551615"},
      {"i64 < 1e300", "i64 IS NOT NULL OR NULL"},
      {"i64 < CAST('NaN' AS DOUBLE)", "i64 IS NOT NULL OR NULL"},
      {"i64 > 9007199254740993", "i64 > 9007199254740993"},
      {"dec < 0.005", "dec < 0.01"},
      {"dec <= 0.005", "dec <= 0.00"},
      {"dec < 99999999999", "dec IS NOT NULL OR NULL"},
      {"f < 3.14", "f < 3.140000104904175"},
      {"f <= 3.14", "f <= 3.1399998664855957"},
      {"f = 3.14", "f IS NULL AND NULL"},
      {"f = 0.5", "f = 0.5"},
      {"day < TIMESTAMP '2024-02-29 12:00:00'", "day < DATE '2024-03-01'"},
      {"day >= TIMESTAMP '2024-02-29'", "day >= DATE '2024-02-29'"},
      {"nanos > '1600-01-01'", "nanos IS NOT NULL OR NULL"},
  });
}

TEST(Binder, UndoesCastsThatLoseNothing) {
  ExpectBound({
      {"CAST(i32 AS BIGINT) = 5", "i32 = 5"},
      {"CAST(i32 AS DOUBLE) > 2.5", "i32 > 2"},
      {"CAST(i8 AS BIGINT) = CAST(5 AS BIGINT)", "i8 = 5"},
      {"CAST(day AS TIMESTAMP) > '2024-02-29 12:00:00'", "day > DATE '2024-02-29'"},
      {"CAST(i64 AS INT) = 5", "CAST(i64 AS INT) = 5"},
      {"CAST(i64 AS DOUBLE) = 5", "CAST(i64 AS DOUBLE) = 5.0"},
      {"CAST(CAST(i64 AS TINYINT) AS BIGINT) = i64", "CAST(CAST(i64 AS TINYINT) AS BIGINT) = i64"},
      {"CAST(CAST(i8 AS INT) AS BIGINT) = i64", "CAST(i8 AS BIGINT) = i64"},
  });
}

TEST(Binder, CastsTwoColumnsToOneType) {
  ExpectBound({
      {"i32 = i64", "CAST(i32 AS BIGINT) = i64"},
      {"i64 = d", "CAST(i64 AS DOUBLE) = d"},
      {"f = d", "CAST(f AS DOUBLE) = d"},
      {"i64 = dec", "CAST(i64 AS DECIMAL(21,2)) = CAST(dec AS DECIMAL(21,2))"},
      {"day = ts", "CAST(day AS TIMESTAMP) = ts"},
      {"ntz = ts", "CAST(ntz AS TIMESTAMP) = ts"},
      {"none = i32", "CAST(none AS INT) = i32"},
      {"none = 1", "CAST(none AS INT) = 1"},
  });
}

TEST(Binder, DecidesWhatIsComparedWithNull) {
  ExpectBound({
      {"i32 = NULL", "NULL"},
      {"i32 <=> NULL", "i32 IS NULL"},
      {"NULL AND b", "NULL AND b"},
      {"i32 IN (NULL)", "NULL"},
  });
}

TEST(Binder, FoldsConstants) {
  ExpectBound({
      {"ts = timestamp_micros(60 * 333 - 20001)", "ts = TIMESTAMP '1969-12-31 23:59:59.999979Z'"},
      {"s > concat(repeat('ab', 2), 'z5')", "s > 'ababz5'"},
      {"1 = 1 AND i32 = 1", "i32 = 1"},
      {"1 = 2 AND i32 = 1", "FALSE"},
      {"1 = 1 OR i32 = 1", "TRUE"},
      {"'1' = 1", "TRUE"},
      {"DATE '2024-01-01' = '2024-01-01'", "TRUE"},
      {"1 / 0 IS NULL", "TRUE"},
      {"-9223372036854775808 % -1 = 0", "TRUE"},
      {"i32 = 7 % 4 + length('größe')", "i32 = 8"},
  });
}

TEST(Binder, FlattensAndAndOr) {
  ExpectBound({
      {"b AND (b AND TRUE) AND (b OR (b OR FALSE))", "b AND b AND (b OR b)"},
      {"b AND NULL AND NULL", "b AND NULL"},
  });
}

TEST(Binder, BringsListsToTheColumnsType) {
  ExpectBound({
      {"i32 IN (1, 2.0, 3.5, '4', NULL)", "i32 IN (1, 2, 4, NULL)"},
      {"i32 IN (1)", "i32 = 1"},
      {"i32 IN (1.5)", "i32 IS NULL AND NULL"},
      {"day IN ('2024-01-01', DATE '2024-01-02')", "day IN (DATE '2024-01-01', DATE '2024-01-02')"},
      {"i32 IN (i64, 1)", "CAST(i32 AS BIGINT) IN (i64, 1)"},
      {"dec IN (1e0, 2)", "CAST(dec AS DOUBLE) IN (1.0, 2.0)"},
  });
}

TEST(Binder, MakesAnEqualityOfAPatternWithoutWildcards) {
  ExpectBound({
      {"s LIKE 'b3%'", "s LIKE 'b3%'"},
      {"s LIKE 'b\\%'", "s = 'b%'"},
      {"i32 LIKE '1%'", "CAST(i32 AS STRING) LIKE '1%'"},
  });
}

TEST(Binder, TypesFunctionsAndCalculations) {
  ExpectBound({
      {"i32 * 2 = i64", "CAST(i32 AS BIGINT) * 2 = i64"},
      {"i32 / 2 > 1", "CAST(i32 AS DOUBLE) / 2.0 > 1.0"},
      {"year(ts) = 2024", "year(CAST(ts AS DATE)) = 2024"},
      {"DATE(s) = '2024-01-01'", "CAST(s AS DATE) = DATE '2024-01-01'"},
      {"isnan(i32)", "isnan(CAST(i32 AS DOUBLE))"},
      {"coalesce(i32, i64, 0) = 0", "coalesce(CAST(i32 AS BIGINT), i64, 0) = 0"},
      {"floor(i32) = 1", "i32 = 1"},
      {"length(dict) < 10", "length(dict) < 10"},
  });
}

TEST(Binder, GivesEachCalculationItsType) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"i8 + i32", "int64"},
      {"u64 + 1", "decimal128(21, 0)"},
      {"f * f", "double"},
      {"i32 / i32", "double"},
      {"dec + dec", "decimal128(11, 2)"},
      {"dec * dec", "decimal128(21, 4)"},
      {"dec / dec", "decimal128(23, 13)"},
      {"dec + i32", "decimal128(22, 2)"},
      {"dec + d", "double"},
      {"-dec", "decimal128(10, 2)"},
      {"CAST(1 AS DECIMAL(38,10)) + dec", "decimal256(39, 10)"},
      {"i64 % 3", "int64"},
      {"timestamp_millis(i32)", "timestamp[us, tz=UTC]"},
      {"length(s)", "int32"},
      {"floor(d)", "int64"},
      {"ceil(dec)", "decimal128(9, 0)"},
      {"size(list)", "int32"},
      {"upper(Name)", "string"},
      {"st.A", "int32"},
  };
  for (const auto& [sql, type] : cases) {
    const auto bound = BindSql(sql);
    ASSERT_THAT(bound, IsOk()) << sql;
    EXPECT_EQ(bound->type->ToString(), type) << sql;
  }
}

TEST(Binder, RefusesWhatDoesNotGoTogether) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"s = 5", "STRING and INT cannot be compared"},
      {"s = day", "STRING and DATE cannot be compared"},
      {"i32 = 'abc'", "'abc' is no INT"},
      {"i32 IN (1, 'abc')", "'abc' is no INT"},
      {"day = 'soon'", "'soon' is no DATE"},
      {"day = 5", "DATE and INT cannot be compared"},
      {"b = 1", "BOOLEAN and INT cannot be compared"},
      {"ntz = '2024-01-01 00:00:00Z'", "is no TIMESTAMP_NTZ"},
      {"bin = s", "BINARY and STRING cannot be compared"},
      {"st = st", "cannot be compared"},
      {"list = 1", "cannot be compared"},
      {"i32 AND b", "AND takes a condition, not i32 (INT)"},
      {"NOT s", "NOT takes a condition"},
      {"s + 1 = 2", "+ takes numbers, not s (STRING)"},
      {"isnan(s)", "isnan takes a number"},
      {"size(s) = 1", "size takes a list or map"},
      {"repeat(s, 'x') = ''", "repeat takes a whole number"},
      {"year(i32) = 1", "year takes DATE, not i32 (INT)"},
      {"s LIKE 'a\\'", "ends with a backslash"},
      {"i64 = 9223372036854775807 + 1", "overflow"},
      {"i64 = CAST(1e30 AS BIGINT)", "is no BIGINT"},
      {"i64 = CAST('x' AS BIGINT)", "'x' is no BIGINT"},
      {"i8 = CAST(300 AS TINYINT)", "'300' is no TINYINT"},
      {"Twin = 1", "ambiguous"},
  };
  for (const auto& [sql, message] : cases) {
    EXPECT_THAT(BindSql(sql), FailsWith(ErrorKind::kInvalidInput, HasSubstr(message))) << sql;
  }
  EXPECT_THAT(BindSql("day + 1 = day"), FailsWith(ErrorKind::kUnsupported, HasSubstr("does not calculate with day")));
  EXPECT_THAT(BindSql("s LIKE Name"), FailsWith(ErrorKind::kUnsupported, HasSubstr("constant pattern")));
  EXPECT_THAT(BindSql("CAST(d AS STRING) = ''"), FailsWith(ErrorKind::kUnsupported, HasSubstr("CAST of d (DOUBLE)")));
  EXPECT_THAT(BindSql("s = repeat(repeat('x', 1000000), 1000000)"),
              FailsWith(ErrorKind::kLimitExceeded, HasSubstr("bytes of text")));
}

TEST(Binder, NamesTheColumnThatIsMeant) {
  EXPECT_THAT(BindSql("i46 = 1"),
              FailsWith(ErrorKind::kInvalidInput, AllOf(HasSubstr("no column i46"), HasSubstr("i64"))));
  EXPECT_THAT(BindSql("x.y = 1"), FailsWith(ErrorKind::kInvalidInput, HasSubstr("in backticks: `x.y`")));
  EXPECT_THAT(BindSql("i32.a = 1"), FailsWith(ErrorKind::kInvalidInput, HasSubstr("not a struct")));
  EXPECT_THAT(BindSql("st.Z = 1"), FailsWith(ErrorKind::kInvalidInput, HasSubstr("no column st.Z")));
}

TEST(Binder, BindsAConditionOnlyToATruthValue) {
  ASSERT_OK_AND_ASSIGN(Expression number, Parse("i32 + 1"));
  EXPECT_THAT(BindCondition(number, *TestSchema()),
              FailsWith(ErrorKind::kInvalidInput, HasSubstr("a filter takes a condition")));
  ASSERT_OK_AND_ASSIGN(Expression null, Parse("NULL"));
  ASSERT_OK_AND_ASSIGN(const Expression bound, BindCondition(null, *TestSchema()));
  EXPECT_EQ(bound.type->id(), arrow::Type::BOOL);
}

TEST(Binder, RefusesTreesThatNoParserMade) {
  EXPECT_THAT(Bind(MakeNode(Operator::kEqual, {}), *TestSchema()),
              FailsWith(ErrorKind::kInvalidInput, HasSubstr("wrong number of arguments")));
  EXPECT_THAT(Bind(MakeCall("now", {}), *TestSchema()), FailsWith(ErrorKind::kUnsupported, HasSubstr("now")));
  Expression deep = MakeColumn({"b"});
  for (std::size_t i = 0; i < kDepthMax + 1; ++i) deep = MakeNode(Operator::kNot, {std::move(deep)});
  EXPECT_THAT(Bind(std::move(deep), *TestSchema()), FailsWith(ErrorKind::kLimitExceeded, HasSubstr("nested")));
}

TEST(Binder, LeavesBoundTreesNegatable) {
  ASSERT_OK_AND_ASSIGN(Expression bound, BindSql("NOT (i32 = 2.5 OR i32 IN (1, NULL))"));
  EXPECT_EQ(ToSql(PushDownNot(std::move(bound))), "(i32 IS NOT NULL OR NULL) AND i32 <> 1 AND NULL");
}

}  // namespace
}  // namespace sluice::expression
