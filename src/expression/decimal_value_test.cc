#include "expression/decimal_value.h"

#include <arrow/scalar.h>
#include <arrow/type.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <limits>
#include <random>
#include <string>

namespace sluice::expression {
namespace {

using arrow::Decimal256;

TEST(DecimalValue, ReadsAndWritesAllDigits) {
  for (const std::string text : {"0", "-12.50", "0.001", "-0.001", "99999999999999999999999999999999999999.99"}) {
    ASSERT_TRUE(ParseDecimal(text).has_value()) << text;
    EXPECT_EQ(FormatDecimal(*ParseDecimal(text)), text);
  }
  EXPECT_EQ(FormatDecimal(*ParseDecimal("1E+3")), "1000");
  EXPECT_EQ(FormatDecimal(*ParseDecimal("-1.5e-9")), "-0.0000000015");
  for (const std::string text : {"", "x", "1e80", "1e999999999999", "1e-80", "1,5", "NaN", "1.2.3"}) {
    EXPECT_EQ(ParseDecimal(text).has_value(), false) << text;
  }
}

TEST(DecimalValue, HasAtMost76Digits) {
  EXPECT_TRUE(ParseDecimal(std::string(76, '9')).has_value());
  EXPECT_FALSE(ParseDecimal(std::string(77, '1')).has_value());
}

TEST(DecimalValue, RoundsDownAndHalfAwayFromZero) {
  const auto floor = [](std::string_view text, std::int32_t scale) {
    bool exact = true;
    const auto value = FloorToScale(*ParseDecimal(text), scale, &exact);
    return value->ToIntegerString() + (exact ? "" : "…");
  };
  EXPECT_EQ(floor("2.5", 0), "2…");
  EXPECT_EQ(floor("-2.5", 0), "-3…");
  EXPECT_EQ(floor("-2.0", 0), "-2");
  EXPECT_EQ(floor("2.5", 3), "2500");
  const auto round = [](std::string_view text, std::int32_t scale) {
    return RoundToScale(*ParseDecimal(text), scale)->ToIntegerString();
  };
  EXPECT_EQ(round("2.5", 0), "3");
  EXPECT_EQ(round("-2.5", 0), "-3");
  EXPECT_EQ(round("2.4999", 0), "2");
  EXPECT_EQ(round("1250", -2), "13");
  EXPECT_EQ(round("5", -100), "0");
  EXPECT_FALSE(RoundToScale(*ParseDecimal("1e70"), 10).has_value());
  EXPECT_EQ(DivideToScale(*ParseDecimal("1"), *ParseDecimal("3"), 4)->ToIntegerString(), "3333");
  EXPECT_EQ(DivideToScale(*ParseDecimal("-2"), *ParseDecimal("3"), 4)->ToIntegerString(), "-6667");
  EXPECT_EQ(DivideToScale(*ParseDecimal("1.25"), *ParseDecimal("-0.5"), 0)->ToIntegerString(), "-3");
}

TEST(DecimalValue, BecomesTheNearestDouble) {
  std::mt19937_64 random(5);
  for (int i = 0; i < 3000; ++i) {
    const auto low = static_cast<std::int64_t>(random()) >> (random() % 60);
    const auto scale = static_cast<std::int32_t>(random() % 38);
    const DecimalValue value{Decimal256(low), scale};
    const std::string text = FormatDecimal(value);
    EXPECT_EQ(ToDouble(value), std::strtod(text.c_str(), nullptr)) << text;
  }
  EXPECT_EQ(ToDouble(*ParseDecimal("12345678901234567890123456.789")), 12345678901234567890123456.789);
}

TEST(DecimalValue, KnowsTheRangeOfEachType) {
  const auto range = [](const std::shared_ptr<arrow::DataType>& type) {
    return RangeOf(*type).low.ToIntegerString() + "…" + RangeOf(*type).high.ToIntegerString();
  };
  EXPECT_EQ(range(arrow::int8()), "-128…127");
  EXPECT_EQ(range(arrow::int64()), "-9223372036854775808…9223372036854775807");
  EXPECT_EQ(range(arrow::uint64()), "0…18446744073709551615");
  EXPECT_EQ(range(arrow::decimal128(3, 1)), "-999…999");
  for (const auto& type : {arrow::int16(), arrow::uint32(), arrow::decimal128(38, 5), arrow::decimal256(76, 0)}) {
    const auto scalar = MakeNumberScalar(type, RangeOf(*type).high);
    EXPECT_TRUE(scalar->type->Equals(*type));
    EXPECT_EQ(ToDecimal(*scalar)->unscaled, RangeOf(*type).high);
  }
  EXPECT_EQ(FromWholeDouble(-0x1p63), Decimal256(std::numeric_limits<std::int64_t>::min()));
  EXPECT_FALSE(FromWholeDouble(0x1p64).has_value());
  EXPECT_FALSE(FromWholeDouble(std::nan("")).has_value());
}

}  // namespace
}  // namespace sluice::expression
