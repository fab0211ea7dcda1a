#include "expression/evaluator.h"

#include <arrow/array.h>
#include <arrow/json/from_string.h>
#include <arrow/memory_pool.h>
#include <arrow/record_batch.h>
#include <arrow/scalar.h>
#include <arrow/type.h>

#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "core/error.h"
#include "expression/binder.h"
#include "expression/parser.h"
#include "schema/arrow_error.h"
#include "tests/support/result_matchers.h"

namespace sluice::expression {
namespace {

using core::ErrorKind;
using core::Result;
using ::testing::AllOf;
using testing::FailsWith;
using ::testing::HasSubstr;
using testing::IsOk;

struct Column {
  std::string name;
  std::shared_ptr<arrow::DataType> type;
  std::string json;
};

Result<std::shared_ptr<arrow::RecordBatch>> MakeBatch(const std::vector<Column>& columns) {
  arrow::FieldVector fields;
  arrow::ArrayVector arrays;
  for (const Column& column : columns) {
    fields.push_back(arrow::field(column.name, column.type));
    SLUICE_ASSIGN_OR_RETURN(auto array, arrow::json::ArrayFromJSONString(column.type, column.json));
    arrays.push_back(std::move(array));
  }
  const std::int64_t rows = arrays.front()->length();
  return arrow::RecordBatch::Make(arrow::schema(std::move(fields)), rows, std::move(arrays));
}

Result<std::shared_ptr<arrow::Array>> Values(const std::string& sql, const arrow::RecordBatch& batch) {
  SLUICE_ASSIGN_OR_RETURN(Expression parsed, Parse(sql));
  SLUICE_ASSIGN_OR_RETURN(const Expression bound, Bind(std::move(parsed), *batch.schema()));
  return Evaluate(bound, batch, arrow::default_memory_pool());
}

/// One letter a row: T, F or N.
std::string Truths(const std::string& sql, const arrow::RecordBatch& batch) {
  const auto values = Values(sql, batch);
  if (!values) return values.error().ToString();
  std::string letters;
  const auto& truth = static_cast<const arrow::BooleanArray&>(**values);
  for (std::int64_t row = 0; row < truth.length(); ++row) {
    letters.push_back(truth.IsNull(row) ? 'N' : truth.Value(row) ? 'T' : 'F');
  }
  return letters;
}

std::string Listed(const std::string& sql, const arrow::RecordBatch& batch) {
  const auto values = Values(sql, batch);
  if (!values) return values.error().ToString();
  std::string all;
  for (std::int64_t row = 0; row < (*values)->length(); ++row) {
    all += (row > 0 ? "|" : "") + ((*values)->IsNull(row) ? "NULL" : (*(*values)->GetScalar(row))->ToString());
  }
  return all;
}

TEST(Evaluator, ThinksInThreeValues) {
  ASSERT_OK_AND_ASSIGN(const auto batch,
                       MakeBatch({{"a", arrow::boolean(), "[true,true,true,false,false,false,null,null,null]"},
                                  {"b", arrow::boolean(), "[true,false,null,true,false,null,true,false,null]"},
                                  {"n", arrow::int32(), "[1,2,null,1,2,null,1,2,null]"}}));
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"a", "TTTFFFNNN"},
      {"a AND b", "TFNFFFNFN"},
      {"a OR b", "TTTTFNTNN"},
      {"NOT a", "FFFTTTNNN"},
      {"a = b", "TFNFTNNNN"},
      {"a <=> b", "TFFFTFFFT"},
      {"a IS TRUE", "TTTFFFFFF"},
      {"a IS NOT TRUE", "FFFTTTTTT"},
      {"a IS NOT DISTINCT FROM b", "TFFFTFFFT"},
      {"a IS NULL", "FFFFFFTTT"},
      {"a IS NOT NULL", "TTTTTTFFF"},
      {"a AND NULL", "NNNFFFNNN"},
      {"a OR NULL", "TTTNNNNNN"},
      {"n IN (1, NULL)", "TNNTNNTNN"},
      {"n NOT IN (1, NULL)", "FNNFNNFNN"},
      {"n NOT IN (1)", "FTNFTNFTN"},
      {"n IN (n, 5)", "TTNTTNTTN"},
      {"n = NULL", "NNNNNNNNN"},
      {"n <=> NULL", "FFTFFTFFT"},
      {"n = 1.5", "FFNFFNFFN"},
      {"n <> 1.5", "TTNTTNTTN"},
      {"n < 9999999999", "TTNTTNTTN"},
      {"n BETWEEN 2 AND 3", "FTNFTNFTN"},
      {"n NOT BETWEEN 2 AND 3", "TFNTFNTFN"},
      {"TRUE", "TTTTTTTTT"},
      {"NULL AND n = 5", "FFNFFNFFN"},
  };
  for (const auto& [sql, letters] : cases) EXPECT_EQ(Truths(sql, *batch), letters) << sql;
}

