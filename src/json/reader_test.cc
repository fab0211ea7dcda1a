#include "json/reader.h"

#include <string>

#include "json/test_input.h"

namespace sluice::json {
namespace {

using core::ErrorKind;
using sluice::testing::FailsWith;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using Row = std::vector<std::string>;

/// A row as macros can take it.
template <typename... Values>
Row R(Values... values) {
  return {values...};
}

constexpr JsonOptions kLines{.layout = Layout::kLines};

TEST(JsonReader, ReadsOneRecordPerLine) {
  ASSERT_OK_AND_ASSIGN(const Landed landed, Land("{\"a\":1,\"b\":\"x\"}\r\n\n  \n{ \"b\" : null , \"a\" : -2 }",
                                                 SpecFor("a int64, b string"), kLines));
  EXPECT_THAT(landed.rejects, IsEmpty());
  EXPECT_THAT(landed.rows, ElementsAre(R("1", "x"), R("-2", "null")));
}

TEST(JsonReader, RejectsNameLineBytesColumnAndReason) {
  ASSERT_OK_AND_ASSIGN(const Landed landed,
                       Land("{\"a\":1}\n\n{\"a\":\"7\"}\r\n{\"a\":2}\n", SpecFor("a int64"), kLines));
  EXPECT_THAT(landed.rows, ElementsAre(R("1"), R("2")));
  ASSERT_THAT(landed.rejects, SizeIs(1));
  const columns::Reject& reject = landed.rejects[0];
  EXPECT_EQ(reject.source, "in.json");
  EXPECT_EQ(reject.line, 3U);
  EXPECT_EQ(reject.byte_begin, 9U);
  EXPECT_EQ(reject.byte_end, 18U);
  EXPECT_EQ(reject.column, "a");
  EXPECT_EQ(reject.reason, "a string where int64 is expected");
  EXPECT_EQ(reject.text, "{\"a\":\"7\"}");
}

/// The reason why a line with these columns is rejected; "" when it is not.
std::string ReasonFor(const std::string& line, std::string_view columns) {
  const auto landed = Land("{}\n" + line + "\n{}\n", SpecFor(columns), kLines);
  if (!landed) return landed.error().ToString();
  EXPECT_EQ(landed->rows.size() + landed->rejects.size(), 3U);
  if (landed->rejects.empty()) return "";
  EXPECT_EQ(landed->rejects[0].line, 2U);
  EXPECT_EQ(landed->rejects[0].text, line);
  return landed->rejects[0].reason;
}

TEST(JsonReader, TakesOnlyTheKindOfTheColumn) {
  EXPECT_EQ(ReasonFor(R"({"a":1.0})", "a int64"), "not an int64");
  EXPECT_EQ(ReasonFor(R"({"a":1e3})", "a int64"), "not an int64");
  EXPECT_THAT(ReasonFor(R"({"a":9223372036854775808})", "a int64"), HasSubstr("out of range"));
  EXPECT_EQ(ReasonFor(R"({"a":7})", "a string"), "a number where string is expected");
  EXPECT_EQ(ReasonFor(R"({"a":1})", "a bool"), "a number where bool is expected");
  EXPECT_EQ(ReasonFor(R"({"a":"true"})", "a bool"), "a string where bool is expected");
  EXPECT_EQ(ReasonFor(R"({"a":true})", "a int64"), "a bool where int64 is expected");
  EXPECT_EQ(ReasonFor(R"({"a":[1]})", "a int64"), "an array where int64 is expected");
  EXPECT_EQ(ReasonFor(R"({"a":{}})", "a string"), "an object where string is expected");
  EXPECT_EQ(ReasonFor(R"({"a":"x"})", "a list<int64>"), "a string where list<int64> is expected");
  EXPECT_EQ(ReasonFor(R"({"a":"1.25"})", "a decimal(5,2)"), "");
  EXPECT_EQ(ReasonFor(R"({"a":1.25})", "a decimal(5,2)"), "");
  EXPECT_EQ(ReasonFor(R"({"a":1e3})", "a float64"), "");
  EXPECT_EQ(ReasonFor(R"({"a":"2025-10-28"})", "a date"), "");
}

TEST(JsonReader, RejectsWhatIsNoJson) {
  const std::string columns = "a int64, b string";
  EXPECT_THAT(ReasonFor(R"({"a":007})", columns), HasSubstr("malformed number"));
  EXPECT_THAT(ReasonFor(R"({"a":1_000})", columns), HasSubstr("malformed number"));
  EXPECT_THAT(ReasonFor(R"({"a":1 2})", columns), HasSubstr("',' or '}'"));
  EXPECT_THAT(ReasonFor(R"({"a":+1})", columns), HasSubstr("a value is expected"));
  EXPECT_THAT(ReasonFor(R"({"a":})", columns), HasSubstr("a value is expected"));
  EXPECT_THAT(ReasonFor(R"({"a")", columns), HasSubstr("':' is expected"));
  EXPECT_THAT(ReasonFor(R"({"a":1)", columns), HasSubstr("',' or '}'"));
  EXPECT_THAT(ReasonFor(R"({"a":1,})", columns), HasSubstr("a key in quotes"));
  EXPECT_THAT(ReasonFor(R"({"a":nul})", columns), HasSubstr("neither true, false nor null"));
  EXPECT_THAT(ReasonFor(R"({"a":1}{"a":2})", columns), HasSubstr("more behind the record's end"));
  EXPECT_THAT(ReasonFor(R"({"b":"x)", columns), HasSubstr("invalid JSON"));
  EXPECT_THAT(ReasonFor(R"({"b":"x"y})", columns), HasSubstr("',' or '}'"));
  EXPECT_THAT(ReasonFor("{\"b\":\"\xFF\"}", columns), HasSubstr("UTF-8"));
  EXPECT_THAT(ReasonFor("{\"b\":\"a\x01\"}", columns), HasSubstr("invalid JSON"));
  EXPECT_THAT(ReasonFor(R"({"b":"\x"})", columns), HasSubstr("escape"));
  EXPECT_THAT(ReasonFor(R"(\"a)", columns), HasSubstr("invalid JSON"));
  EXPECT_THAT(ReasonFor("[1]", columns), HasSubstr("an array where an object is expected"));
  EXPECT_THAT(ReasonFor("nothing", columns), HasSubstr("invalid JSON"));
}

TEST(JsonReader, RejectsDuplicateAndUnknownKeys) {
  EXPECT_EQ(ReasonFor(R"({"a":1,"a":1})", "a int64"), "duplicate key 'a'");
  EXPECT_EQ(ReasonFor(R"({"a":1,"\u0061":1})", "a int64"), "duplicate key 'a'");
  EXPECT_EQ(ReasonFor(R"({"a":1,"x":1})", "a int64"), "key 'x' is not in the schema");
  EXPECT_EQ(ReasonFor(R"({"u":{"id":1,"y":2}})", "u struct<id int64>"), "key 'u.y' is not in the schema");
  EXPECT_EQ(ReasonFor(R"({"m":{"k":1,"k":2}})", "m map<string,int64>"), "duplicate key 'k'");
}

TEST(JsonReader, UnknownKeysCanBeIgnoredAndAreReported) {
  schema::TableSpec spec = SpecFor("a int64, gone string");
  spec.extra = schema::ExtraColumns::kIgnore;
  ASSERT_OK_AND_ASSIGN(const Landed landed,
                       Land("{\"a\":1,\"x\":{\"a\":[1,\"}\"]}}\n{\"x\":null,\"a\":2}\n", spec, kLines));
  EXPECT_THAT(landed.rows, ElementsAre(R("1", "null"), R("2", "null")));
  ASSERT_THAT(landed.findings, SizeIs(2));
  EXPECT_EQ(landed.findings[0].kind, columns::ColumnFinding::Kind::kMissing);
  EXPECT_EQ(landed.findings[0].column, "gone");
  EXPECT_EQ(landed.findings[1].kind, columns::ColumnFinding::Kind::kIgnored);
  EXPECT_EQ(landed.findings[1].column, "x");
}

TEST(JsonReader, UnescapesStringsExactly) {
  ASSERT_OK_AND_ASSIGN(const Landed landed,
                       Land(R"({"a":"\"\\\/\b\f\n\r\t\u00e9\u20AC\uD83D\uDE00x"})", SpecFor("a string"), kLines));
  EXPECT_THAT(landed.rows, ElementsAre(R("\"\\/\b\f\n\r\té€😀x")));
  EXPECT_THAT(ReasonFor(R"({"a":"\uD83D"})", "a string"), HasSubstr("escape"));
  EXPECT_THAT(ReasonFor(R"({"a":"\uDE00"})", "a string"), HasSubstr("escape"));
  EXPECT_EQ(ReasonFor(R"({"a":"\u0000"})", "a string"), "");
}

TEST(JsonReader, KeepsEveryDigit) {
  ASSERT_OK_AND_ASSIGN(const Landed landed, Land(R"({"d":12345678901234567890123.45,"i":-9223372036854775808})",
                                                 SpecFor("d decimal(38,2), i int64"), kLines));
  EXPECT_THAT(landed.rows, ElementsAre(R("12345678901234567890123.45", "-9223372036854775808")));
}

TEST(JsonReader, KeepsJsonColumnsToTheByte) {
  ASSERT_OK_AND_ASSIGN(const Landed landed,
                       Land("{\"j\": {\"b\" : [1.0, 2e5,\"\\u0041\"]} }\n{\"j\":\"s\"}\n{\"j\":1.50}\n{\"j\":null}\n",
                            SpecFor("j json"), kLines));
  EXPECT_THAT(landed.rows, ElementsAre(R("{\"b\" : [1.0, 2e5,\"\\u0041\"]}"), R("\"s\""), R("1.50"), R("null")));
}

TEST(JsonReader, ReadsNestedValues) {
  ASSERT_OK_AND_ASSIGN(const Landed landed,
                       Land("{\"s\":{\"y\":\"q\",\"x\":1},\"l\":[1,null,3],\"m\":{\"k\":[true]}}\n"
                            "{\"l\":[],\"s\":{},\"m\":{}}\n"
                            "{\"s\":{\"x\":\"bad\"},\"l\":[5,6],\"m\":{\"k\":[false]}}\n"
                            "{\"l\":[4]}\n",
                            SpecFor("s struct<x int64, y string>, l list<int64>, m map<string,list<bool>>"), kLines));
  EXPECT_THAT(landed.rows,
              ElementsAre(R("{x:int64 = 1, y:string = q}", "list<element: int64>[1, null, 3]",
                            "map<string, list<element: bool>>[{key:string = k, value:list<element: bool> = "
                            "list<element: bool>[true]}]"),
                          ::testing::SizeIs(3), R("null", "list<element: int64>[4]", "null")));
  ASSERT_THAT(landed.rejects, SizeIs(1));
  EXPECT_EQ(landed.rejects[0].column, "s.x");
}

TEST(JsonReader, ReadsTheSeedsReport) {
  schema::TableSpec spec =
      SpecFor("timestamp timestamp(us,UTC), table_name string, recommended_index string, gain float64, day date");
  spec.records = "recommendations";
  spec.columns[1].from = "table";
  spec.columns[2].from = "index";
  spec.columns[4].value = "2025-10-28";
  ASSERT_OK_AND_ASSIGN(const Landed landed, Land(R"({"recommendations": [
  {"table": "orders", "index": "ix_a", "gain": 0.5},
  {"table": "users", "index": 7},
  {"table": "users"}
], "timestamp": "2025-10-28T05:00:00Z", "host": "db1"})",
                                                 spec));
  EXPECT_THAT(landed.rows, ElementsAre(R("2025-10-28 05:00:00.000000Z", "orders", "ix_a", "0.5", "2025-10-28"),
                                       R("2025-10-28 05:00:00.000000Z", "users", "null", "null", "2025-10-28")));
  ASSERT_THAT(landed.rejects, SizeIs(1));
  EXPECT_EQ(landed.rejects[0].line, 3U);
  EXPECT_EQ(landed.rejects[0].column, "recommended_index");
}

