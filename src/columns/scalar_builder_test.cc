#include "columns/scalar_builder.h"

#include <arrow/array.h>
#include <arrow/extension_type.h>
#include <arrow/memory_pool.h>
#include <arrow/scalar.h>

#include <cmath>
#include <random>

#include "columns/fixed_builder.h"
#include "schema/type_text.h"
#include "tests/support/result_matchers.h"

namespace sluice::columns {
namespace {

using ::sluice::testing::FailsWith;
using ::testing::HasSubstr;

schema::ColumnSpec Column(std::string_view type) {
  schema::ColumnSpec column;
  column.field = {"c", *schema::ParseType(type), true};
  return column;
}

/// The column of one text as Arrow prints it, or the reason why it is none.
std::string Build(const schema::ColumnSpec& column, std::optional<std::string_view> text) {
  auto builder = MakeScalarBuilder(column, arrow::default_memory_pool());
  if (!builder) return builder.error().message();
  const PaddedText padded(text.value_or(""));
  const Fault fault = (*builder)->AppendOne(text ? padded.view() : std::string_view());
  auto array = (*builder)->Finish();
  if (!array) return array.error().message();
  EXPECT_EQ((*array)->length(), 1);
  EXPECT_TRUE((*array)->ValidateFull().ok()) << (*array)->ValidateFull().ToString();
  if (fault != Fault::kNone) {
    EXPECT_TRUE((*array)->IsNull(0));
    return FaultReason(fault, column);
  }
  if ((*array)->IsNull(0)) return "NULL";
  std::shared_ptr<arrow::Array> values = *array;
  if (values->type_id() == arrow::Type::EXTENSION) {
    values = static_cast<const arrow::ExtensionArray&>(*values).storage();
  }
  return (*values->GetScalar(0))->ToString();
}

std::string Build(std::string_view type, std::optional<std::string_view> text) { return Build(Column(type), text); }

TEST(ScalarBuilder, IntegersFitTheirWidthOrAreRefused) {
  EXPECT_EQ(Build("int8", "-128"), "-128");
  EXPECT_EQ(Build("int8", "128"), "out of range for int8");
  EXPECT_EQ(Build("int16", "32767"), "32767");
  EXPECT_EQ(Build("int32", "-2147483649"), "out of range for int32");
  EXPECT_EQ(Build("int64", "-9223372036854775808"), "-9223372036854775808");
  EXPECT_EQ(Build("int64", "9223372036854775807"), "9223372036854775807");
  EXPECT_EQ(Build("int64", "9223372036854775808"), "out of range for int64");
  EXPECT_EQ(Build("int64", "123456789012345678901234"), "out of range for int64");
  EXPECT_EQ(Build("int64", "0000000000000000000000000007"), "7");
  EXPECT_EQ(Build("uint8", "255"), "255");
  EXPECT_EQ(Build("uint64", "18446744073709551615"), "18446744073709551615");
  EXPECT_EQ(Build("uint64", "18446744073709551616"), "out of range for uint64");
  EXPECT_EQ(Build("uint32", "-1"), "out of range for uint32");
  EXPECT_EQ(Build("int64", "007"), "7");
  EXPECT_EQ(Build("int64", std::nullopt), "NULL");
}

TEST(ScalarBuilder, NothingButDigitsIsAnInteger) {
  for (const char* text : {"", "-", "+7", " 7", "7 ", "1.0", "1e3", "1_000", "0x1F", "1,5", "--1", "seven", "12345678x",
                           "123456789012345678x", "1234567890123456789012x"}) {
    EXPECT_EQ(Build("int64", text), "not an int64") << text;
    EXPECT_EQ(Build("uint8", text), "not a uint8") << text;
  }
}

TEST(ScalarBuilder, RandomIntegersComeBack) {
  std::mt19937_64 random(1);
  for (int i = 0; i < 20'000; ++i) {
    const auto value = static_cast<std::int64_t>(random()) >> (random() % 64);
    EXPECT_EQ(Build("int64", std::to_string(value)), std::to_string(value));
  }
}

TEST(ScalarBuilder, DoublesRoundAsTheLibraryDoes) {
  auto builder = *MakeScalarBuilder(Column("float64"), arrow::default_memory_pool());
  std::mt19937_64 random(2);
  std::vector<std::string> texts;
  for (int i = 0; i < 100'000; ++i) {
    std::string text = std::to_string(random() >> (random() % 64));
    if (random() % 4 != 0) text.insert(random() % text.size(), ".");
    if (random() % 4 == 0) text += "e" + std::to_string(static_cast<int>(random() % 120) - 60);
    if (random() % 3 == 0) text.insert(0, "-");
    texts.push_back(text);
  }
  for (const std::string& text : texts) ASSERT_EQ(builder->AppendOne(PaddedText(text).view()), Fault::kNone) << text;
  const auto array = *builder->Finish();
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const double expected = std::strtod(texts[i].c_str(), nullptr);
    EXPECT_EQ(static_cast<const arrow::DoubleArray&>(*array).Value(static_cast<std::int64_t>(i)), expected) << texts[i];
  }
}

TEST(ScalarBuilder, FloatsTakeNamesOfNoNumbersAndRefuseTheRest) {
  EXPECT_EQ(Build("float64", "NaN"), "nan");
  EXPECT_EQ(Build("float64", "-INF"), "-inf");
  EXPECT_EQ(Build("float64", "Infinity"), "inf");
  EXPECT_EQ(Build("float64", "-0"), "-0");
  EXPECT_EQ(Build("float64", ".5"), "0.5");
  EXPECT_EQ(Build("float64", "1e400"), "out of range for float64");
  EXPECT_EQ(Build("float32", "1e39"), "out of range for float32");
  EXPECT_EQ(Build("float32", "16777217.5"), "16777218");
  EXPECT_EQ(Build("float32", "0.1"), "0.1");
  for (const char* text : {"", ".", "-", "+1", "1e", "1e+", "1.2.3", " 1", "1 ", "nan(1)", "1_0", "0x10", "1,5"}) {
    EXPECT_EQ(Build("float64", text), "not a float64") << text;
    EXPECT_EQ(Build("float32", text), "not a float32") << text;
  }
}

TEST(ScalarBuilder, DecimalsKeepEveryDigitOrAreRefused) {
  EXPECT_EQ(Build("decimal(12,2)", "19.9"), "19.90");
  EXPECT_EQ(Build("decimal(12,2)", "-0.01"), "-0.01");
  EXPECT_EQ(Build("decimal(12,2)", "1.5000"), "1.50");
  EXPECT_EQ(Build("decimal(12,2)", "1.505"), "more than 2 digits after the point");
  EXPECT_EQ(Build("decimal(12,2)", "9999999999.99"), "9999999999.99");
  EXPECT_EQ(Build("decimal(12,2)", "10000000000"), "more than 12 digits");
  EXPECT_EQ(Build("decimal(38,0)", "99999999999999999999999999999999999999"), "99999999999999999999999999999999999999");
  EXPECT_EQ(Build("decimal(38,0)", "100000000000000000000000000000000000000"), "more than 38 digits");
  EXPECT_EQ(Build("decimal(38,37)", "-1.2345678901234567890123456789012345678"),
            "-1.2345678901234567890123456789012345678");
  EXPECT_EQ(Build("decimal(5,5)", "00.12345"), "0.12345");
  for (const char* text : {"", ".", "-", "1e3", "+1", "1.2.3", "1,000.00", " 1", "x"}) {
    EXPECT_EQ(Build("decimal(12,2)", text), "not a decimal(12,2)") << text;
  }
}

TEST(ScalarBuilder, BoolAndUuidTakeTheirSpellings) {
  for (const char* text : {"true", "TRUE", "True", "t", "1"}) EXPECT_EQ(Build("bool", text), "true") << text;
  for (const char* text : {"false", "F", "0"}) EXPECT_EQ(Build("bool", text), "false") << text;
  for (const char* text : {"", "yes", "2", "truee", "01"}) EXPECT_EQ(Build("bool", text), "not a bool") << text;
  EXPECT_THAT(Build("uuid", "01234567-89ab-CDEF-0123-456789abcdef"), HasSubstr("\x01#Eg\x89\xAB\xCD\xEF"));
  EXPECT_EQ(Build("uuid", "0123456789abcdef0123456789abcdef"), "not a uuid");
  EXPECT_EQ(Build("uuid", "01234567-89ab-cdef-0123-456789abcdeg"), "not a uuid");
}

TEST(ScalarBuilder, BoolBitsStandAtTheirRows) {
  auto builder = *MakeScalarBuilder(Column("bool"), arrow::default_memory_pool());
  std::vector<Fault> faults(1000, Fault::kNone);
  std::mt19937 random(3);
  std::vector<int> expected;
  const PaddedText yes("true"), no("false");
  while (expected.size() < 1000) {
    std::vector<std::string_view> texts(1 + random() % 70);
    for (auto& text : texts) {
      expected.push_back(static_cast<int>(random() % 3));
      text = expected.back() == 2 ? std::string_view() : (expected.back() == 1 ? yes.view() : no.view());
    }
    EXPECT_EQ(builder->Append(texts, faults.data()), 0u);
  }
  const auto array = *builder->Finish();
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const auto row = static_cast<std::int64_t>(i);
    ASSERT_EQ(array->IsNull(row), expected[i] == 2);
    if (expected[i] == 2) continue;
    EXPECT_EQ(static_cast<const arrow::BooleanArray&>(*array).Value(row), expected[i] == 1);
  }
}

