#include "delta/statistics.h"

#include <cmath>
#include <cstring>
#include <limits>

#include "delta/clustering_columns.h"
#include "delta/statistic_text.h"
#include "parquet/writer.h"
#include "tests/support/result_matchers.h"

namespace sluice::delta {
namespace {

using ::testing::ElementsAre;
using testing::FailsWith;
using ::testing::HasSubstr;

DataType Simple(TypeKind kind) { return {.kind = kind}; }
DataType Decimal(std::int32_t precision, std::int32_t scale) {
  return {.kind = TypeKind::kDecimal, .precision = precision, .scale = scale};
}
Field Named(std::string name, DataType type, std::string physical_name = {}) {
  return {.name = std::move(name), .type = std::move(type), .physical_name = std::move(physical_name)};
}
Field Struct(std::string name, std::vector<Field> members) {
  return Named(std::move(name), {.kind = TypeKind::kStruct, .fields = std::move(members)});
}
Field List(std::string name, DataType element) {
  return Named(std::move(name), {.kind = TypeKind::kArray, .fields = {Named("element", std::move(element))}});
}
StatisticsColumn Column(std::string name, DataType type) { return MakeStatisticsColumn(Named(std::move(name), type)); }

std::vector<std::string> PathsOf(const std::vector<StatisticsColumn>& columns) {
  std::vector<std::string> paths;
  for (const auto& column : columns) {
    std::string& path = paths.emplace_back();
    for (const std::string& name : column.path) path += (path.empty() ? "" : "/") + name;
  }
  return paths;
}

TableSchema SomeSchema() {
  return {.fields = {Named("p", Simple(TypeKind::kString)), Named("Id", Simple(TypeKind::kLong)),
                     Struct("s", {Named("a", Simple(TypeKind::kInteger)),
                                  Struct("t", {Named("b.c", Simple(TypeKind::kString))})}),
                     List("l", Simple(TypeKind::kInteger)), Named("v", Simple(TypeKind::kVariant)),
                     Named("last", Simple(TypeKind::kDate))}};
}

TEST(StatisticsColumns, FirstLeavesWithoutPartitionColumns) {
  EXPECT_THAT(PathsOf(StatisticsColumns(SomeSchema(), {"p"}, {})),
              ElementsAre("Id", "s/a", "s/t/b.c", "l", "v", "last"));
  EXPECT_THAT(PathsOf(StatisticsColumns(SomeSchema(), {"P"}, {.stats_indexed_columns = 3})),
              ElementsAre("Id", "s/a", "s/t/b.c"));
  EXPECT_THAT(PathsOf(StatisticsColumns(SomeSchema(), {}, {.stats_indexed_columns = -1})).size(), 7U);
  EXPECT_TRUE(StatisticsColumns(SomeSchema(), {"p"}, {.stats_indexed_columns = 0}).empty());
}

TEST(StatisticsColumns, NamedOnesWinWhateverTheirCaseAndStructsMeanTheirLeaves) {
  const auto columns = [](std::string text) {
    return PathsOf(StatisticsColumns(SomeSchema(), {"p"}, {.stats_indexed_columns = 1, .stats_columns = text}));
  };
  EXPECT_THAT(columns("LAST, id"), ElementsAre("Id", "last"));
  EXPECT_THAT(columns("s"), ElementsAre("s/a", "s/t/b.c"));
  EXPECT_THAT(columns("s.t.`b.c`,nobody , p"), ElementsAre("s/t/b.c"));
  EXPECT_THAT(columns("s.t.b.c"), ElementsAre());
  EXPECT_THAT(columns(""), ElementsAre());
}

TEST(StatisticsColumns, ClusteringColumnsAlwaysHaveThem) {
  TableSchema schema = SomeSchema();
  schema.fields[5].physical_name = "col-5";
  EXPECT_THAT(PathsOf(StatisticsColumns(schema, {"p"}, {.stats_indexed_columns = 0}, {{"col-5"}, {"s", "a"}})),
              ElementsAre("s/a", "last"));
}

TEST(ClusteringColumns, PathsAndPlainNamesAreReadAndPathsWritten) {
  ASSERT_OK_AND_ASSIGN(const auto columns,
                       ParseClusteringColumns(R"({"x":1,"clusteringColumns":[["a"],"b.c",["user","city"]]})"));
  EXPECT_THAT(columns, ElementsAre(ColumnPath{"a"}, ColumnPath{"b.c"}, ColumnPath{"user", "city"}));
  EXPECT_EQ(FormatClusteringColumns(columns), R"({"clusteringColumns":[["a"],["b.c"],["user","city"]]})");
  ASSERT_OK_AND_ASSIGN(const auto none, ParseClusteringColumns(R"({"clusteringColumns":[]})"));
  EXPECT_TRUE(none.empty());
  for (const char* bad : {"", "{", "{}", R"({"clusteringColumns":[1]})", R"({"clusteringColumns":[["a"]]} x)"}) {
    EXPECT_THAT(ParseClusteringColumns(bad), FailsWith(core::ErrorKind::kCorruption, HasSubstr("delta.clustering")))
        << bad;
  }
}

template <typename T>
std::string Bytes(T value) {
  return {reinterpret_cast<const char*>(&value), sizeof(value)};
}

// The statistics of a file of ten rows with one column.
std::string Written(const DataType& type, std::string min, std::string max, bool has_nan = false) {
  parquet::FileSummary file{.rows = 10};
  file.columns.push_back({.statistics = {.path = {"c"},
                                         .entries = 10,
                                         .nulls = 1,
                                         .null_rows = 1,
                                         .bounds = parquet::EncodedBounds{std::move(min), std::move(max)},
                                         .has_nan = has_nan}});
  const std::string json = FormatStatistics(file, {Column("c", type)});
  constexpr std::string_view kBegin = R"({"numRecords":10,"minValues":)";
  constexpr std::string_view kEnd = R"(,"nullCount":{"c":1}})";
  EXPECT_TRUE(json.starts_with(kBegin) && json.ends_with(kEnd)) << json;
  return json.substr(kBegin.size(), json.size() - kBegin.size() - kEnd.size());
}

TEST(FormatStatistics, NumbersKeepAllTheirDigits) {
  constexpr auto kLeast = std::numeric_limits<std::int64_t>::min();
  EXPECT_EQ(Written(Simple(TypeKind::kByte), Bytes(-128), Bytes(7)), R"({"c":-128},"maxValues":{"c":7})");
  EXPECT_EQ(Written(Simple(TypeKind::kLong), Bytes(kLeast), Bytes(kLeast + 1)),
            R"({"c":-9223372036854775808},"maxValues":{"c":-9223372036854775807})");
  EXPECT_EQ(Written(Decimal(9, 2), Bytes(-5), Bytes(1200)), R"({"c":-0.05},"maxValues":{"c":12.00})");
  EXPECT_EQ(Written(Decimal(18, 0), Bytes(std::int64_t{0}), Bytes(std::int64_t{12})),
            R"({"c":0},"maxValues":{"c":12})");
  EXPECT_EQ(Written(Decimal(38, 38), std::string(16, '\xFF'), std::string("\x01") + std::string(8, '\0')),
            R"({"c":-0.00000000000000000000000000000000000001},)"
            R"("maxValues":{"c":0.00000000000000000018446744073709551616})");
  EXPECT_EQ(Written(Simple(TypeKind::kDouble), Bytes(-0.0), Bytes(0.1)), R"({"c":-0.0},"maxValues":{"c":0.1})");
  EXPECT_EQ(Written(Simple(TypeKind::kFloat), Bytes(3.14F), Bytes(1e10F)), R"({"c":3.14},"maxValues":{"c":1.0E10})");
}

TEST(FormatStatistics, FloatsWithNanOrInfinityHaveNoBounds) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  const std::string none = R"({},"maxValues":{})";
  EXPECT_EQ(Written(Simple(TypeKind::kDouble), Bytes(1.0), Bytes(2.0), true), none);
  EXPECT_EQ(Written(Simple(TypeKind::kDouble), Bytes(1.0), Bytes(kInfinity)), none);
  EXPECT_EQ(Written(Simple(TypeKind::kFloat), Bytes(-std::numeric_limits<float>::infinity()), Bytes(1.0F)), none);
}

TEST(FormatStatistics, TypesWithoutOrderHaveNoBounds) {
  EXPECT_EQ(Written(Simple(TypeKind::kBoolean), std::string(1, '\0'), "\x01"), R"({},"maxValues":{})");
  EXPECT_EQ(Written(Simple(TypeKind::kBinary), "a", "b"), R"({},"maxValues":{})");
}

TEST(FormatStatistics, TimestampsAreCutToMillisecondsAndOddYearsLeftOut) {
  const DataType instant = Simple(TypeKind::kTimestamp);
  EXPECT_EQ(Written(instant, Bytes(std::int64_t{-1}), Bytes(std::int64_t{1'686'832'200'123'999})),
            R"({"c":"1969-12-31T23:59:59.999Z"},"maxValues":{"c":"2023-06-15T12:30:00.123Z"})");
  EXPECT_EQ(Written(Simple(TypeKind::kTimestampNtz), Bytes(std::int64_t{999}), Bytes(std::int64_t{1000})),
            R"({"c":"1970-01-01T00:00:00.000"},"maxValues":{"c":"1970-01-01T00:00:00.001"})");
  constexpr std::int64_t kYear10000 = 253'402'300'800'000'000;
  EXPECT_EQ(Written(instant, Bytes(std::int64_t{0}), Bytes(kYear10000)), R"({},"maxValues":{})");
  EXPECT_EQ(Written(instant, Bytes(std::int64_t{0}), Bytes(kYear10000 - 1)),
            R"({"c":"1970-01-01T00:00:00.000Z"},"maxValues":{"c":"9999-12-31T23:59:59.999Z"})");
  EXPECT_EQ(Written(Simple(TypeKind::kDate), Bytes(-719'162), Bytes(0)),
            R"({"c":"0001-01-01"},"maxValues":{"c":"1970-01-01"})");
  EXPECT_EQ(Written(Simple(TypeKind::kDate), Bytes(-719'163), Bytes(0)), R"({},"maxValues":{})");
}

std::string Repeat(std::string_view text, int count) {
  std::string out;
  for (int i = 0; i < count; ++i) out += text;
  return out;
}

TEST(FormatStatistics, LongTextsAreCut) {
  const std::string last = "\xF4\x8F\xBF\xBF";
  EXPECT_EQ(CutLargestText(Repeat("a", 32), 32), Repeat("a", 32));
  EXPECT_EQ(CutLargestText(Repeat("a", 33), 32), Repeat("a", 32) + "\x7F");
  EXPECT_EQ(CutLargestText(Repeat("a", 32) + "é", 32), Repeat("a", 32) + last);
  EXPECT_EQ(CutLargestText(Repeat("a", 32) + "\x7F", 32), Repeat("a", 32) + last);
  EXPECT_EQ(CutLargestText(Repeat("é", 33), 32), Repeat("é", 32) + last);
  EXPECT_EQ(CutLargestText(Repeat(last, 100), 32), std::nullopt);
  EXPECT_EQ(CutLargestText(Repeat(last, 40), 32), Repeat(last, 40));
  EXPECT_EQ(CutLargestText(Repeat(last, 40) + "bb", 32), Repeat(last, 40) + "\x7F");
  EXPECT_EQ(CutLargestText("abcd", 2), "ab\x7F");
  EXPECT_EQ(Written(Simple(TypeKind::kString), Repeat("é", 33), Repeat("z", 33)),
            "{\"c\":\"" + Repeat("é", 32) + "\"},\"maxValues\":{\"c\":\"" + Repeat("z", 32) + "\x7F\"}");
  EXPECT_EQ(Written(Simple(TypeKind::kString), "\"\n", Repeat(last, 65)), R"({"c":"\"\n"},"maxValues":{})");
  EXPECT_EQ(Written(Simple(TypeKind::kString), "a", "\xFF"), R"({"c":"a"},"maxValues":{})");
}

TEST(FormatStatistics, StructsNestUnderTheirPhysicalNames) {
  TableSchema schema = SomeSchema();
  schema.fields[2].physical_name = "col-s";
  schema.fields[2].type.fields[1].type.fields[0].physical_name = "col-b";
  parquet::FileSummary file{.rows = 4};
  const auto add = [&](ColumnPath path, std::uint64_t nulls, std::optional<parquet::EncodedBounds> bounds) {
    file.columns.push_back({.statistics = {.path = std::move(path), .null_rows = nulls, .bounds = std::move(bounds)}});
  };
  add({"Id"}, 0, parquet::EncodedBounds{Bytes(std::int64_t{1}), Bytes(std::int64_t{4})});
  add({"col-s", "a"}, 4, std::nullopt);
  add({"col-s", "t", "col-b"}, 1, parquet::EncodedBounds{"x", "y"});
  add({"l", "list", "element"}, 2, parquet::EncodedBounds{Bytes(1), Bytes(2)});
  add({"v", "metadata"}, 3, parquet::EncodedBounds{"a", "b"});
  add({"v", "value"}, 3, std::nullopt);
  // `last` is not in the file.
  EXPECT_EQ(FormatStatistics(file, StatisticsColumns(schema, {"p"}, {}), {.tight_bounds = true}),
            R"({"numRecords":4,"minValues":{"Id":1,"col-s":{"t":{"col-b":"x"}}},)"
            R"("maxValues":{"Id":4,"col-s":{"t":{"col-b":"y"}}},)"
            R"("nullCount":{"Id":0,"col-s":{"a":4,"t":{"col-b":1}},"l":2,"v":3,"last":4},"tightBounds":true})");
  EXPECT_EQ(FormatStatistics(file, {}, {.tight_bounds = false}), R"({"numRecords":4,"tightBounds":false})");
}

// What is read of the bounds of one column.
ColumnStatistics ReadBack(const DataType& type, const std::string& min, const std::string& max) {
  const std::string json =
      R"({"numRecords":3,"minValues":{"c":)" + min + R"(},"maxValues":{"c":)" + max + R"(},"nullCount":{"c":1}})";
  const auto file = ParseStatistics(json, {Column("c", type)});
  EXPECT_TRUE(file.has_value()) << json;
  return file ? file->columns[0] : ColumnStatistics{};
}

std::optional<StatisticValue> Whole(std::int64_t value) { return StatisticValue(Int128{value}); }
std::optional<StatisticValue> Float(double value) { return StatisticValue(value); }

TEST(ParseStatistics, WholeNumbersAreReadAsTheyAreWritten) {
  const DataType type = Simple(TypeKind::kLong);
  EXPECT_EQ(ReadBack(type, "-9223372036854775808", "9223372036854775807").min,
            Whole(std::numeric_limits<std::int64_t>::min()));
  EXPECT_EQ(ReadBack(type, "9007199254740993", "1").min, Whole(9'007'199'254'740'993));
  EXPECT_EQ(ReadBack(type, "12.0", "\"12\"").min, Whole(12));
  EXPECT_EQ(ReadBack(type, "1.2E1", "\"12\"").max, Whole(12));
  for (const char* bad : {"9223372036854775808", "1.5", "\"x\"", "null", "true", "[1]", "{\"a\":1}", "\"\"", "1e99"}) {
    EXPECT_EQ(ReadBack(type, bad, "1").min, std::nullopt) << bad;
    EXPECT_EQ(ReadBack(type, bad, "1").max, Whole(1)) << bad;
  }
  EXPECT_EQ(ReadBack(Simple(TypeKind::kByte), "128", "127").min, std::nullopt);
  EXPECT_EQ(ReadBack(Simple(TypeKind::kByte), "128", "127").max, Whole(127));
}

TEST(ParseStatistics, DecimalsComeInAnyNotationAndAreRoundedOutwards) {
  EXPECT_EQ(ReadBack(Decimal(10, 2), "123.45", "1E+3").min, Whole(12345));
  EXPECT_EQ(ReadBack(Decimal(10, 2), "123.45", "1E+3").max, Whole(100'000));
  EXPECT_EQ(ReadBack(Decimal(4, 1), "-0.15", "0.11").min, Whole(-2));
  EXPECT_EQ(ReadBack(Decimal(4, 1), "-0.15", "0.11").max, Whole(2));
  EXPECT_EQ(ReadBack(Decimal(4, 1), "0.19", "-0.19").min, Whole(1));
  EXPECT_EQ(ReadBack(Decimal(4, 1), "0.19", "-0.19").max, Whole(-1));
  EXPECT_EQ(ReadBack(Decimal(38, 0), "99999999999999999999999999999999999999", "0").min,
            StatisticValue((Int128{99'999'999'999'999'999} * 1'000'000'000 + 999'999'999) * 1'000'000'000'000 +
                           999'999'999'999));
  EXPECT_EQ(ReadBack(Decimal(38, 0), "1e38", "1e99999").min, std::nullopt);
  EXPECT_EQ(ReadBack(Decimal(38, 0), "1e38", "1e99999").max, std::nullopt);
  EXPECT_EQ(ReadBack(Decimal(38, 0), "0e99999", "0").max, Whole(0));
}

TEST(ParseStatistics, FloatsAreReadAsTheirTypeAndNanIsNoBound) {
  EXPECT_EQ(ReadBack(Simple(TypeKind::kFloat), "3.14", "3.140000104904175").min, Float(double{3.14F}));
  EXPECT_EQ(ReadBack(Simple(TypeKind::kFloat), "3.14", "3.140000104904175").max, Float(double{3.14F}));
  EXPECT_EQ(ReadBack(Simple(TypeKind::kDouble), "3.14", "1.0E10").min, Float(3.14));
  EXPECT_EQ(ReadBack(Simple(TypeKind::kDouble), "5", "1.0E10").max, Float(1e10));
  EXPECT_EQ(ReadBack(Simple(TypeKind::kDouble), "\"-Infinity\"", "\"NaN\"").min, Float(-HUGE_VAL));
  EXPECT_EQ(ReadBack(Simple(TypeKind::kDouble), "\"NaN\"", "null").min, std::nullopt);
  EXPECT_EQ(ReadBack(Simple(TypeKind::kDouble), "\"NaN\"", "null").max, std::nullopt);
  EXPECT_EQ(ReadBack(Simple(TypeKind::kDouble), "\"nan\"", "1e999").max, std::nullopt);
}

TEST(ParseStatistics, BoundsOfAColumnThatWasFloatHoldItsFloats) {
  Field field = Named("c", Simple(TypeKind::kDouble));
  field.metadata.push_back({"delta.typeChanges", R"([{"fromType":"float","toType":"double"}])"});
  const auto file = ParseStatistics(R"({"minValues":{"c":0.3},"maxValues":{"c":3.14}})", {MakeStatisticsColumn(field)});
  ASSERT_TRUE(file.has_value());
  EXPECT_EQ(file->columns[0].max, Float(double{3.14F}));  // above 3.14
  EXPECT_EQ(file->columns[0].min, Float(0.3));            // below 0.3F
}

TEST(ParseStatistics, DatesAndTimestampsComeInManySpellings) {
  const DataType instant = Simple(TypeKind::kTimestamp);
  const DataType clock = Simple(TypeKind::kTimestampNtz);
  const auto text = [](const char* value) { return '"' + std::string(value) + '"'; };
  EXPECT_EQ(ReadBack(Simple(TypeKind::kDate), text("2000-01-01"), text("2000-01-02T00:00:00.000Z")).min, Whole(10'957));
  EXPECT_EQ(ReadBack(Simple(TypeKind::kDate), text("2000-01-01"), text("2000-01-02T00:00:00.000Z")).max, Whole(10'958));
  EXPECT_EQ(ReadBack(Simple(TypeKind::kDate), text("2000-01-01 12:00:00"), text("12000-01-01")).min, std::nullopt);
  for (const char* same : {"1970-01-01T08:00:01.5Z", "1970-01-01 08:00:01.500", "1970-01-01T00:00:01.500000-08:00",
                           "1970-01-01T08:00:01.500000000+00:00"}) {
    EXPECT_EQ(ReadBack(instant, text(same), "1").min, Whole(28'801'500'000)) << same;
  }
  EXPECT_EQ(ReadBack(instant, text("1970-01-01T00:00:00.0000019Z"), text("1970-01-01T00:00:00.0000019Z")).min,
            Whole(1));
  EXPECT_EQ(ReadBack(instant, text("1970-01-01T00:00:00.0000019Z"), text("1970-01-01T00:00:00.0000019Z")).max,
            Whole(2));
  EXPECT_EQ(ReadBack(clock, text("1970-01-02"), text("1970-01-01T00:00:00.001")).min, Whole(86'400'000'000));
  EXPECT_EQ(ReadBack(clock, text("1970-01-02T00:00:00-08:00"), text("")).min, std::nullopt);
  EXPECT_EQ(ReadBack(instant, text("yesterday"), "12").max, std::nullopt);
}

TEST(ParseStatistics, OtherPartsAreReadAndUnknownOnesSkipped) {
  TableSchema schema = SomeSchema();
  const auto columns = StatisticsColumns(schema, {"p"}, {});
  const auto file = ParseStatistics(
      R"( {"x":{"y":[1,"}"]},"nullCount":{"s":{"a":2,"t":{"b.c":-1}},"l":"7","Id":{}},"numRecords":"10",)"
      R"("tightBounds":false,"minValues":{"s":{"t":{"b.c":"\u00e9\n","z":0}},"Id":5},"maxValues":null} )",
      columns);
  ASSERT_TRUE(file.has_value());
  EXPECT_EQ(file->records, 10);
  EXPECT_FALSE(file->tight_bounds);
  EXPECT_EQ(file->columns[0].min, Whole(5));
  EXPECT_EQ(file->columns[0].null_count, std::nullopt);
  EXPECT_EQ(file->columns[1].null_count, 2);
  EXPECT_EQ(file->columns[2].min, StatisticValue(std::string("é\n")));
  EXPECT_EQ(file->columns[2].null_count, std::nullopt);
  EXPECT_EQ(file->columns[3].null_count, 7);
}

TEST(ParseStatistics, TextThatIsNoObjectIsNoStatistics) {
  StatisticsParser parser({Column("c", Simple(TypeKind::kLong))});
  for (const char* bad : {"", " ", "null", "[]", "{", R"({"numRecords":1)", R"({"minValues":{"c":1})", "{} x",
                          R"({"minValues":{"c":tru}})", R"({"minValues":{"c":01}})", R"({"a":"\q"})"}) {
    EXPECT_EQ(parser.Parse(bad), nullptr) << bad;
  }
  const FileStatistics* file = parser.Parse(R"({"numRecords":1,"minValues":{"c":1}})");
  ASSERT_NE(file, nullptr);
  EXPECT_EQ(file->columns[0].min, Whole(1));
  file = parser.Parse("{}");
  ASSERT_NE(file, nullptr);
  EXPECT_EQ(file->records, std::nullopt);
  EXPECT_EQ(file->columns[0].min, std::nullopt);
}

TEST(WidenForDeletionVector, OnlyWhatIsNotTrueAnyMoreChanges) {
  EXPECT_EQ(
      WidenForDeletionVector(
          R"({"numRecords":10, "minValues":{"a":1.50},"nullCount":{"a":7,"s":{"b":8,"c":0}},"k\u0041":[8 ]})", 10, 2),
      R"({"tightBounds":false,"numRecords":10, "minValues":{"a":1.50},"nullCount":{"a":7,"s":{"b":10,"c":0}},)"
      R"("k\u0041":[8 ]})");
  EXPECT_EQ(WidenForDeletionVector(R"({"numRecords":5,"nullCount":{"a":5},"tightBounds": true })", 5, 0),
            R"({"numRecords":5,"nullCount":{"a":5},"tightBounds": false })");
}

TEST(WidenForDeletionVector, WideCountsStayAsTheyAre) {
  const std::string wide = R"({"numRecords":10,"nullCount":{"a":8},"tightBounds":false})";
  EXPECT_EQ(WidenForDeletionVector(wide, 10, 2), wide);
}

TEST(WidenForDeletionVector, RowsAreCountedWhereNothingElseIsKnown) {
  const std::string counted = R"({"numRecords":10,"tightBounds":false})";
  EXPECT_EQ(WidenForDeletionVector("", 10, 2), counted);
  EXPECT_EQ(WidenForDeletionVector("{}", 10, 2), counted);
  EXPECT_EQ(WidenForDeletionVector("{torn", 10, 2), counted);
  EXPECT_EQ(WidenForDeletionVector(R"({"x":1})", 10, 2), R"({"numRecords":10,"tightBounds":false,"x":1})");
}

}  // namespace
}  // namespace sluice::delta
