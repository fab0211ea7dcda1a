#include "columns/double_survival.h"

#include <fmt/format.h>

#include <cmath>
#include <cstdint>
#include <random>

#include "columns/fixed_builder.h"
#include "tests/support/result_matchers.h"

namespace sluice::columns {
namespace {

TEST(DoubleSurvival, QuickAnswersAgreeWithPrinting) {
  std::mt19937_64 random(31);
  int yes = 0, no = 0, unknown = 0;
  for (int i = 0; i < 300'000; ++i) {
    // What programs print, and digits at random.
    const double value = std::ldexp(static_cast<double>(random() >> 11), -53 - static_cast<int>(random() % 20));
    std::string text =
        i % 2 == 0 ? fmt::format("{}", value)
                   : fmt::format("0.{}", random() % (i % 4 == 1 ? 100'000'000'000'000'000U : 10'000'000'000'000'000U));
    if (text.find('e') != std::string::npos) continue;
    const std::string digits = text.substr(text.find('.') + 1);
    if (digits.size() > 18 || text == "0") continue;
    const Survival quick = SurvivesDouble(std::stoull(digits), -static_cast<std::int64_t>(digits.size()));
    (quick == Survival::kYes ? yes : quick == Survival::kNo ? no : unknown) += 1;
    if (quick == Survival::kUnknown) continue;
    ASSERT_EQ(quick == Survival::kYes, SurvivesDouble(PaddedText(text).view())) << text;
  }
  EXPECT_GT(yes, 100'000);
  EXPECT_GT(no, 20'000);
  EXPECT_LT(unknown, 1'000);
}

TEST(DoubleSurvival, LongAndExtremeNumbers) {
  for (const char* text :
       {"0", "-0.0", "0.1", "1e308", "5e-324", "9007199254740992", "1.7976931348623157e308", "100e-2"}) {
    EXPECT_TRUE(SurvivesDouble(PaddedText(text).view())) << text;
  }
  for (const char* text : {"9007199254740993", "0.10000000000000001", "1e309", "1e-400", "123456789012345678901.5"}) {
    EXPECT_FALSE(SurvivesDouble(PaddedText(text).view())) << text;
  }
}

}  // namespace
}  // namespace sluice::columns
