#include "json/unescape.h"

#include <gtest/gtest.h>

#include <string>

namespace sluice::json {
namespace {

std::string Unescaped(std::string_view raw) {
  TextArena arena;
  std::string_view text;
  if (!arena.Unescape(raw, text)) return "malformed";
  EXPECT_EQ(UnescapedSize(raw), static_cast<std::ptrdiff_t>(text.size()));
  return std::string(text);
}

TEST(Unescape, WritesEachLengthOfUtf8) {
  EXPECT_EQ(Unescaped("a\\u0041\\u007f"), "aA\x7F");
  EXPECT_EQ(Unescaped("\\u00e9\\u07FF"), "\u00e9\u07FF");
  EXPECT_EQ(Unescaped("\\u20ac\\uffff"), "\u20ac\uffff");
  EXPECT_EQ(Unescaped("\\ud800\\udc00\\udbff\\udfff"), "\U00010000\U0010FFFF");
  EXPECT_EQ(Unescaped("\\u0000x"), std::string("\0x", 2));
}

TEST(Unescape, RefusesWhatIsNoEscape) {
  for (const char* raw : {"\\", "\\x", "\\u", "\\u12", "\\u12g4", "\\ud800", "\\udc00", "\\ud800x", "\\ud800\\u0041",
                          "\\ud800\\", "\\U0041", "a\\'"}) {
    EXPECT_EQ(Unescaped(raw), "malformed") << raw;
    EXPECT_EQ(UnescapedSize(raw), -1) << raw;
  }
}

TEST(TextArena, KeepsTextsUntilCleared) {
  TextArena arena;
  std::vector<std::string_view> texts;
  for (int i = 0; i < 20'000; ++i) texts.push_back(arena.Copy("text " + std::to_string(i)));
  for (int i = 0; i < 20'000; ++i) ASSERT_EQ(texts[static_cast<std::size_t>(i)], "text " + std::to_string(i));
  arena.Clear();
  EXPECT_EQ(arena.Copy(std::string(200'000, 'x')).size(), 200'000U);
}

}  // namespace
}  // namespace sluice::json