TEST(Evaluator, OrdersFloatsAsSparkDoes) {
  for (const auto& type : {arrow::float64(), arrow::float32()}) {
    // NaN, infinities, both zeros; each row against its neighbour.
    ASSERT_OK_AND_ASSIGN(const auto batch, MakeBatch({{"x", type, "[NaN, NaN, 1, -0.0, Inf, -Inf, null, 1]"},
                                                      {"y", type, "[NaN, Inf, NaN, 0.0, NaN, -0.0, NaN, 2]"}}));
    const std::vector<std::pair<std::string, std::string>> cases = {
        {"x = y", "TFFTFFNF"},
        {"x <> y", "FTTFTTNT"},
        {"x < y", "FFTFTTNT"},
        {"x <= y", "TFTTTTNT"},
        {"x > y", "FTFFFFNF"},
        {"x >= y", "TTFTFFNF"},
        {"x <=> y", "TFFTFFFF"},
        {"x = 0", "FFFTFFNF"},
        {"x <> 0", "TTTFTTNT"},
        {"x > 0", "TTTFTFNT"},
        {"x >= 0", "TTTTTFNT"},
        {"x < 1", "FFFTFTNF"},
        {"x <= 1", "FFTTFTNT"},
        {"x = 'NaN'", "TTFFFFNF"},
        {"x > 'NaN'", "FFFFFFNF"},
        {"x >= 'NaN'", "TTFFFFNF"},
        {"x < 'NaN'", "FFTTTTNT"},
        {"x <= 'NaN'", "TTTTTTNT"},
        {"x IN (0.0, 'NaN')", "TTFTFFNF"},
        {"isnan(x)", "TTFFFFFF"},
        {"NOT isnan(x)", "FFTTTTTT"},
        {"x > 'Infinity'", "TTFFFFNF"},
    };
    for (const auto& [sql, letters] : cases) EXPECT_EQ(Truths(sql, *batch), letters) << sql << " " << type->ToString();
  }
}

TEST(Evaluator, ComparesFloat32ByItsExactValue) {
  ASSERT_OK_AND_ASSIGN(const auto batch,
                       MakeBatch({{"f", arrow::float32(), "[3.14, 3.1399998, 3.1400003, 0.5, NaN]"}}));
  EXPECT_EQ(Truths("f = 3.14", *batch), "FFFFF");
  EXPECT_EQ(Truths("f > 3.14", *batch), "TFTFT");
  EXPECT_EQ(Truths("f <= 3.14", *batch), "FTFTF");
  EXPECT_EQ(Truths("f = CAST(3.14 AS FLOAT)", *batch), "TFFFF");
  EXPECT_EQ(Truths("f < 1e300", *batch), "TTTTF");
}

