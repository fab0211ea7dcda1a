#include "delta/partition_value.h"

#include <arrow/scalar.h>
#include <arrow/type.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>

#include "core/random.h"
#include "delta/arrow_types.h"
#include "delta/float_text.h"
#include "delta/type_name.h"
#include "tests/support/result_matchers.h"

namespace sluice::delta {
namespace {

using core::ErrorKind;
using testing::FailsWith;
using ::testing::HasSubstr;

DataType TypeOf(std::string_view name) { return *ParseTypeName(name); }

/// What a value of the type is written as after it was read from `text`.
std::string Reread(const std::string& text, std::string_view type) {
  const auto value = ParsePartitionValue(text, TypeOf(type));
  if (!value) return "error: " + value.error().message();
  const auto written = FormatPartitionValue(**value, TypeOf(type));
  return written ? written->value_or("NULL") : "error: " + written.error().message();
}

TEST(PartitionValue, WritesWhatSparkWrites) {
  struct Fixture {
    std::string type, text;
  };
  for (const auto& [type, text] : {Fixture{"string", "null"},
                                   Fixture{"string", " a b "},
                                   Fixture{"string", "__HIVE_DEFAULT_PARTITION__"},
                                   Fixture{"long", "-9223372036854775808"},
                                   Fixture{"integer", "2147483647"},
                                   Fixture{"short", "-32768"},
                                   Fixture{"byte", "127"},
                                   Fixture{"decimal(10,2)", "42.00"},
                                   Fixture{"decimal(10,2)", "-0.05"},
                                   Fixture{"decimal(5,0)", "0"},
                                   Fixture{"decimal(38,0)", "99999999999999999999999999999999999999"},
                                   Fixture{"boolean", "true"},
                                   Fixture{"date", "2024-02-29"},
                                   Fixture{"date", "-0044-03-15"},
                                   Fixture{"date", "0001-01-01"},
                                   Fixture{"timestamp", "2024-02-29T12:34:56.000001Z"},
                                   Fixture{"timestamp", "9999-12-31T23:59:59.999999Z"},
                                   Fixture{"timestamp", "1969-12-31T23:59:59.500000Z"},
                                   Fixture{"timestamp_ntz", "2024-02-29 12:34:56.000000"},
                                   Fixture{"binary", "bytes ü"}}) {
    EXPECT_EQ(Reread(text, type), text) << type;
  }
}

TEST(PartitionValue, ReadsWhatPeersWrite) {
  struct Fixture {
    std::string type, text, same;
  };
  for (const auto& [type, text, same] :
       {Fixture{"long", "+5", "5"}, Fixture{"decimal(10,2)", "1E+2", "100.00"}, Fixture{"decimal(10,2)", "1.5", "1.50"},
        Fixture{"decimal(10,2)", "1.50000", "1.50"}, Fixture{"boolean", "TRUE", "true"},
        Fixture{"double", "2021", "2021.0"},
        Fixture{"double", "1e400", "error: partition value '1e400' is no value of type double"},
        Fixture{"float", "0.1", "0.1"}, Fixture{"double", "Infinity", "Infinity"},
        Fixture{"double", "-Infinity", "-Infinity"}, Fixture{"date", "2024-02-29 00:00:00", "2024-02-29"},
        Fixture{"timestamp", "2024-02-29 12:34:56", "2024-02-29T12:34:56.000000Z"},
        Fixture{"timestamp", "2024-02-29 12:34:56.1", "2024-02-29T12:34:56.100000Z"},
        Fixture{"timestamp", "2024-02-29T12:34:56.123456789+01:30", "2024-02-29T11:04:56.123456Z"},
        Fixture{"timestamp", "2024-02-29T12:34:56-0800", "2024-02-29T20:34:56.000000Z"},
        Fixture{"timestamp_ntz", "2024-02-29T12:34:56", "2024-02-29 12:34:56.000000"}, Fixture{"string", "", "NULL"},
        Fixture{"long", "", "NULL"}}) {
    EXPECT_EQ(Reread(text, type), same) << type << " " << text;
  }
}

TEST(PartitionValue, ReadsNullOfEveryType) {
  for (const char* type : {"string", "long", "decimal(5,2)", "date", "timestamp", "boolean", "binary", "double"}) {
    ASSERT_OK_AND_ASSIGN(const auto value, ParsePartitionValue(std::nullopt, TypeOf(type)));
    EXPECT_FALSE(value->is_valid);
    EXPECT_TRUE(value->type->Equals(*ToArrow(TypeOf(type)).value()));
    EXPECT_EQ(*FormatPartitionValue(*value, TypeOf(type)), std::nullopt);
  }
}

TEST(PartitionValue, RefusesTextThatIsNoValueOfItsType) {
  struct Fixture {
    std::string type, text;
  };
  for (const auto& [type, text] : {Fixture{"byte", "128"},
                                   Fixture{"short", "1.0"},
                                   Fixture{"integer", "2147483648"},
                                   Fixture{"integer", " 1"},
                                   Fixture{"long", "9223372036854775808"},
                                   Fixture{"long", "+-1"},
                                   Fixture{"long", "null"},
                                   Fixture{"double", "x"},
                                   Fixture{"double", "1.0d"},
                                   Fixture{"decimal(10,2)", "1.005"},
                                   Fixture{"decimal(4,2)", "100"},
                                   Fixture{"decimal(4,2)", "1E999999999999"},
                                   Fixture{"decimal(4,2)", "."},
                                   Fixture{"boolean", "1"},
                                   Fixture{"date", "2024-02-30"},
                                   Fixture{"date", "2024-02-29 00:00:01"},
                                   Fixture{"date", "29.02.2024"},
                                   Fixture{"timestamp", "2024-02-29T25:00:00Z"},
                                   Fixture{"timestamp", "soon"},
                                   Fixture{"timestamp_ntz", "2024-02-29T12:00:00Z"},
                                   Fixture{"timestamp_ntz", "2024-02-29 12:00:00+00:00"}}) {
    EXPECT_THAT(ParsePartitionValue(text, TypeOf(type)), FailsWith(ErrorKind::kCorruption, HasSubstr(type)))
        << type << " " << text;
  }
}

TEST(PartitionValue, RefusesTypesThatCannotPartition) {
  DataType nested{.kind = TypeKind::kStruct};
  for (const DataType& type : {TypeOf("variant"), TypeOf("void"), TypeOf("geometry"), nested}) {
    EXPECT_FALSE(CanPartition(type));
    EXPECT_THAT(ParsePartitionValue("1", type), FailsWith(ErrorKind::kUnsupported, HasSubstr("cannot partition")));
  }
}

TEST(PartitionValue, RefusesWhatTheLogCannotHold) {
  const arrow::BinaryScalar bytes(std::string("\xff\xfe"));
  EXPECT_THAT(FormatPartitionValue(bytes, TypeOf("binary")), FailsWith(ErrorKind::kInvalidInput, HasSubstr("UTF-8")));
  const arrow::StringScalar longest(std::string(kPartitionValueBytesMax + 1, 'x'));
  EXPECT_THAT(FormatPartitionValue(longest, TypeOf("string")),
              FailsWith(ErrorKind::kLimitExceeded, HasSubstr("65537")));
  EXPECT_THAT(ParsePartitionValue(std::string(kPartitionValueBytesMax + 1, 'x'), TypeOf("string")),
              FailsWith(ErrorKind::kLimitExceeded, HasSubstr("65537")));
  EXPECT_THAT(FormatPartitionValue(arrow::Int32Scalar(1), TypeOf("long")),
              FailsWith(ErrorKind::kInvalidInput, HasSubstr("int32")));
}

TEST(FloatText, WritesNumbersAsJavaDoes) {
  for (const auto& [number, text] :
       std::vector<std::pair<double, std::string>>{{0.0, "0.0"},
                                                   {-0.0, "-0.0"},
                                                   {1.5, "1.5"},
                                                   {100, "100.0"},
                                                   {0.001, "0.001"},
                                                   {0.00099, "9.9E-4"},
                                                   {9999999, "9999999.0"},
                                                   {1e7, "1.0E7"},
                                                   {1e10, "1.0E10"},
                                                   {4.9e-324, "4.9E-324"},
                                                   {1.7976931348623157e308, "1.7976931348623157E308"},
                                                   {2e23, "2.0E23"},
                                                   {123456.789, "123456.789"},
                                                   {0.1, "0.1"},
                                                   {-12.25, "-12.25"},
                                                   {1e21, "1.0E21"},
                                                   {1234567.5, "1234567.5"}}) {
    EXPECT_EQ(JavaText(number), text);
  }
  EXPECT_EQ(JavaText(std::numeric_limits<double>::quiet_NaN()), "NaN");
  EXPECT_EQ(JavaText(-std::numeric_limits<float>::infinity()), "-Infinity");
  EXPECT_EQ(JavaText(0.1F), "0.1");
  EXPECT_EQ(JavaText(1.4e-45F), "1.4E-45");
  EXPECT_EQ(JavaText(16777216.0F), "1.6777216E7");
}

TEST(PartitionValue, ReadsBackEveryValueItWrote) {
  core::SeededRandom random(11);
  const auto check = [](const arrow::Scalar& value, const DataType& type) {
    ASSERT_OK_AND_ASSIGN(const auto text, FormatPartitionValue(value, type));
    ASSERT_OK_AND_ASSIGN(const auto read, ParsePartitionValue(text, type));
    EXPECT_TRUE(read->Equals(value, arrow::EqualOptions::Defaults().nans_equal(true).signed_zeros_equal(false)))
        << *text << " of " << TypeName(type);
  };
  const auto zoned = arrow::timestamp(arrow::TimeUnit::MICRO, "UTC");
  for (int round = 0; round < 5000; ++round) {
    const std::uint64_t bits = random.Next() >> (random.Next() % 64);
    const auto word = static_cast<std::int64_t>(random.Next() % 2 == 0 ? bits : ~bits);
    check(arrow::Int64Scalar(word), TypeOf("long"));
    check(arrow::Int8Scalar(static_cast<std::int8_t>(word)), TypeOf("byte"));
    check(arrow::Date32Scalar(static_cast<std::int32_t>(word)), TypeOf("date"));
    check(arrow::TimestampScalar(word, zoned), TypeOf("timestamp"));
    check(arrow::TimestampScalar(word, arrow::timestamp(arrow::TimeUnit::MICRO)), TypeOf("timestamp_ntz"));
    check(arrow::Decimal128Scalar(arrow::Decimal128(word), arrow::decimal128(19, 7)), TypeOf("decimal(19,7)"));
    double wide = 0;
    float narrow = 0;
    std::memcpy(&wide, &word, sizeof(wide));
    std::memcpy(&narrow, &word, sizeof(narrow));
    check(arrow::DoubleScalar(wide), TypeOf("double"));
    check(arrow::FloatScalar(narrow), TypeOf("float"));
  }
}

}  // namespace
}  // namespace sluice::delta
