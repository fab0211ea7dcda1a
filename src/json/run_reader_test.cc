#include <random>
#include <string>

#include "json/test_input.h"

// A record read with others before it may be taken as one of a run; the first of an input never is. So each record
// alone in an input says what it must become among others.
namespace sluice::json {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

using Rows = std::vector<std::vector<std::string>>;

constexpr const char* kColumns =
    "id int64, price decimal(9,2), score float64, on bool, name string, a_name_beyond_16_bytes_1 string, "
    "a_name_beyond_16_bytes_2 string, name_9_16_1 string, name_9_16_2 string, at timestamp(us)";

/// Records that are mostly alike.
class AlikeMaker {
 public:
  explicit AlikeMaker(unsigned seed) : random_(seed) {}

  std::string Make() {
    std::vector<std::string> members = {
        "\"id\":" + Pick({"1", "-20", "123456789012345678", "0", "null"}),
        "\"price\":" + Pick({"1.25", "\"7.5\"", "1234567.89", "0.00", "null"}),
        "\"score\":" + Pick({"1.5", "-0.25e10", "3", "12345678.87654321", "null"}),
        "\"on\":" + Pick({"true", "false", "null"}),
        "\"name\":" + Pick({"\"\"", "\"é\"", R"("a\"b")", R"("\u00e9\n")", R"("},{\"id\":1")", "\"[\"", "null"}),
        "\"a_name_beyond_16_bytes_1\":\"one\"",
        "\"a_name_beyond_16_bytes_2\":\"two\"",
        "\"name_9_16_1\":\"three\"",
        "\"name_9_16_2\":\"four\"",
        "\"at\":\"2025-10-28 00:15:23\"",
    };
    if (Below(8) == 0) Change(members);
    std::string text = "{";
    for (const std::string& member : members) text += (text.size() > 1 ? "," : "") + member;
    text += "}";
    if (Below(12) == 0)
      text.insert(1 + Below(static_cast<unsigned>(text.size())), Pick({" ", ",", "\"", "}", "0", "x", "\t"}));
    if (Below(12) == 0) text[text.find(',')] = Pick({":", "}", "]", " ", "{"})[0];
    return text;
  }
  unsigned Below(unsigned n) { return std::uniform_int_distribution<unsigned>(0, n - 1)(random_); }

 private:
  std::string Pick(const std::vector<std::string>& from) { return from[Below(static_cast<unsigned>(from.size()))]; }

  void Change(std::vector<std::string>& members) {
    const std::size_t place = Below(static_cast<unsigned>(members.size()));
    std::string& member = members[place];
    switch (Below(6)) {
      case 0: members.erase(members.begin() + static_cast<std::ptrdiff_t>(place)); break;
      case 1: std::swap(member, members.front()); break;
      case 2:
        member = Pick({"\"new\":1", "\"id\":5", "\"\":2", R"("na\u006de":"escaped")", "7", "\"on\" :true"});
        break;
      case 3: std::swap(members[5], members[6]); break;
      case 4: std::swap(members[7], members[8]); break;
      default:
        member.resize(member.find(':') + 1);
        member += Pick({"01",          "1.",          ".5",  "-",   "1e",
                        "1e+",         "1E5",         "tru", "nul", "nullx",
                        "\"\\q\"",     "\"\\ud83d\"", "[]",  "{}",  "[1,2]",
                        R"({"id":1})", "\"x\" \"y\"", "1 2", "",    "9999999999999999999",
                        "\"no time\""});
    }
  }

  std::mt19937 random_;
};

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
    schema::TableSpec spec = SpecFor(kColumns);
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
      const auto landed = Land("[" + record + "\n,{}]", SpecFor(kColumns), {.layout = Layout::kDocument});
      if (landed && landed->rows.size() + landed->rejects.size() == 2) records.push_back(record);
    }
    ExpectAsAlone(records, SpecFor(kColumns), {.layout = Layout::kDocument});
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