TEST(Evaluator, ComparesNumbersOfAllTypesByValue) {
  ASSERT_OK_AND_ASSIGN(
      const auto batch,
      MakeBatch(
          {{"i8", arrow::int8(), "[-128, 0, 127, null]"},
           {"u64", arrow::uint64(), "[0, 18446744073709551615, 5, 1]"},
           {"i64", arrow::int64(), "[-9223372036854775808, 9007199254740993, 5, 2]"},
           {"dec", arrow::decimal128(38, 2), R"(["999999999999999999999999999999999999.99", "-1.00", "5.00", null])"},
           {"dex", arrow::decimal128(38, 18),
            R"(["1.000000000000000000", "-1.000000000000000000", "5.000000000000000001", "2.000000000000000000"])"}}));
  EXPECT_EQ(Truths("i8 < 200", *batch), "TTTN");
  EXPECT_EQ(Truths("u64 > i64", *batch), "TTFF");
  EXPECT_EQ(Truths("u64 = 18446744073709551615", *batch), "FTFF");
  EXPECT_EQ(Truths("i64 = 9007199254740992", *batch), "FFFF");
  EXPECT_EQ(Truths("i64 > 9007199254740992.5", *batch), "FTFF");
  EXPECT_EQ(Truths("dec = i64", *batch), "FFTN");
  EXPECT_EQ(Truths("dec < dex", *batch), "FFTN");
  EXPECT_EQ(Truths("dec < -1", *batch), "FFFN");
  EXPECT_EQ(Truths("dec <= -1", *batch), "FTFN");
  EXPECT_EQ(Truths("dec > 5e0", *batch), "TFFN");
  EXPECT_EQ(Truths("dex = 5.000000000000000001", *batch), "FFTF");
  EXPECT_EQ(Truths("i64 > 5L", *batch), "FTFF");
}

TEST(Evaluator, OrdersTextByUnsignedBytes) {
  ASSERT_OK_AND_ASSIGN(const auto batch, MakeBatch({{"s", arrow::utf8(), R"(["", "a", "Z", "é", "ab", null])"},
                                                    {"l", arrow::large_utf8(), R"(["", "b", "Z", "f", "aa", "x"])"}}));
  EXPECT_EQ(Truths("s > 'Z'", *batch), "FTFTTN");
  EXPECT_EQ(Truths("s = ''", *batch), "TFFFFN");
  EXPECT_EQ(Truths("s < l", *batch), "FTFFFN");
  EXPECT_EQ(Truths("l IN ('b', 'f')", *batch), "FTFTFF");
  EXPECT_EQ(Truths("s LIKE '_'", *batch), "FTTTFN");
  EXPECT_EQ(Truths("s LIKE 'a%'", *batch), "FTFFTN");
  EXPECT_EQ(Truths("s NOT LIKE '%b'", *batch), "TTTTFN");
  EXPECT_EQ(Truths("s LIKE '%'", *batch), "TTTTTN");
}

TEST(Evaluator, MatchesPatternsWithEscapesAndLines) {
  ASSERT_OK_AND_ASSIGN(
      const auto batch,
      MakeBatch({{"s", arrow::utf8(), R"(["10%", "100", "a_b", "axb", "a\nb", "a.b", "a\\b", "A"])"}}));
  EXPECT_EQ(Truths("s LIKE '%0\\%'", *batch), "TFFFFFFF");
  EXPECT_EQ(Truths("s LIKE 'a\\_%'", *batch), "FFTFFFFF");
  EXPECT_EQ(Truths("s LIKE 'a_b'", *batch), "FFTTTTTF");
  EXPECT_EQ(Truths("s LIKE 'a%b'", *batch), "FFTTTTTF");
  EXPECT_EQ(Truths("s LIKE 'a.%'", *batch), "FFFFFTFF");
  EXPECT_EQ(Truths("s LIKE '%\\\\%'", *batch), "FFFFFFTF");
  EXPECT_EQ(Truths("s LIKE '%[%'", *batch), "FFFFFFFF");
}

