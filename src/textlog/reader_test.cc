#include "textlog/reader.h"

#include <random>
#include <string>

#include "textlog/test_input.h"

namespace sluice::textlog {
namespace {

using core::ErrorKind;
using sluice::testing::FailsWith;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

const std::string kEvent = R"(\[(?P<timestamp>\S+)\] (?P<event_type>\w+)(?: (?P<metadata>.*))?)";
const std::string kMetric = R"(\[(?P<timestamp>\S+)\] metric (?P<metric_name>\w+)=(?P<metric_value>\S+))";
constexpr std::string_view kColumns =
    "timestamp timestamp(us,UTC), event_type string, metric_name string, metric_value float64, metadata json, day date";

schema::TableSpec SummarySpec() {
  schema::TableSpec spec = SpecFor(kColumns, {kMetric, kEvent});
  spec.columns[5].value = "2025-10-28";
  return spec;
}

TEST(TextlogReader, ReadsEventLinesByPatterns) {
  ASSERT_OK_AND_ASSIGN(const Landed landed, Land("[2025-10-28T05:00:00Z] metric p95=12.5\r\n"
                                                 "\n"
                                                 "[2025-10-28T05:00:01Z] vacuum table=orders note=\"two words\"\n"
                                                 "[2025-10-28T05:00:02Z] analyze {\"rows\": 7}\n"
                                                 "[2025-10-28T05:00:03Z] idle",
                                                 SummarySpec()));
  EXPECT_THAT(landed.rejects, IsEmpty());
  const auto null = "null";
  EXPECT_THAT(
      landed.rows,
      ElementsAre(ElementsAre("2025-10-28 05:00:00.000000Z", null, "p95", "12.5", null, "2025-10-28"),
                  ElementsAre("2025-10-28 05:00:01.000000Z", "vacuum", null, null,
                              R"({"table":"orders","note":"two words"})", "2025-10-28"),
                  ElementsAre("2025-10-28 05:00:02.000000Z", "analyze", null, null, R"({"rows": 7})", "2025-10-28"),
                  ElementsAre("2025-10-28 05:00:03.000000Z", "idle", null, null, null, "2025-10-28")));
}

TEST(TextlogReader, RejectsNameLineBytesColumnAndReason) {
  ASSERT_OK_AND_ASSIGN(const Landed landed,
                       Land("nothing\r\n\n[2025-10-28T05:00:00Z] idle\n[when] idle\n\xFF\n", SummarySpec()));
  EXPECT_THAT(landed.rows, SizeIs(1));
  ASSERT_THAT(landed.rejects, SizeIs(3));
  EXPECT_EQ(landed.rejects[0].line, 1U);
  EXPECT_EQ(landed.rejects[0].byte_end, 7U);
  EXPECT_EQ(landed.rejects[0].reason, "no pattern matches");
  EXPECT_EQ(landed.rejects[0].text, "nothing");
  EXPECT_EQ(landed.rejects[1].line, 4U);
  EXPECT_EQ(landed.rejects[1].column, "timestamp");
  EXPECT_EQ(landed.rejects[1].byte_begin, 38U);
  EXPECT_EQ(landed.rejects[2].line, 5U);
  EXPECT_THAT(landed.rejects[2].reason, HasSubstr("UTF-8"));
}

TEST(TextlogReader, GroupsGoToColumnsByNameFromAndRename) {
  schema::TableSpec spec = SpecFor("a int64, b string, c string", {R"((?P<a>\d+) (?P<x>\w+))", R"((?P<old>\w+))"});
  spec.columns[1].from = "x";
  spec.renames = {{"old", "b"}};
  ASSERT_OK_AND_ASSIGN(const Landed landed, Land("1 one\ntwo\n", spec));
  EXPECT_THAT(landed.rows, ElementsAre(ElementsAre("1", "one", "null"), ElementsAre("null", "two", "null")));
  ASSERT_THAT(landed.findings, SizeIs(3));
  EXPECT_EQ(landed.findings[0].detail, "as 'x'");
  EXPECT_EQ(landed.findings[1].detail, "as 'old'");
  EXPECT_EQ(landed.findings[2].kind, columns::ColumnFinding::Kind::kMissing);
  EXPECT_EQ(landed.findings[2].column, "c");
}

TEST(TextlogReader, RefusesSchemasThatCannotBeFilled) {
  EXPECT_THAT(Land("x", SpecFor("a string", {})), FailsWith(ErrorKind::kInvalidInput, HasSubstr("in.txt: ")));
  EXPECT_THAT(Land("x", SpecFor("a string", {"(?P<b>.*)"})),
              FailsWith(ErrorKind::kConfiguration, AllOf(HasSubstr("group 'b' of pattern 1 has no column"))));
  EXPECT_THAT(Land("x", SpecFor("a list<string>", {"(?P<a>.*)"})),
              FailsWith(ErrorKind::kConfiguration, HasSubstr("json or string")));
  schema::TableSpec ignoring = SpecFor("a string", {"(?P<a>.)(?P<b>.)"});
  ignoring.extra = schema::ExtraColumns::kIgnore;
  ASSERT_OK_AND_ASSIGN(const Landed landed, Land("xy", ignoring));
  EXPECT_THAT(landed.rows, ElementsAre(ElementsAre("x")));
}

TEST(TextlogReader, LongLinesAreRejectedAndSkipped) {
  const std::string longer(5000, 'x');
  ASSERT_OK_AND_ASSIGN(const Landed landed, Land("ab\n" + longer + "\ncd\n", SpecFor("a string", {"(?P<a>.*)"}),
                                                 {.chunk_bytes = 10, .record_bytes_max = 100}));
  EXPECT_THAT(landed.rows, ElementsAre(ElementsAre("ab"), ElementsAre("cd")));
  ASSERT_THAT(landed.rejects, SizeIs(1));
  EXPECT_EQ(landed.rejects[0].line, 2U);
  EXPECT_EQ(landed.rejects[0].byte_end, 5003U);
}

TEST(TextlogReader, LinesBehindALongOneAndBehindAMarkKeepTheirPlace) {
  const std::string longer(5000, 'x');
  ASSERT_OK_AND_ASSIGN(const Landed landed,
                       Land("\xEF\xBB\xBF"
                            "ab\n" +
                                longer + "\n?\n",
                            SpecFor("a string", {"(?P<a>\\w+)"}), {.chunk_bytes = 10, .record_bytes_max = 100}));
  EXPECT_THAT(landed.rows, ElementsAre(ElementsAre("ab")));
  ASSERT_THAT(landed.rejects, SizeIs(2));
  EXPECT_EQ(landed.rejects[1].line, 3U);
  EXPECT_EQ(landed.rejects[1].byte_begin, 5007U);
  ASSERT_OK_AND_ASSIGN(const Landed marked, Land("\xEF\xBB\xBF"
                                                 "?\n",
                                                 SpecFor("a string", {"(?P<a>\\w+)"})));
  ASSERT_THAT(marked.rejects, SizeIs(1));
  EXPECT_EQ(marked.rejects[0].byte_begin, 3U);
}

TEST(TextlogReader, AChunkOfManyLinesKeepsThemAll) {
  constexpr std::size_t kLines = 10'000;
  std::string text;
  for (std::size_t line = 1; line <= kLines; ++line) text += line % 1000 == 0 ? "?\n" : std::to_string(line) + "\n";
  ASSERT_OK_AND_ASSIGN(const Landed landed, Land(text, SpecFor("a int64", {"(?P<a>\\w+)"})));
  ASSERT_THAT(landed.rejects, SizeIs(10));
  EXPECT_EQ(landed.rejects[9].line, kLines);
  ASSERT_EQ(landed.rows.size(), kLines - 10);
  for (std::size_t row = 0; row < landed.rows.size(); ++row) {
    ASSERT_EQ(landed.rows[row][0], std::to_string(row + 1 + row / 999));
  }
}

/// Random lines of `k=v` and noise, against a split at the first '='.
TEST(TextlogReader, IsAsAPlainLoopSaysAtAnyChunkSizeAndThreadCount) {
  for (unsigned seed = 0; seed < 200; ++seed) {
    std::mt19937 random(seed);
    std::string text;
    std::vector<std::vector<std::string>> rows;
    std::vector<std::uint64_t> reject_lines;
    const std::size_t lines = random() % 50;
    for (std::size_t line = 1; line <= lines; ++line) {
      std::string record(random() % 12, ' ');
      for (char& c : record) c = "ab=7 "[random() % 5];
      const std::size_t split = record.find('=');
      const bool good = split != std::string::npos && split > 0 && record.find(' ') == std::string::npos;
      const bool blank = record.find_first_not_of(' ') == std::string::npos;
      if (good) {
        const std::string value = record.substr(split + 1);
        rows.push_back({record.substr(0, split), value.empty() ? "null" : value});
      } else if (!blank) {
        reject_lines.push_back(line);
      }
      text += record + (random() % 4 == 0 ? "\r\n" : "\n");
    }
    const TextlogOptions options{.chunk_bytes = 1 + random() % 200};
    ASSERT_OK_AND_ASSIGN(const Landed landed, Land(text, SpecFor("k string, v string", {"(?P<k>[^= ]+)=(?P<v>[^ ]*)"}),
                                                   options, 1 + seed % 3));
    std::vector<std::uint64_t> found;
    for (const columns::Reject& reject : landed.rejects) found.push_back(reject.line);
    ASSERT_EQ(landed.rows, rows) << seed;
    ASSERT_EQ(found, reject_lines) << seed;
  }
}

}  // namespace
}  // namespace sluice::textlog
