#include "textlog/pairs.h"

#include <gtest/gtest.h>

namespace sluice::textlog {
namespace {

TEST(Pairs, BecomeAnObjectOfStrings) {
  EXPECT_EQ(PairsToJson("a=1"), R"({"a":"1"})");
  EXPECT_EQ(PairsToJson(" a=1\tb.c-d=\"two words\"  e= "), R"({"a":"1","b.c-d":"two words","e":""})");
  EXPECT_EQ(PairsToJson("p=C:\\x q=\"\x01\""), R"({"p":"C:\\x","q":"\u0001"})");
  EXPECT_EQ(PairsToJson("u=http://h/?a=b"), R"({"u":"http://h/?a=b"})");
}

TEST(Pairs, AnythingElseIsLeftAlone) {
  for (const char* text :
       {"", "  ", "a", "a=1 b", "=1", "a =1", "a=1 a=2", "a=\"open", "a=\"x\"y", "a=x\"y", "{\"a\":1}", "a=1,b=2 c"}) {
    EXPECT_EQ(PairsToJson(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace sluice::textlog