TEST(JsonReader, TakesColumnsFromDottedPaths) {
  schema::TableSpec spec = SpecFor("id int64, raw json");
  spec.columns[0].from = "user.id";
  spec.columns[1].from = "user";
  spec.extra = schema::ExtraColumns::kIgnore;
  ASSERT_OK_AND_ASSIGN(const Landed landed,
                       Land("{\"user\":{\"id\":1,\"n\":2}}\n{\"user.id\":2}\n{\"user\":null}\n", spec, kLines));
  EXPECT_THAT(landed.rows, ElementsAre(R("1", "{\"id\":1,\"n\":2}"), R("2", "null"), R("null", "null")));
}

TEST(JsonReader, RejectsDeepValuesAndLivesOn) {
  const std::string deep = "{\"a\":" + std::string(100'000, '[') + std::string(100'000, ']') + "}";
  ASSERT_OK_AND_ASSIGN(const Landed landed, Land(deep + "\n{\"a\":[]}\n", SpecFor("a json"), kLines));
  EXPECT_THAT(landed.rows, ElementsAre(R("[]")));
  ASSERT_THAT(landed.rejects, SizeIs(1));
  EXPECT_THAT(landed.rejects[0].reason, HasSubstr("deeper than 64"));
  const auto document = Land(std::string(100'000, '['), SpecFor("a json"));
  EXPECT_THAT(document, FailsWith(ErrorKind::kCorruption, HasSubstr("ends inside the record")));
}

TEST(JsonReader, RejectsLongRecordsAndLivesOn) {
  const JsonOptions options{.layout = Layout::kLines, .chunk_bytes = 16, .record_bytes_max = 64};
  const std::string longer = "{\"a\":\"" + std::string(200, 'x') + "\"}";
  ASSERT_OK_AND_ASSIGN(const Landed landed,
                       Land("{\"a\":\"1\"}\n" + longer + "\n{\"a\":\"2\"}\n", SpecFor("a string"), options));
  EXPECT_THAT(landed.rows, ElementsAre(R("1"), R("2")));
  ASSERT_THAT(landed.rejects, SizeIs(1));
  EXPECT_EQ(landed.rejects[0].line, 2U);
  EXPECT_EQ(landed.rejects[0].byte_begin, 10U);
  EXPECT_EQ(landed.rejects[0].byte_end, 10U + longer.size());
}

}  // namespace
}  // namespace sluice::json