TEST(ScalarBuilder, TextIsUtf8) {
  EXPECT_EQ(Build("string", ""), "");
  EXPECT_EQ(Build("string", std::string_view("a\0b", 3)), std::string("a\0b", 3));
  EXPECT_EQ(Build("string", "grün und ein langer Text, länger als 16 Bytes"),
            "grün und ein langer Text, länger als 16 Bytes");
  EXPECT_EQ(Build("string", "\xC3"), "invalid UTF-8");
  EXPECT_EQ(Build("json", "\"\xC3\""), "invalid UTF-8");
}

TEST(ScalarBuilder, HalvesOfACharacterInNeighbouringRowsAreFaults) {
  auto builder = *MakeScalarBuilder(Column("string"), arrow::default_memory_pool());
  const PaddedText first("a\xC3"),
      second(
          "\xBC"
          "b"),
      third("fine");
  const std::vector<std::string_view> texts = {first.view(), second.view(), third.view()};
  std::vector<Fault> faults(3, Fault::kNone);
  EXPECT_EQ(builder->Append(texts, faults.data()), 2u);
  EXPECT_EQ(faults, (std::vector{Fault::kInvalidUtf8, Fault::kInvalidUtf8, Fault::kNone}));
  const auto array = *builder->Finish();
  EXPECT_EQ(array->null_count(), 2);
  EXPECT_TRUE(array->ValidateFull().ok());
}

