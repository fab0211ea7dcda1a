#include "query/scalar_text.h"

#include <gtest/gtest.h>

#include <limits>

#include "query/text_width.h"

namespace sluice::query {
namespace {

template <typename... Arguments>
std::string Text(void (*append)(Arguments...), auto... arguments) {
  std::string text;
  append(arguments..., text);
  return text;
}

TEST(ScalarText, IntegersOf128BitsKeepAllDigits) {
  const Int128 max = static_cast<Int128>(~UnsignedInt128{0} >> 1);
  EXPECT_EQ(Text(&AppendInteger, Int128{0}), "0");
  EXPECT_EQ(Text(&AppendInteger, max), "170141183460469231731687303715884105727");
  EXPECT_EQ(Text(&AppendInteger, -max - 1), "-170141183460469231731687303715884105728");
  EXPECT_EQ(Text(&AppendUnsigned, ~UnsignedInt128{0}), "340282366920938463463374607431768211455");
}

TEST(ScalarText, DecimalsKeepTheirScale) {
  EXPECT_EQ(Text(&AppendDecimal, Int128{12345}, 2), "123.45");
  EXPECT_EQ(Text(&AppendDecimal, Int128{-5}, 3), "-0.005");
  EXPECT_EQ(Text(&AppendDecimal, Int128{100}, 2), "1.00");
  EXPECT_EQ(Text(&AppendDecimal, Int128{7}, 0), "7");
}

TEST(ScalarText, DoublesReadBackAsTheSameNumber) {
  EXPECT_EQ(Text(&AppendDouble, 1.0), "1.0");
  EXPECT_EQ(Text(&AppendDouble, 0.1), "0.1");
  EXPECT_EQ(Text(&AppendDouble, -0.0), "-0.0");
  EXPECT_EQ(Text(&AppendDouble, 1e300), "1e+300");
  EXPECT_EQ(Text(&AppendDouble, std::numeric_limits<double>::infinity()), "inf");
  EXPECT_EQ(Text(&AppendFloat, 0.1F), "0.1");
}

TEST(ScalarText, DatesBeforeChristAndBeforeTheEpoch) {
  EXPECT_EQ(Text(&AppendDate, 0), "1970-01-01");
  EXPECT_EQ(Text(&AppendDate, -1), "1969-12-31");
  EXPECT_EQ(Text(&AppendDate, 11'016), "2000-02-29");
  EXPECT_EQ(Text(&AppendDate, -719'528), "0001-01-01 (BC)");
}

TEST(ScalarText, TimestampsBeforeTheEpochRoundDown) {
  EXPECT_EQ(Text(&AppendTimestamp, std::int64_t{-1}, std::int64_t{1'000'000}), "1969-12-31 23:59:59.999999");
  EXPECT_EQ(Text(&AppendTimestamp, std::int64_t{1'500}, std::int64_t{1'000}), "1970-01-01 00:00:01.5");
}

TEST(ScalarText, JsonTextEscapesWhatJsonForbids) {
  EXPECT_EQ(Text(&AppendJsonText, "a\"b\\c\n\x01ü"), "\"a\\\"b\\\\c\\n\\u0001ü\"");
}

TEST(TextWidth, CountsColumnsNotBytes) {
  EXPECT_EQ(DisplayWidth("abc"), 3U);
  EXPECT_EQ(DisplayWidth("über"), 4U);
  EXPECT_EQ(DisplayWidth("日本"), 4U);
  EXPECT_EQ(DisplayWidth("e\xcc\x81"), 1U);
  EXPECT_EQ(DisplayWidth("😀"), 2U);
  EXPECT_EQ(DisplayWidth("\xff\xf0"), 2U);
}

TEST(TextWidth, ALongTextIsCutWithAMark) {
  EXPECT_EQ(FirstColumns("abcdef", 6), "abcdef");
  EXPECT_EQ(FirstColumns("abcdef", 4), "abc…");
  EXPECT_EQ(FirstColumns("日本語", 4), "日…");
  EXPECT_EQ(FirstColumns("日本語", 5), "日本…");
  EXPECT_EQ(FirstColumns("abcdef", 0), "abcdef");
}

TEST(TextWidth, ControlCharactersLoseTheirPower) {
  EXPECT_EQ(OneLine("a\nb\t\x1b[31m\xc2\x9b"
                    "0m ü"),
            "a\\nb\\t\\x1b[31m\\x9b0m ü");
}

}  // namespace
}  // namespace sluice::query
