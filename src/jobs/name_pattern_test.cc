#include "jobs/name_pattern.h"

#include <array>
#include <string>
#include <tuple>

#include "jobs/week.h"
#include "tests/support/result_matchers.h"

namespace sluice::jobs {
namespace {

using core::ErrorKind;
using ::sluice::testing::FailsWith;
using ::testing::HasSubstr;
using Kind = NamePattern::Match::Kind;

Date Day(const char* text) { return *ParseDate(text); }
NamePattern Pattern(std::string_view text) { return *NamePattern::Parse(text); }

TEST(Date, OnlyCalendarDatesAreRead) {
  EXPECT_EQ(FormatDate(Day("2024-02-29")), "2024-02-29");
  for (const char* text :
       {"2025-02-29", "2025-13-45", "20251028", "2025-10-28 ", "2025-1-28", "0000-01-01", "", "+025-01-01"}) {
    EXPECT_THAT(ParseDate(text), FailsWith(ErrorKind::kInvalidInput, HasSubstr("2025-10-28"))) << text;
  }
}

TEST(Date, TodayDependsOnTheZone) {
  const core::Timestamp time{std::chrono::seconds(1'761'609'600)};  // 2025-10-28T00:00:00Z
  EXPECT_EQ(FormatDate(*DateIn("UTC", time)), "2025-10-28");
  EXPECT_EQ(FormatDate(*DateIn("America/New_York", time)), "2025-10-27");
  EXPECT_EQ(FormatDate(*DateIn("Asia/Bangkok", time + std::chrono::hours(17))), "2025-10-29");
  EXPECT_THAT(CheckZone("Asia/Bangkok"), sluice::testing::IsOk());
  EXPECT_THAT(CheckZone("Asia/Bankok"), FailsWith(ErrorKind::kInvalidInput, HasSubstr("did you mean 'Asia/Bangkok'?")));
  EXPECT_THAT(DateIn("../../etc/passwd", time), FailsWith(ErrorKind::kInvalidInput, HasSubstr("not a time zone")));
}

TEST(Week, IsoWeeksFollowTheirThursday) {
  EXPECT_EQ(IsoWeekOf(Day("2024-12-30")).year, 2025);
  EXPECT_EQ(IsoWeekOf(Day("2024-12-30")).week, 1);
  EXPECT_EQ(IsoWeekOf(Day("2027-01-03")).week, 53);
  EXPECT_EQ(IsoWeekOf(Day("2027-01-03")).year, 2026);
  for (Date date = Day("1999-01-01"); date < Day("2031-01-01"); date += std::chrono::days(1)) {
    const IsoWeek week = IsoWeekOf(date);
    const auto offset = date - MondayOf(week);
    ASSERT_TRUE(offset.count() >= 0 && offset.count() < 7) << FormatDate(date);
  }
}

TEST(NamePattern, ExpandsAndFindsTheDateAgain) {
  const std::array<std::tuple<const char*, const char*, const char*, const char*>, 8> cases{{
      {"d_{date:%Y%m%d}.csv", "2025-10-28", "d_20251028.csv", "2025-10-28"},
      {"{date:%Y}/{date:%m}/x_{date:%Y-%m-%d}", "2025-01-02", "2025/01/x_2025-01-02", "2025-01-02"},
      {"w_{date:%G%V}.csv", "2025-10-28", "w_202544.csv", "2025-10-27"},
      {"w_{date:%G%V}.csv", "2024-12-31", "w_202501.csv", "2024-12-30"},
      {"w_{date:%Y%W}", "2025-10-28", "w_202543", "2025-10-27"},
      {"w_{date:%Y%U}", "2025-01-01", "w_202500", "2025-01-01"},
      {"m_{date:%y%m}", "2025-10-28", "m_2510", "2025-10-01"},
      {"j_{date:%Y%j}%", "2024-12-31", "j_2024366%", "2024-12-31"},
  }};
  for (const auto& [pattern, date, path, read] : cases) {
    EXPECT_EQ(Pattern(pattern).Expand(Day(date)), path);
    const auto match = Pattern(pattern).MatchPath(path);
    EXPECT_EQ(match.kind, Kind::kDated) << path;
    EXPECT_EQ(FormatDate(match.date), read) << path;
  }
}

TEST(NamePattern, EveryDayOfManyYearsSurvivesEachSpelling) {
  for (const char* text : {"{date:%Y%m%d}", "{date:%y.%j}", "{date:%G-%V}", "{date:%Y-%W}", "{date:%Y-%U}"}) {
    const NamePattern pattern = Pattern(text);
    for (Date date = Day("2019-12-20"); date < Day("2033-01-10"); date += std::chrono::days(1)) {
      const auto match = pattern.MatchPath(pattern.Expand(date));
      ASSERT_EQ(match.kind, Kind::kDated) << text << " " << FormatDate(date);
      const auto offset = date - match.date;
      ASSERT_TRUE(offset.count() >= 0 && offset.count() < 7) << text << " " << FormatDate(date);
    }
  }
}

TEST(NamePattern, WrongDatesAreToldFromOtherNames) {
  const NamePattern daily = Pattern("in/q_{date:%Y%m%d}.csv");
  for (const char* path :
       {"in/q_20251345.csv", "in/q_20250229.csv", "in/q_2025102.csv", "in/q_202510281.csv", "in/q_2025-10-28.csv"}) {
    EXPECT_EQ(daily.MatchPath(path).kind, Kind::kWrongDate) << path;
  }
  for (const char* path : {"in/q_latest.csv", "in/q_20251028.csv.gz", "in/q_.csv", "in/q_20251028_b.csv",
                           "q_20251028.csv", "in/x/q_20251028.csv", ""}) {
    EXPECT_EQ(daily.MatchPath(path).kind, Kind::kNo) << path;
  }
  EXPECT_EQ(Pattern("w_{date:%G%V}").MatchPath("w_202553").kind, Kind::kWrongDate);  // 2025 has 52 weeks
  EXPECT_EQ(Pattern("{date:%Y}/{date:%Y%m%d}").MatchPath("2024/20251028").kind, Kind::kWrongDate);
  EXPECT_EQ(Pattern("w_{date:%G%V}").MatchPath("w_000000").kind, Kind::kWrongDate);
}

TEST(NamePattern, StarsStayWithinOneName) {
  EXPECT_EQ(Pattern("a/*_{date:%Y%m%d}*.csv").MatchPath("a/x_1_20251028_part2.csv").kind, Kind::kDated);
  EXPECT_EQ(Pattern("a/*.csv").MatchPath("a/b/c.csv").kind, Kind::kNo);
  EXPECT_EQ(Pattern("a/?.csv").MatchPath("a/b.csv").kind, Kind::kUndated);
  EXPECT_EQ(Pattern("report.json").MatchPath("report.json").kind, Kind::kUndated);
  EXPECT_EQ(Pattern("a/*_{date:%Y}{date:%m}*.csv").Glob(), "a/*_*.csv");
  EXPECT_EQ(Pattern("a[1]/{date:%Y}*").Glob(), "a[[]1]/*");
  EXPECT_EQ(Pattern("день?_{date:%Y}").MatchPath("деньй_2025").kind, Kind::kDated);
  EXPECT_EQ(Pattern("день?_{date:%Y}").MatchPath("деньй_20251").kind, Kind::kWrongDate);
}

TEST(NamePattern, HostileNamesCostNoTime) {
  const NamePattern pattern = Pattern("*a*a*a_{date:%Y%m%d}b");
  EXPECT_EQ(pattern.MatchPath(std::string(255, 'a') + "_1").kind, Kind::kNo);
}

TEST(NamePattern, MistakesNameTheConversion) {
  EXPECT_THAT(NamePattern::Parse("{date:%Y%q}"), FailsWith(ErrorKind::kInvalidInput, HasSubstr("'%q'")));
  EXPECT_THAT(NamePattern::Parse("{date:%}"), FailsWith(ErrorKind::kInvalidInput, HasSubstr("'%'")));
  EXPECT_THAT(NamePattern::Parse("{dat:%Y}"), FailsWith(ErrorKind::kInvalidInput, HasSubstr("'{dat:%Y}'")));
  EXPECT_THAT(NamePattern::Parse("{date:%Y"), FailsWith(ErrorKind::kInvalidInput, HasSubstr("placeholder")));
  EXPECT_THAT(NamePattern::Parse("{date:%Y/%m}"),
              FailsWith(ErrorKind::kInvalidInput, HasSubstr("{date:%Y}/{date:%m}")));
  EXPECT_THAT(NamePattern::Parse("a/**/b"), FailsWith(ErrorKind::kInvalidInput, HasSubstr("'**'")));
  EXPECT_THAT(NamePattern::Parse("****"), FailsWith(ErrorKind::kInvalidInput, HasSubstr("'**'")));
  EXPECT_THAT(NamePattern::Parse("*a*a*a*"), FailsWith(ErrorKind::kInvalidInput, HasSubstr("more than 3 stars")));
}

TEST(NamePattern, KnowsWhetherAnyDateCanBeRead) {
  EXPECT_TRUE(Pattern("{date:%Y%m}").determines_date());
  EXPECT_TRUE(Pattern("{date:%G%V}").determines_date());
  EXPECT_FALSE(Pattern("{date:%m%d}").determines_date());
  EXPECT_FALSE(Pattern("x").determines_date());
}

TEST(ExpandDates, LeavesOtherTextAlone) {
  EXPECT_EQ(*ExpandDates("on {date:%d.%m.%Y}, {x} {", Day("2025-10-28")), "on 28.10.2025, {x} {");
  EXPECT_THAT(ExpandDates("{date:%Y", Day("2025-10-28")),
              FailsWith(ErrorKind::kInvalidInput, HasSubstr("placeholder")));
}

}  // namespace
}  // namespace sluice::jobs