TEST(ScalarBuilder, JsonIsKeptToTheByteWhenItIsValid) {
  EXPECT_EQ(Build("json", " {\"a\": [1, 2.50, null]}"), " {\"a\": [1, 2.50, null]}");
  const std::string deep = std::string(64, '[') + std::string(64, ']');
  EXPECT_EQ(Build("json", deep), deep);
  EXPECT_EQ(Build("json", "[" + deep + "]"), "not a json");
  for (const char* text : {"", "{", "[1,]", "{\"a\"}", "{\"a\":1,}", "01", "1.", "nul", "\"a", "\"\\x\"", "1 2", "[}",
                           "{\"a\":1]", "'a'", "NaN", "\"\\u12g4\"", "-"}) {
    EXPECT_EQ(Build("json", text), "not a json") << text;
  }
}

TEST(ScalarBuilder, BinaryIsHexadecimalBehindItsPrefix) {
  EXPECT_EQ(Build("binary", "\\x41fF"), "A\xFF");
  EXPECT_EQ(Build("binary", "\xFF"), "\xFF");
  EXPECT_EQ(Build("binary", "\\x4"), "not a binary");
  EXPECT_EQ(Build("binary", "\\xzz"), "not a binary");
}

TEST(ScalarBuilder, NullTextsDefaultsAndNullabilityApply) {
  schema::ColumnSpec column = Column("int64");
  column.null_texts = {"NA", "-"};
  EXPECT_EQ(Build(column, "NA"), "NULL");
  EXPECT_EQ(Build(column, "-"), "NULL");
  EXPECT_EQ(Build(column, "na"), "not an int64");
  column.field.nullable = false;
  EXPECT_EQ(Build(column, "NA"), "NULL in a column that is not nullable");
  column.null_texts.clear();
  EXPECT_EQ(Build(column, std::nullopt), "NULL in a column that is not nullable");
  column.default_text = "42";
  EXPECT_EQ(Build(column, std::nullopt), "42");
  column.default_text = "x";
  EXPECT_EQ(Build(column, "1"), "column 'c': the default 'x' is not an int64");
}

