#include <string>

#include "json/test_input.h"
#include "json/test_records.h"

// A record read with others before it may be taken as one of a run; the first of an input never is. So each record
// alone in an input says what it must become among others.
namespace sluice::json {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

using Rows = std::vector<std::vector<std::string>>;

void ExpectAsAlone(const std::vector<std::string>& records, const schema::TableSpec& spec, const JsonOptions& options) {
  Rows rows;
  std::vector<std::string> rejects;
  std::string text = options.layout == Layout::kLines ? "" : "[";
  for (const std::string& record : records) {
    JsonOptions lines = options;
    lines.layout = Layout::kLines;
    ASSERT_OK_AND_ASSIGN(const Landed alone, Land(record + "\n", spec, lines));
    rows.insert(rows.end(), alone.rows.begin(), alone.rows.end());
    for (const auto& reject : alone.rejects)
      rejects.push_back(reject.column + ": " + reject.reason + " " + reject.text);
    if (options.layout != Layout::kLines && text.size() > 1) text += ",";
    text += record + "\n";
  }
  if (options.layout != Layout::kLines) text += "]";
  ASSERT_OK_AND_ASSIGN(const Landed landed, Land(text, spec, options));
  EXPECT_EQ(landed.rows, rows) << text;
  std::vector<std::string> landed_rejects;
  for (const auto& reject : landed.rejects) {
    landed_rejects.push_back(reject.column + ": " + reject.reason + " " + reject.text);
  }
  EXPECT_EQ(landed_rejects, rejects) << text;
}

TEST(RunReader, RecordsAmongOthersBecomeWhatTheyAreAlone) {
  for (unsigned seed = 0; seed < 150 && !::testing::Test::HasFailure(); ++seed) {
    SCOPED_TRACE(seed);
    AlikeMaker maker(seed);
    std::vector<std::string> records;
    for (unsigned n = 1 + maker.Below(60); n > 0; --n) records.push_back(maker.Make());
    schema::TableSpec spec = SpecFor(kAlikeColumns);
    if (seed % 3 == 0) spec.extra = schema::ExtraColumns::kIgnore;
    ExpectAsAlone(records, spec, {.layout = Layout::kLines, .text_takes_any_value = seed % 2 == 0});
  }
}

TEST(RunReader, ElementsOfAnArrayBecomeWhatTheyAreAlone) {
  for (unsigned seed = 0; seed < 60 && !::testing::Test::HasFailure(); ++seed) {
    SCOPED_TRACE(seed);
    AlikeMaker maker(seed);
    std::vector<std::string> records;
    while (records.size() < 30) {
      const std::string record = maker.Make();
      // What upsets quotes or brackets would move the ends of the records around it, too.
      const auto landed = Land("[" + record + "\n,{}]", SpecFor(kAlikeColumns), {.layout = Layout::kDocument});
      if (landed && landed->rows.size() + landed->rejects.size() == 2) records.push_back(record);
    }
    ExpectAsAlone(records, SpecFor(kAlikeColumns), {.layout = Layout::kDocument});
  }
}

TEST(RunReader, RowsThatFitBesideOnesThatDoNotStayInOrderOverManyBlocks) {
  std::string text;
  Rows expected;
  std::size_t rejected = 0;
  for (int i = 0; i < 30'000; ++i) {
    const bool bad = i % 1009 == 5;
    rejected += bad ? 1 : 0;
    const std::string number = std::to_string(i);
    text += i % 7 == 3 ? "{\"b\":\"x\",\"a\":" : "{\"a\":";
    text += bad ? "true" : number;
    text += i % 7 == 3 ? "}\n" : ",\"b\":\"x\"}\n";
    if (!bad) expected.push_back({number, "x"});
  }
  ASSERT_OK_AND_ASSIGN(const Landed landed, Land(text, SpecFor("a int64, b string"), {.layout = Layout::kLines}));
  EXPECT_EQ(landed.rows, expected);
  EXPECT_EQ(landed.rejects.size(), rejected);
}

TEST(RunReader, AnObjectDoesNotGoOnInTheNextLine) {
  std::string text = "{\"a\":1,\"b\":2}\n";
  for (int i = 0; i < 50; ++i) text += "{\"a\":1,\"b\":2}\n{\"a\":1,\n\"b\":2}\n";
  ASSERT_OK_AND_ASSIGN(const Landed landed, Land(text, SpecFor("a int64, b int64"), {.layout = Layout::kLines}));
  EXPECT_EQ(landed.rows.size(), 51U);
  EXPECT_EQ(landed.rejects.size(), 100U);
}

TEST(RunReader, ColumnsWithoutAKeyGetTheirConstantOrDefault) {
  schema::TableSpec spec = SpecFor("a int64, source string, kind string, left string");
  spec.columns[1].value = "here";
  spec.columns[2].default_text = "plain";
  ASSERT_OK_AND_ASSIGN(const Landed landed, Land("{\"a\":1}\n{\"a\":2}\n{\"a\":3}\n", spec));
  EXPECT_THAT(landed.rows,
              ElementsAre(ElementsAre("1", "here", "plain", "null"), ElementsAre("2", "here", "plain", "null"),
                          ElementsAre("3", "here", "plain", "null")));
}

TEST(RunReader, NestedColumnsWithoutAKeyAreNullWhereTheyMayBe) {
  std::string text;
  for (int i = 0; i < 50; ++i)
    text += i % 20 == 19 ? R"({"a":1,"l":[1],"s":{"x":"y"}})"
                           "\n"
                         : "{\"a\":1}\n";
  ASSERT_OK_AND_ASSIGN(const Landed landed, Land(text, SpecFor("a int64, l list<int64>, s struct<x string not null>")));
  ASSERT_EQ(landed.rows.size(), 50U);
  for (std::size_t i = 0; i < 50; ++i) EXPECT_EQ(landed.rows[i][1] == "null", i % 20 != 19) << i;
  for (std::size_t i = 0; i < 50; ++i) EXPECT_EQ(landed.rows[i][2] == "null", i % 20 != 19) << i;
  schema::TableSpec strict = SpecFor("a int64, l list<int64> not null");
  strict.extra = schema::ExtraColumns::kIgnore;
  ASSERT_OK_AND_ASSIGN(const Landed rejected, Land(text, strict));
  EXPECT_EQ(rejected.rows.size(), 2U);
  EXPECT_EQ(rejected.rejects.size(), 48U);
}

TEST(RunReader, DuplicatesAreFoundInEveryRecord) {
  schema::TableSpec spec = SpecFor("a int64, b int64");
  spec.renames = {{"old", "a"}};
  spec.extra = schema::ExtraColumns::kIgnore;
  for (const std::string record :
       {R"({"a":1,"old":2})", R"({"a":1,"a":1})", R"({"b":1,"a":1,"b":1})", R"({"x":1,"x":2})"}) {
    std::string text;
    for (int i = 0; i < 100; ++i) text += record + "\n";
    ASSERT_OK_AND_ASSIGN(const Landed landed, Land(text, spec));
    EXPECT_THAT(landed.rows, IsEmpty()) << record;
    EXPECT_EQ(landed.rejects.size(), 100U) << record;
  }
}

TEST(RunReader, NamesThatNeedEscapesAreFoundByTheirMeaning) {
  schema::TableSpec spec = SpecFor("a int64");
  spec.columns[0].field.name = "a\"b";
  ASSERT_OK_AND_ASSIGN(const Landed landed, Land("{\"a\\\"b\":1}\n{\"a\\\"b\":2}\n{\"a\\u0022b\":3}\n", spec));
  EXPECT_THAT(landed.rows, ElementsAre(ElementsAre("1"), ElementsAre("2"), ElementsAre("3")));
  EXPECT_THAT(landed.rejects, IsEmpty());
}

}  // namespace
}  // namespace sluice::json
