#include "columns/reject.h"

#include <gtest/gtest.h>

#include "columns/utf8.h"

namespace sluice::columns {
namespace {

std::string JsonLine(const Reject& reject) {
  std::string lines;
  AppendJsonLine(reject, &lines);
  return lines;
}

TEST(Reject, IsOneJsonLineWithItsMembersInOrder) {
  const Reject reject{.source = "in.csv",
                      .line = 50001,
                      .byte_begin = 123,
                      .byte_end = 140,
                      .column = "v",
                      .reason = "not an int64",
                      .text = "1,\"a\n\"\t\\"};
  EXPECT_EQ(JsonLine(reject), R"({"source":"in.csv","line":50001,"byte_begin":123,"byte_end":140,"column":"v",)"
                              R"("reason":"not an int64","text":"1,\"a\n\"\t\\"})"
                              "\n");
}

TEST(Reject, BytesThatAreNoUtf8BecomeReplacementCharacters) {
  const Reject reject{.text = std::string("\x01 gr\xC3\xBC \xFF\xC3", 9)};
  EXPECT_NE(JsonLine(reject).find("\"text\":\"\\u0001 gr\xC3\xBC \xEF\xBF\xBD\xEF\xBF\xBD\""), std::string::npos)
      << JsonLine(reject);
}

TEST(Utf8, RefusesSurrogatesAndOverlongForms) {
  EXPECT_TRUE(IsUtf8("\xF0\x9F\x98\x80"));
  EXPECT_FALSE(IsUtf8("\xED\xA0\x80"));
  EXPECT_FALSE(IsUtf8("\xC0\x80"));
  EXPECT_EQ(ToValidUtf8("\xF0\x9F\x98"), "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD");
}

}  // namespace
}  // namespace sluice::columns