TEST(ScalarBuilder, ConstraintsHoldOrTheRowIsRefused) {
  schema::ColumnSpec number = Column("decimal(6,2)");
  number.constraints = {"min=0", "max=10.5"};
  EXPECT_EQ(Build(number, "10.50"), "10.50");
  EXPECT_EQ(Build(number, "10.51"), "breaks the constraint min=0, max=10.5");
  EXPECT_EQ(Build(number, "-1"), "breaks the constraint min=0, max=10.5");
  schema::ColumnSpec day = Column("date");
  day.constraints = {"one_of=2025-01-01|2025-01-02"};
  EXPECT_EQ(Build(day, "2025-01-02"), "2025-01-02");
  EXPECT_THAT(Build(day, "2025-01-03"), HasSubstr("breaks"));
  schema::ColumnSpec word = Column("string");
  word.constraints = {"one_of=low|high", "max_length=4", "pattern=[a-z]+"};
  EXPECT_EQ(Build(word, "high"), "high");
  EXPECT_THAT(Build(word, "mid"), HasSubstr("breaks"));
  schema::ColumnSpec letters = Column("string");
  letters.constraints = {"max_length=2"};
  EXPECT_EQ(Build(letters, "üü"), "üü");
  EXPECT_THAT(Build(letters, "abc"), HasSubstr("breaks"));
}

TEST(ScalarBuilder, MalformedConstraintsAreRefusedAtOnce) {
  const auto make = [](std::string_view type, const char* constraint) {
    schema::ColumnSpec column = Column(type);
    column.constraints = {constraint};
    return MakeScalarBuilder(column, arrow::default_memory_pool());
  };
  EXPECT_THAT(make("int64", "min=x"), FailsWith(core::ErrorKind::kInvalidInput, HasSubstr("'x'")));
  EXPECT_THAT(make("string", "min=a"), FailsWith(core::ErrorKind::kInvalidInput, HasSubstr("for numbers")));
  EXPECT_THAT(make("string", "pattern=("), FailsWith(core::ErrorKind::kInvalidInput, HasSubstr("regular")));
  EXPECT_THAT(make("string", "max_length=-1"), FailsWith(core::ErrorKind::kInvalidInput, HasSubstr("number")));
  EXPECT_THAT(make("string", "length=1"), FailsWith(core::ErrorKind::kInvalidInput, HasSubstr("not known")));
  EXPECT_THAT(make("list<int64>", "min=1"), FailsWith(core::ErrorKind::kUnsupported, HasSubstr("json")));
}

TEST(ScalarBuilder, StartsAgainAfterFinish) {
  for (const char* type : {"int64", "string", "bool", "decimal(5,0)"}) {
    auto builder = *MakeScalarBuilder(Column(type), arrow::default_memory_pool());
    for (int round = 0; round < 3; ++round) {
      std::vector<Fault> faults(300, Fault::kNone);
      const PaddedText one("1");
      std::vector<std::string_view> texts(300, one.view());
      texts[static_cast<std::size_t>(round) * 100] = {};
      EXPECT_OK(builder->Reserve(300));
      EXPECT_EQ(builder->Append(texts, faults.data()), 0u);
      const auto array = *builder->Finish();
      EXPECT_EQ(array->length(), 300);
      EXPECT_EQ(array->null_count(), 1) << type;
      EXPECT_TRUE(array->IsNull(round * 100));
    }
    const auto empty = *builder->Finish();
    EXPECT_EQ(empty->length(), 0);
    EXPECT_TRUE(empty->ValidateFull().ok());
  }
}

}  // namespace
}  // namespace sluice::columns