TEST(Evaluator, ReadsTimesInUtcToTheMicrosecond) {
  const auto micros = arrow::timestamp(arrow::TimeUnit::MICRO);
  const auto instant = arrow::timestamp(arrow::TimeUnit::MICRO, "UTC");
  ASSERT_OK_AND_ASSIGN(const auto batch,
                       MakeBatch({{"ts", instant, "[-1, 0, 1706745600000000, -62135596800000000, null]"},
                                  {"ntz", micros, "[-500001, -500000, 0, 253402300799999999, null]"},
                                  {"day", arrow::date32(), "[-1, 0, 19754, -719162, null]"}}));
  EXPECT_EQ(Truths("ts < '1970-01-01'", *batch), "TFFTN");
  EXPECT_EQ(Truths("ts = '1969-12-31 23:59:59.999999'", *batch), "TFFFN");
  EXPECT_EQ(Truths("ts = '0001-01-01T00:00:00Z'", *batch), "FFFTN");
  EXPECT_EQ(Truths("ntz < '1969-12-31 23:59:59.5'", *batch), "TFFFN");
  EXPECT_EQ(Truths("ntz > '9999-12-31 23:59:59.999998'", *batch), "FFFTN");
  EXPECT_EQ(Truths("day = '2024-02-01'", *batch), "FFTFN");
  EXPECT_EQ(Truths("day < TIMESTAMP '1970-01-01 00:00:00.000001'", *batch), "TTFTN");
  EXPECT_EQ(Truths("day = CAST(ts AS DATE)", *batch), "TTTTN");
  EXPECT_EQ(Truths("day = ts", *batch), "FTTTN");
  EXPECT_EQ(Truths("ntz < ts", *batch), "TTTFN");
  EXPECT_EQ(Listed("year(ts)", *batch), "1969|1970|2024|1|NULL");
  EXPECT_EQ(Listed("month(ntz)", *batch), "12|12|1|12|NULL");
  EXPECT_EQ(Listed("day(day)", *batch), "31|1|1|1|NULL");
  EXPECT_EQ(Listed("CAST(ts AS STRING)", *batch),
            "1969-12-31 23:59:59.999999|1970-01-01 00:00:00|2024-02-01 00:00:00|0001-01-01 00:00:00|NULL");
  EXPECT_EQ(Truths("ts = timestamp_seconds(19754 * 86400)", *batch), "FFTFN");
}

TEST(Evaluator, Calculates) {
  ASSERT_OK_AND_ASSIGN(const auto batch,
                       MakeBatch({{"i", arrow::int32(), "[7, -7, 0, 2147483647, null]"},
                                  {"j", arrow::int64(), "[2, 2, 0, -1, 1]"},
                                  {"d", arrow::float64(), "[2.5, -2.5, 0.0, NaN, null]"},
                                  {"p", arrow::decimal128(5, 2), R"(["1.00", "-2.55", "0.00", "999.99", null])"},
                                  {"q", arrow::decimal128(3, 1), R"(["3.0", "0.5", "0.0", "-0.1", "1.0"])"}}));
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"i + 1", "8|-6|1|2147483648|NULL"},
      {"i - j * 2", "3|-11|0|2147483649|NULL"},
      {"-i", "-7|7|0|-2147483647|NULL"},
      {"abs(i)", "7|7|0|2147483647|NULL"},
      {"i / j", "3.5|-3.5|NULL|-2147483647|NULL"},
      {"i % j", "1|-1|NULL|0|NULL"},
      {"d % 2", "0.5|-0.5|0|nan|NULL"},
      {"d / 0", "NULL|NULL|NULL|NULL|NULL"},
      {"p + q", "4.00|-2.05|0.00|999.89|NULL"},
      {"p * q", "3.000|-1.275|0.000|-99.999|NULL"},
      {"p / q", "0.333333|-5.100000|NULL|-9999.900000|NULL"},
      {"p % q", "1.00|-0.05|NULL|0.09|NULL"},
      {"floor(d)", "2|-3|0|0|NULL"},
      {"ceil(d)", "3|-2|0|0|NULL"},
      {"floor(p)", "1|-3|0|999|NULL"},
      {"ceil(p)", "1|-2|0|1000|NULL"},
      {"round(d)", "3|-3|0|nan|NULL"},
      {"round(p, 1)", "1.00|-2.60|0.00|1000.00|NULL"},
      {"round(p, -2)", "0.00|0.00|0.00|1000.00|NULL"},
      {"coalesce(i, j)", "7|-7|0|2147483647|1"},
      {"CAST(d AS INT)", "'nan' is no INT"},
      {"CAST(p AS INT)", "1|-2|0|999|NULL"},
      {"CAST(p AS DECIMAL(5,1))", "1.0|-2.6|0.0|1000.0|NULL"},
      {"CAST(p AS DECIMAL(4,1))", "'999.99' is no DECIMAL(4,1)"},
      {"CAST(p AS STRING)", "1.00|-2.55|0.00|999.99|NULL"},
      {"CAST(i AS BOOLEAN)", "true|true|false|true|NULL"},
      {"CAST(i AS SMALLINT)", "not in range: -32768 to 32767"},
      {"j * 9223372036854775807", "overflow"},
  };
  for (const auto& [sql, values] : cases) EXPECT_THAT(Listed(sql, *batch), HasSubstr(values)) << sql;
}

