#include "columns/type_guess.h"

#include <algorithm>
#include <random>

#include "columns/fixed_builder.h"
#include "schema/type_text.h"
#include "tests/support/result_matchers.h"

namespace sluice::columns {
namespace {

/// The guess over `texts`, which must not depend on their order nor on how they are split.
std::string Guess(std::vector<std::string> texts) {
  std::string first;
  std::mt19937 random(7);
  for (int round = 0; round < 10; ++round) {
    TypeGuess left, right;
    for (std::size_t i = 0; i < texts.size(); ++i) {
      (random() % 2 == 0 ? left : right).Observe(PaddedText(texts[i]).view());
    }
    left.Merge(right);
    const auto type = left.Resolve();
    const std::string name = type ? schema::FormatType(*type) : "none";
    if (round == 0) first = name;
    EXPECT_EQ(name, first);
    std::shuffle(texts.begin(), texts.end(), random);
  }
  return first;
}

TEST(TypeGuess, NarrowestTypes) {
  EXPECT_EQ(Guess({}), "none");
  EXPECT_EQ(Guess({"1", "-9223372036854775808"}), "int64");
  EXPECT_EQ(Guess({"true", "FALSE", "True"}), "bool");
  EXPECT_EQ(Guess({"1.5", "2"}), "float64");
  EXPECT_EQ(Guess({"2025-01-01", "0001-02-03"}), "date");
  EXPECT_EQ(Guess({"2025-01-01T00:00:00", "2025-01-01 00:00:00.5"}), "timestamp(us)");
  EXPECT_EQ(Guess({"2025-01-01T00:00:00Z", "2025-01-01 00:00:00+00:00"}), "timestamp(us,UTC)");
  EXPECT_EQ(Guess({"23:59:59", "00:00:00.25"}), "time(us)");
  EXPECT_EQ(Guess({"a"}), "string");
  EXPECT_EQ(Guess({""}), "string");
}

TEST(TypeGuess, EveryStepKeepsTheText) {
  EXPECT_EQ(Guess({"1", "007"}), "string");
  EXPECT_EQ(Guess({"1", "+7"}), "string");
  EXPECT_EQ(Guess({"1", "1_000"}), "string");
  EXPECT_EQ(Guess({"1", "1,000"}), "string");
  EXPECT_EQ(Guess({"1", "0x1F"}), "string");
  EXPECT_EQ(Guess({"1", " 1"}), "string");
  EXPECT_EQ(Guess({"1", "1 "}), "string");
  EXPECT_EQ(Guess({"1", "nan"}), "string");
  EXPECT_EQ(Guess({"1.5", "inf"}), "string");
  EXPECT_EQ(Guess({"00.5"}), "string");
  EXPECT_EQ(Guess({".5"}), "string");
  EXPECT_EQ(Guess({"5."}), "string");
  EXPECT_EQ(Guess({"-"}), "string");
  EXPECT_EQ(Guess({"1e"}), "string");
  EXPECT_EQ(Guess({"1.5e+"}), "string");
  EXPECT_EQ(Guess({"true", "1"}), "string");
  EXPECT_EQ(Guess({"true", "t"}), "string");
  EXPECT_EQ(Guess({"tRUE"}), "string");
}

TEST(TypeGuess, IntegersBeyondSixtyFourBitsAreDecimals) {
  EXPECT_EQ(Guess({"1", "9223372036854775807"}), "int64");
  EXPECT_EQ(Guess({"1", "9223372036854775808"}), "decimal(38,0)");
  EXPECT_EQ(Guess({"-9223372036854775809"}), "decimal(38,0)");
  EXPECT_EQ(Guess({"12345678901234567890"}), "decimal(38,0)");
  EXPECT_EQ(Guess({std::string(38, '9')}), "decimal(38,0)");
  EXPECT_EQ(Guess({std::string(39, '9')}), "string");
}

TEST(TypeGuess, DoublesOnlyWhenEveryTextComesBack) {
  EXPECT_EQ(Guess({"0.1", "123456789.012345"}), "float64");
  EXPECT_EQ(Guess({"0.30000000000000004"}), "float64");
  EXPECT_EQ(Guess({"0.1000000000000000055"}), "decimal(19,19)");
  EXPECT_EQ(Guess({"1234567890123456789.5"}), "decimal(20,1)");
  EXPECT_EQ(Guess({"1.5", "9007199254740992"}), "float64");
  EXPECT_EQ(Guess({"1.5", "9007199254740993"}), "decimal(17,1)");
  EXPECT_EQ(Guess({"1e5", "1.5e-5", "9007199254740993"}), "string");
  EXPECT_EQ(Guess({"1.50", "2.500000000000000000000"}), "float64");
  EXPECT_EQ(Guess({"1e300", "2.5E-10"}), "float64");
  EXPECT_EQ(Guess({"1e400"}), "string");
  EXPECT_EQ(Guess({"1e-400"}), "string");
  EXPECT_EQ(Guess({"4.9e-324"}), "string");
  EXPECT_EQ(Guess({"5e-324"}), "float64");
  EXPECT_EQ(Guess({"0." + std::string(39, '1')}), "string");
}

TEST(TypeGuess, NegativeZeroKeepsItsSign) {
  EXPECT_EQ(Guess({"1", "-0"}), "float64");
  EXPECT_EQ(Guess({"-0.0"}), "float64");
  EXPECT_EQ(Guess({"-0", "1234567890123456789"}), "string");
  EXPECT_EQ(Guess({"-0.00", "0.1000000000000000055"}), "string");
  EXPECT_EQ(Guess({"0.00", "0.1000000000000000055"}), "decimal(19,19)");
}

TEST(TypeGuess, DatesWidenToTimestampsAndZonesStayApart) {
  EXPECT_EQ(Guess({"2025-01-01", "2025-01-01T12:00:00"}), "timestamp(us)");
  EXPECT_EQ(Guess({"2025-01-01", "2025-01-01T12:00:00Z"}), "string");
  EXPECT_EQ(Guess({"2025-01-01T12:00:00", "2025-01-01T12:00:00Z"}), "string");
  EXPECT_EQ(Guess({"2025-01-01T12:00:00Z", "2025-01-01T12:00:00+05:00"}), "string");
  EXPECT_EQ(Guess({"2025-01-01T12:00:00+05:00"}), "string");
  EXPECT_EQ(Guess({"2025-01-01T12:00:00-00:00"}), "string");
  EXPECT_EQ(Guess({"2025-02-30"}), "string");
  EXPECT_EQ(Guess({"2025-01-01", "1"}), "string");
  EXPECT_EQ(Guess({"12:00:00", "2025-01-01"}), "string");
  EXPECT_EQ(Guess({"12:00"}), "string");
}

TEST(TypeGuess, NanosecondsWhereTheyAreNeededAndFit) {
  EXPECT_EQ(Guess({"2025-01-01T12:00:00.123456789"}), "timestamp(ns)");
  EXPECT_EQ(Guess({"2025-01-01T12:00:00.123456000"}), "timestamp(us)");
  EXPECT_EQ(Guess({"2025-01-01T12:00:00.123456789Z"}), "timestamp(ns,UTC)");
  EXPECT_EQ(Guess({"2025-01-01T12:00:00.1234567891"}), "string");
  EXPECT_EQ(Guess({"2025-01-01T12:00:00.123456789", "9999-12-31"}), "string");
  EXPECT_EQ(Guess({"12:00:00.123456789"}), "time(ns)");
}

TEST(TypeGuess, NullsSayNothing) {
  TypeGuess guess;
  guess.Observe(std::string_view());
  EXPECT_FALSE(guess.Resolve());
  EXPECT_TRUE(guess.saw_null());
  guess.Observe(PaddedText("1").view());
  EXPECT_EQ(guess.Resolve()->kind, schema::TypeKind::kInt64);
}

TEST(TypeGuess, JsonStringsAreTextUnlessTheyAreMoments) {
  const auto guess_string = [](std::string_view text) {
    TypeGuess guess;
    guess.ObserveJsonString(PaddedText(text).view());
    return schema::FormatType(*guess.Resolve());
  };
  EXPECT_EQ(guess_string("1"), "string");
  EXPECT_EQ(guess_string("true"), "string");
  EXPECT_EQ(guess_string("2025-01-01"), "date");
  EXPECT_EQ(guess_string("2025-01-01T00:00:00Z"), "timestamp(us,UTC)");
  TypeGuess mixed;
  mixed.ObserveJsonNumber(PaddedText("12").view());
  mixed.ObserveJsonBool();
  EXPECT_EQ(schema::FormatType(*mixed.Resolve()), "string");
}

TEST(Widen, IsCommutativeAndAssociative) {
  std::vector<schema::Type> types;
  for (const char* text : {"bool",
                           "int8",
                           "int16",
                           "int32",
                           "int64",
                           "uint8",
                           "uint16",
                           "uint32",
                           "uint64",
                           "float32",
                           "float64",
                           "decimal(3,0)",
                           "decimal(20,10)",
                           "decimal(38,30)",
                           "string",
                           "binary",
                           "date",
                           "time(s)",
                           "time(ns)",
                           "timestamp(s)",
                           "timestamp(us)",
                           "timestamp(ns)",
                           "timestamp(us,UTC)",
                           "timestamp(ms,Asia/Bangkok)",
                           "json",
                           "uuid",
                           "list<int64>",
                           "list<string>",
                           "struct<a int64>",
                           "struct<a float32>",
                           "map<string,int64>"}) {
    types.push_back(*schema::ParseType(text));
  }
  for (const auto& a : types) {
    EXPECT_EQ(Widen(a, a), a);
    for (const auto& b : types) {
      EXPECT_EQ(Widen(a, b), Widen(b, a)) << schema::FormatType(a) << " " << schema::FormatType(b);
      for (const auto& c : types) {
        EXPECT_EQ(Widen(a, Widen(b, c)), Widen(Widen(a, b), c))
            << schema::FormatType(a) << " " << schema::FormatType(b) << " " << schema::FormatType(c);
      }
    }
  }
}

TEST(Widen, TakesTheNearestTypeThatHoldsBoth) {
  const auto widen = [](std::string_view a, std::string_view b) {
    return schema::FormatType(Widen(*schema::ParseType(a), *schema::ParseType(b)));
  };
  EXPECT_EQ(widen("int8", "uint8"), "int16");
  EXPECT_EQ(widen("int64", "uint64"), "decimal(20,0)");
  EXPECT_EQ(widen("int32", "float64"), "float64");
  EXPECT_EQ(widen("int64", "float64"), "string");
  EXPECT_EQ(widen("int64", "decimal(10,2)"), "decimal(21,2)");
  EXPECT_EQ(widen("date", "timestamp(us)"), "timestamp(us)");
  EXPECT_EQ(widen("date", "timestamp(us,UTC)"), "string");
  EXPECT_EQ(widen("struct<a int64 not null>", "struct<b string>"), "struct<a int64, b string>");
  EXPECT_EQ(widen("list<int8>", "list<date>"), "list<string>");
  EXPECT_EQ(widen("bool", "int8"), "string");
}

TEST(TypeGuess, ManyJsonValuesSayWhatEachOfThemSays) {
  const std::string padding(kTextPadding, ' ');
  std::vector<std::string> texts = {"1",        "2.5", "12345678901234567890", "0.12345678901234567", "2025-10-28",
                                    "00:15:23", "x"};
  for (std::string& text : texts) text += padding;
  for (std::size_t first = 0; first < texts.size(); ++first) {
    TypeGuess strings;
    TypeGuess numbers;
    std::vector<std::string_view> together = {std::string_view()};
    for (std::size_t i = first; i < texts.size(); ++i) {
      together.push_back(std::string_view(texts[i]).substr(0, texts[i].size() - kTextPadding));
      strings.ObserveJsonString(together.back());
      numbers.ObserveJsonNumber(together.back());
      TypeGuess strings_together;
      TypeGuess numbers_together;
      strings_together.ObserveJsonStrings(together);
      numbers_together.ObserveJsonNumbers(together);
      EXPECT_EQ(strings_together.Resolve(), strings.Resolve());
      EXPECT_EQ(numbers_together.Resolve(), numbers.Resolve());
    }
  }
}

TEST(TypeGuess, ShortJsonNumbersAreNoSpecialCase) {
  std::vector<std::string> texts = {"0",
                                    "-0",
                                    "7",
                                    "-7",
                                    "0.5",
                                    "-0.5",
                                    "-7.25",
                                    "1234567",
                                    "12345678",
                                    "-1234567",
                                    "1234567.1234567",
                                    "1.12345678",
                                    "1e5",
                                    "1.5e-5",
                                    "-0.0",
                                    "01",
                                    "1.",
                                    "00.5",
                                    ".5",
                                    "0.12345678901234567",
                                    "12345678901234567890"};
  const auto view = [](const std::string& text) {
    return std::string_view(text).substr(0, text.size() - kTextPadding);
  };
  for (std::string& text : texts) text += ",5555555,5555555";
  for (const std::string& a : texts) {
    for (const std::string& b : texts) {
      for (const std::string& c : texts) {
        const std::vector<std::string_view> tokens = {view(a), view(b), view(c)};
        TypeGuess together;
        TypeGuess singly;
        together.ObserveJsonNumbers(tokens);
        for (const std::string_view token : tokens) singly.ObserveJsonNumber(token);
        ASSERT_EQ(together.Resolve(), singly.Resolve()) << tokens[0] << " " << tokens[1] << " " << tokens[2];
      }
    }
  }
}

}  // namespace
}  // namespace sluice::columns
