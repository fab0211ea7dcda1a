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

/// The column `a` of `text`, and the lines of its rejects.
struct Layouts {
  std::vector<std::string> values;
  std::vector<std::uint64_t> reject_lines;
};

core::Result<Layouts> LandA(const std::string& text, JsonOptions options = {}, const std::string& records = "") {
  schema::TableSpec spec = SpecFor("a int64");
  spec.records = records;
  SLUICE_ASSIGN_OR_RETURN(const Landed landed, Land(text, spec, options));
  Layouts layouts;
  for (const auto& row : landed.rows) layouts.values.push_back(row[0]);
  for (const auto& reject : landed.rejects) layouts.reject_lines.push_back(reject.line);
  return layouts;
}

TEST(JsonLayout, ArrayElementsAreRecords) {
  const std::string text = "\xEF\xBB\xBF\n [ {\"a\":1},\n{\"a\"\n:2} , 7\n,\n{\"a\":\"]},{\"}\n, {\"a\":3}\n]\n ";
  for (const std::size_t chunk_bytes : {1U, 2U, 5U, 16U, 1000U}) {
    ASSERT_OK_AND_ASSIGN(const Layouts layouts, LandA(text, {.chunk_bytes = chunk_bytes}));
    EXPECT_THAT(layouts.values, ElementsAre("1", "2", "3")) << chunk_bytes;
    EXPECT_THAT(layouts.reject_lines, ElementsAre(4U, 6U)) << chunk_bytes;
  }
}

TEST(JsonLayout, ObjectsFollowOneAnother) {
  ASSERT_OK_AND_ASSIGN(const Layouts one, LandA("{\n \"a\" : 1\n}\n"));
  EXPECT_THAT(one.values, ElementsAre("1"));
  ASSERT_OK_AND_ASSIGN(const Layouts more, LandA("{\"a\":1}{\"a\":2}\n{\n\"a\":\n3} {\"a\":true}", {.chunk_bytes = 4}));
  EXPECT_THAT(more.values, ElementsAre("1", "2", "3"));
  EXPECT_THAT(more.reject_lines, ElementsAre(4U));
}

TEST(JsonLayout, LinesAreRecognizedByTheFirst) {
  ASSERT_OK_AND_ASSIGN(const Layouts layouts, LandA("\n{\"a\":1}\nbad\n{\"a\":3}\n"));
  EXPECT_THAT(layouts.values, ElementsAre("1", "3"));
  EXPECT_THAT(layouts.reject_lines, ElementsAre(3U));
}

TEST(JsonLayout, NothingIsNoRecords) {
  for (const std::string text : {"", " \n\t\r\n", "[]", " [ ]\n", "\xEF\xBB\xBF"}) {
    ASSERT_OK_AND_ASSIGN(const Layouts layouts, LandA(text));
    EXPECT_THAT(layouts.values, IsEmpty());
    EXPECT_THAT(layouts.reject_lines, IsEmpty());
  }
}

TEST(JsonLayout, FlawsBetweenRecordsEndTheReading) {
  const auto fails = [](const std::string& text, const std::string& message) {
    for (const std::size_t chunk_bytes : {2U, 1000U}) {
      EXPECT_THAT(LandA(text, {.chunk_bytes = chunk_bytes}), FailsWith(ErrorKind::kCorruption, HasSubstr(message)))
          << text;
    }
  };
  fails("[{\"a\":1}\n,{\"a\":2}", "line 2, byte 17: the input ends");
  fails("[{\"a\":1},\n{\"a\":", "the input ends inside the record that begins at line 2, byte 10");
  fails("[", "before the array is closed");
  fails("[{\"a\":1}]\nx", "line 2, byte 10: trailing data");
  fails("[{\"a\":1}][]", "trailing data");
  fails("{\"a\":1} x", "byte 8: trailing data");
  fails("[{\"a\":1},]", "']' where a record is expected");
  fails("[,]", "',' where a record is expected");
  fails("[{\"a\":[1}]", "closes a bracket of the other kind");
  fails("42", "an object or an array of objects is expected");
}

TEST(JsonLayout, RecordsAreFoundByTheirPath) {
  const std::string text = "{\"b\":{\"c,]\":[0],\n\"r\":[\n{\"a\":1},\n{\"a\":false}]}}";
  ASSERT_OK_AND_ASSIGN(const Layouts layouts, LandA(text, {}, "b.r"));
  EXPECT_THAT(layouts.values, ElementsAre("1"));
  EXPECT_THAT(layouts.reject_lines, ElementsAre(4U));
  EXPECT_THAT(LandA(text, {}, "b.s"), FailsWith(ErrorKind::kNotFound, HasSubstr("no 's'")));
  EXPECT_THAT(LandA(text, {}, "b"), FailsWith(ErrorKind::kCorruption, HasSubstr("no array")));
  EXPECT_THAT(LandA("[1]", {}, "b"), FailsWith(ErrorKind::kCorruption, HasSubstr("an object is expected")));
  EXPECT_THAT(LandA(text + "x", {}, "b.r"), FailsWith(ErrorKind::kCorruption, HasSubstr("trailing data")));
  EXPECT_THAT(LandA("{\"r\":[{\"a\":1}],\"x\":1 2}", {}, "r"),
              FailsWith(ErrorKind::kCorruption, HasSubstr("valid JSON")));
  EXPECT_THAT(LandA("{\"r\":[{\"a\":1}", {}, "r"), FailsWith(ErrorKind::kCorruption, HasSubstr("ends inside")));
  EXPECT_THAT(LandA(text, {.document_bytes_max = 20}, "b.r"),
              FailsWith(ErrorKind::kLimitExceeded, HasSubstr("larger")));
  EXPECT_THAT(LandA(text, {.layout = Layout::kLines}, "b.r"),
              FailsWith(ErrorKind::kConfiguration, HasSubstr("records")));
}

TEST(JsonLayout, ARecordsOwnKeyWinsOverTheInheritedOne) {
  schema::TableSpec spec = SpecFor("a int64, b string");
  spec.records = "r";
  ASSERT_OK_AND_ASSIGN(const Landed landed,
                       Land("{\"b\":\"doc\",\"other\":[1],\"r\":[{\"a\":1},{\"b\":\"own\"},{\"b\":null}]}", spec));
  EXPECT_THAT(landed.rows,
              ElementsAre(ElementsAre("1", "doc"), ElementsAre("null", "own"), ElementsAre("null", "null")));
  ASSERT_THAT(landed.findings, SizeIs(1));
  EXPECT_EQ(landed.findings[0].column, "other");
}

TEST(JsonLayout, LongElementsAreRejectedAndSkipped) {
  const JsonOptions options{.chunk_bytes = 16, .record_bytes_max = 40};
  const std::string longer = "{\"a\":\n\"" + std::string(300, 'x') + "\"}";
  ASSERT_OK_AND_ASSIGN(const Layouts layouts,
                       LandA("[{\"a\":1},\n" + longer + ",\n{\"a\":2},\n{\"a\":\"no\"}]", options));
  EXPECT_THAT(layouts.values, ElementsAre("1", "2"));
  EXPECT_THAT(layouts.reject_lines, ElementsAre(2U, 5U));
}

}  // namespace
}  // namespace sluice::json