TEST(Evaluator, RoundsTheDigitsThatAreWritten) {
  ASSERT_OK_AND_ASSIGN(const auto batch, MakeBatch({{"d", arrow::float64(), "[2.675, 1.005, -0.5, 1e300, 123456.0]"}}));
  EXPECT_EQ(Listed("round(d, 2)", *batch), "2.68|1.01|-0.5|1e+300|123456");
  EXPECT_EQ(Listed("round(d, -3)", *batch), "0|0|0|1e+300|123000");
  EXPECT_EQ(Listed("CAST(d AS DECIMAL(10,2))", *batch).find("is no DECIMAL(10,2)") != std::string::npos, true);
}

TEST(Evaluator, CallsFunctionsOfText) {
  ASSERT_OK_AND_ASSIGN(const auto batch, MakeBatch({{"s", arrow::utf8(), R"(["größe", " a\t", "", null])"},
                                                    {"t", arrow::utf8(), R"(["ö", "a", "", "x"])"},
                                                    {"n", arrow::int32(), "[2, -1, 0, 1]"}}));
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"length(s)", "5|3|0|NULL"},
      {"upper(substr(s, 1, 3))", "GRÖ| A\t||NULL"},
      {"lower('ÄB')", "äb|äb|äb|äb"},
      {"trim(s)", "größe|a\t||NULL"},
      {"ltrim(s) || '|' || n", "größe|2|a\t|-1||0|NULL"},
      {"concat(s, t)", "größeö| a\ta||NULL"},
      {"substring(s, 2, 3)", "röß|a\t||NULL"},
      {"substr(s, n)", "röße|\t||NULL"},
      {"substring(s, -9, 6)", "gr|||NULL"},
      {"substring(s, 0, 1)", "g| ||NULL"},
      {"substring(s, 1, -1)", "|||NULL"},
      {"substring(s, -9223372036854775808, 9223372036854775807)", "größ| a||NULL"},
      {"repeat(t, n)", "öö|||x"},
      {"contains(s, t)", "true|true|true|NULL"},
      {"startswith(s, 'gr')", "true|false|false|NULL"},
      {"ends_with(s, t)", "false|false|true|NULL"},
      {"coalesce(s, t, 'z')", "größe| a\t||x"},
      {"CAST('12 ' AS INT) + n", "14|11|12|13"},
      {"CAST(n AS STRING)", "2|-1|0|1"},
      {"CAST(s AS INT)", "is no INT"},
  };
  for (const auto& [sql, values] : cases) {
    const bool error = values.starts_with("is no");
    EXPECT_THAT(Listed(sql, *batch), error ? ::testing::Matcher<std::string>(HasSubstr(values)) : values) << sql;
  }
}

TEST(Evaluator, ReachesIntoStructsAndLists) {
  ASSERT_OK_AND_ASSIGN(
      const auto batch,
      MakeBatch({{"st",
                  arrow::struct_({arrow::field("a", arrow::int32()),
                                  arrow::field("c", arrow::struct_({arrow::field("e", arrow::utf8())}))}),
                  R"([{"a":1,"c":{"e":"x"}},{"a":null,"c":null},null])"},
                 {"l", arrow::list(arrow::int32()), "[[1,2],[],null]"},
                 {"m", arrow::map(arrow::utf8(), arrow::int32()), R"([[["k",1]],[],null])"}}));
  EXPECT_EQ(Truths("st.a = 1", *batch), "TNN");
  EXPECT_EQ(Truths("ST.C.E = 'x'", *batch), "TNN");
  EXPECT_EQ(Truths("st IS NULL", *batch), "FFT");
  EXPECT_EQ(Truths("st.c IS NULL", *batch), "FTT");
  EXPECT_EQ(Truths("size(l) = 0", *batch), "FTN");
  EXPECT_EQ(Truths("cardinality(m) = 1", *batch), "TFN");
}

