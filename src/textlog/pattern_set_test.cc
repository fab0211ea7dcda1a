#include "textlog/pattern_set.h"

#include <gmock/gmock.h>

#include "tests/support/result_matchers.h"

namespace sluice::textlog {
namespace {

using core::ErrorKind;
using sluice::testing::FailsWith;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

core::Result<PatternSet> Compile(const std::vector<std::string>& patterns) { return PatternSet::Compile(patterns); }

std::vector<std::string> Captured(const PatternSet& set, std::string_view line) {
  std::vector<re2::StringPiece> buffer;
  std::vector<std::string_view> texts(set.groups().size());
  if (!set.Match(line, buffer, texts)) return {"no match"};
  std::vector<std::string> captured;
  for (const std::string_view text : texts) captured.push_back(text.data() == nullptr ? "NULL" : std::string(text));
  return captured;
}

TEST(PatternSet, TheFirstPatternThatTakesTheWholeLineWins) {
  ASSERT_OK_AND_ASSIGN(const PatternSet set, Compile({R"((?P<n>\d+) (?P<word>\w+))", R"((?<word>\w+)(?:=(?<v>.*))?)"}));
  EXPECT_THAT(set.groups(), ElementsAre("n", "word", "v"));
  EXPECT_THAT(Captured(set, "12 ab"), ElementsAre("12", "ab", "NULL"));
  EXPECT_THAT(Captured(set, "ab=x y"), ElementsAre("NULL", "ab", "x y"));
  EXPECT_THAT(Captured(set, "ab"), ElementsAre("NULL", "ab", "NULL"));
  EXPECT_THAT(Captured(set, "ab="), ElementsAre("NULL", "ab", "NULL"));
  EXPECT_THAT(Captured(set, "12 ab more"), ElementsAre("no match"));
  EXPECT_EQ(set.PatternOf("v"), 2U);
}

TEST(PatternSet, AngleGroupsAreRewrittenOnlyWhereTheyAreGroups) {
  ASSERT_OK_AND_ASSIGN(const PatternSet set, Compile({R"([(?<x>]+\(\?(?<y>[]\]a]+))"}));
  EXPECT_THAT(Captured(set, "(?<x>(?]a"), ElementsAre("]a"));
}

TEST(PatternSet, RefusesUselessPatterns) {
  EXPECT_THAT(Compile({}), FailsWith(ErrorKind::kInvalidInput, HasSubstr("`patterns` in the schema file")));
  EXPECT_THAT(Compile({"(?P<a>x)", "(?P<b>x"}),
              FailsWith(ErrorKind::kConfiguration, AllOf(HasSubstr("pattern 2"), HasSubstr("missing )"))));
  EXPECT_THAT(Compile({"(x)"}), FailsWith(ErrorKind::kConfiguration, HasSubstr("no named group")));
  EXPECT_THAT(Compile({"(?<=x)(?<a>y)"}), FailsWith(ErrorKind::kConfiguration, HasSubstr("pattern 1")));
}

}  // namespace
}  // namespace sluice::textlog
