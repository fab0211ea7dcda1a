#include "expression/time_text.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

namespace sluice::expression {
namespace {

TEST(TimeText, ReadsDatesAsSparkDoes) {
  const std::vector<std::pair<std::string, int>> dates = {{"1970-01-01", 0},
                                                          {"2024-02-29", 19782},
                                                          {" 2024-2-9 ", 19762},
                                                          {"2024", 19723},
                                                          {"2024-03", 19783},
                                                          {"1969-12-31", -1},
                                                          {"0001-01-01", -719162},
                                                          {"-0044-03-15", -735525},
                                                          {"9999-12-31", 2932896},
                                                          {"+10000-01-01", 2932897},
                                                          {"2024-02-29T25:99", 19782},
                                                          {"2024-02-29 x", 19782},
                                                          {"0000-02-29", -719469},
                                                          {"+5881580-07-11", 2147483647},
                                                          {"-5877641-06-23", -2147483647 - 1}};
  for (const auto& [text, days] : dates) EXPECT_EQ(ParseDate(text), days) << text;
  for (const std::string text : {"", "2024-02-30", "2023-02-29", "2024-13-01", "2024-00-01", "2024-01-00", "24-01-01",
                                 "2024-01-01x", "2024-001-01", "2024/01/01", "soon", "-", "+5881580-07-12", "2024-"}) {
    EXPECT_EQ(ParseDate(text), std::nullopt) << text;
  }
}

TEST(TimeText, ReadsTimestampsToTheirEnds) {
  const auto micros = [](std::string_view text) {
    const auto timestamp = ParseTimestamp(text);
    return timestamp ? timestamp->micros : -42;
  };
  EXPECT_EQ(micros("1970-01-01 00:00:30"), 30'000'000);
  EXPECT_EQ(micros("1970-01-01T0:1"), 60'000'000);
  EXPECT_EQ(micros("1969-12-31 23:59:59.5"), -500'000);
  EXPECT_EQ(micros("1970-01-01 00:00:00.1234567"), 123'456);
  EXPECT_EQ(micros("1970-01-01 00:00:00.000001Z"), 1);
  EXPECT_EQ(micros("1970-01-01 02:00:00 +02:00"), 0);
  EXPECT_EQ(micros("1969-12-31 22:30:00-0130"), 0);
  EXPECT_EQ(micros("1970-01-01 01:00 UTC"), 3'600'000'000);
  EXPECT_EQ(micros("+294247-01-10T04:00:54.775807Z"), std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(micros("-290308-12-21T19:59:05.224192Z"), std::numeric_limits<std::int64_t>::min());
  EXPECT_FALSE(ParseTimestamp("1970-01-01 00:00:00")->has_zone);
  EXPECT_TRUE(ParseTimestamp("1970-01-01 00:00:00+00")->has_zone);
  for (const std::string text :
       {"1970-01-01 24:00:00", "1970-01-01 00:60:00", "1970-01-01 00:00:60", "1970-01-01 00", "1970-01-01 ",
        "1970-01-01T", "1970-01-01 00:00:00 Europe/Berlin", "1970-01-01 00:00:00+1:2", "1970-01-01 00:00:00+19:00",
        "+294247-01-10T04:00:54.775808Z", "-290308-12-21T19:59:05.224191Z", "+999999-01-01", "1970-01-01x"}) {
    EXPECT_EQ(micros(text), text == "1970-01-01 " ? 0 : -42) << text;
  }
}

TEST(TimeText, ReadsBackWhatItWrites) {
  for (std::int64_t days = -1'000'000; days < 4'000'000; days += 997) {
    EXPECT_EQ(ParseDate(FormatDate(days)), days) << FormatDate(days);
  }
  for (const std::int64_t micros :
       {std::int64_t{0}, std::int64_t{-1}, std::int64_t{1'706'745'600'500'000}, std::int64_t{-62'135'596'800'000'001},
        std::numeric_limits<std::int64_t>::max(), std::numeric_limits<std::int64_t>::min()}) {
    const std::string text = FormatTimestamp(micros);
    ASSERT_TRUE(ParseTimestamp(text).has_value()) << text;
    EXPECT_EQ(ParseTimestamp(text)->micros, micros) << text;
  }
  EXPECT_EQ(FormatTimestamp(1'706'745'600'500'000), "2024-02-01 00:00:00.5");
  EXPECT_EQ(FormatDate(-735525), "-0044-03-15");
}

}  // namespace
}  // namespace sluice::expression