TEST(Evaluator, TakesSlicesDictionariesAndOtherEncodings) {
  ASSERT_OK_AND_ASSIGN(
      const auto batch,
      MakeBatch({{"s", arrow::dictionary(arrow::int8(), arrow::utf8()), R"(["a", "b", null, "a"])"},
                 {"d", arrow::decimal64(5, 2), R"(["1.00", "2.00", null, "3.00"])"},
                 {"st", arrow::struct_({arrow::field("x", arrow::int32())}), R"([{"x":1}, null, {"x":3}, {"x":4}])"}}));
  EXPECT_EQ(Truths("s = 'a'", *batch), "TFNT");
  EXPECT_EQ(Truths("d > 1", *batch), "FTNT");
  const auto tail = batch->Slice(1, 3);
  EXPECT_EQ(Truths("s <=> 'a'", *tail), "FFT");
  EXPECT_EQ(Truths("st.x > 3", *tail), "NFT");
  EXPECT_EQ(Truths("length(s || 'x') = 2", *tail), "TNT");
}

TEST(Evaluator, CastsABatchToTheTypesThatWereBound) {
  ASSERT_OK_AND_ASSIGN(const auto narrow, MakeBatch({{"n", arrow::int16(), "[1, 300, null]"}}));
  ASSERT_OK_AND_ASSIGN(Expression parsed, Parse("n > 200 AND missing IS NULL"));
  const auto schema = arrow::schema({arrow::field("n", arrow::int64()), arrow::field("missing", arrow::int32())});
  ASSERT_OK_AND_ASSIGN(const Expression both, Bind(std::move(parsed), *schema));
  ASSERT_OK_AND_ASSIGN(const auto truth, EvaluateCondition(both.arguments[0], *narrow, arrow::default_memory_pool()));
  EXPECT_EQ(truth->true_count(), 1);
  EXPECT_THAT(EvaluateCondition(both, *narrow, arrow::default_memory_pool()),
              FailsWith(ErrorKind::kInvalidInput,
                        AllOf(HasSubstr("does not have the column missing"), HasSubstr("while evaluating"))));
}

TEST(Evaluator, DoesNotLookAtWhatIsDecided) {
  ASSERT_OK_AND_ASSIGN(const auto batch, MakeBatch({{"s", arrow::utf8(), R"(["x", "y"])"}}));
  EXPECT_EQ(Truths("s = '' AND CAST(s AS INT) = 1", *batch), "FF");
  EXPECT_EQ(Truths("s <> '' OR CAST(s AS INT) = 1", *batch), "TT");
}

TEST(Evaluator, FindsAmongManyAsAmongFew) {
  ASSERT_OK_AND_ASSIGN(const auto batch, MakeBatch({{"n", arrow::int32(), "[1, 500, null, 99]"},
                                                    {"d", arrow::float64(), "[-0.0, 500, null, NaN]"},
                                                    {"p", arrow::decimal128(5, 1), R"(["1.0", "500.0", null, "99.5"])"},
                                                    {"day", arrow::date32(), "[1, 500, null, 99]"}}));
  std::string list = "0";
  for (int i = 1; i < 100; ++i) list += "," + std::to_string(i);
  EXPECT_EQ(Truths("n IN (" + list + ")", *batch), "TFNT");
  EXPECT_EQ(Truths("n IN (" + list + ", NULL)", *batch), "TNNT");
  EXPECT_EQ(Truths("n NOT IN (" + list + ")", *batch), "FTNF");
  EXPECT_EQ(Truths("d IN (" + list + ")", *batch), "TFNF");
  EXPECT_EQ(Truths("p IN (" + list + ")", *batch), "TFNF");
  EXPECT_EQ(Truths("year(day) + n IN (" + list + ", 1971)", *batch), "TFNF");
}

TEST(Evaluator, KeepsTheRowsThatAreTrue) {
  ASSERT_OK_AND_ASSIGN(const auto batch, MakeBatch({{"n", arrow::int32(), "[1, 2, null, 4]"}}));
  const auto kept = [&](const std::string& sql) {
    const Expression bound = *Bind(*Parse(sql), *batch->schema());
    return *FilterRows(bound, batch, arrow::default_memory_pool());
  };
  EXPECT_EQ(kept("n > 1")->column(0)->ToString(), "[\n  2,\n  4\n]");
  EXPECT_EQ(kept("n > 9")->num_rows(), 0);
  EXPECT_EQ(kept("TRUE").get(), batch.get());
  EXPECT_EQ(kept("n IS NOT NULL OR NULL")->num_rows(), 3);
  const auto none = batch->Slice(0, 0);
  EXPECT_EQ(Truths("n > 1 AND n / 0 = 1", *none), "");
}

}  // namespace
}  // namespace sluice::expression
