#include "table/variant.h"

#include <arrow/array.h>
#include <arrow/array/builder_binary.h>
#include <arrow/json/from_string.h>
#include <arrow/type.h>
#include <gtest/gtest.h>

#include <bit>
#include <string>

#include "core/random.h"
#include "delta/byte_order.h"
#include "table/shredded_variant.h"
#include "table/variant_json.h"
#include "tests/support/result_matchers.h"

namespace sluice::table {
namespace {

using core::ErrorKind;
using testing::FailsWith;
using ::testing::HasSubstr;
using testing::IsOk;

using namespace std::string_literals;

// Version 1, names "a", "bc" in one-byte offsets.
const std::string kNames =
    "\x01\x02\x00\x01\x03"
    "abc"s;
const std::string kNoNames = "\x01\x00\x00"s;

std::string Json(const std::string& value, const std::string& metadata = kNames) {
  const auto text = FormatVariant(metadata, value);
  return text.has_value() ? *text : text.error().ToString();
}

template <typename Number>
std::string Value(VariantPrimitive type, Number number) {
  std::string out(1, static_cast<char>(static_cast<int>(type) << 2));
  delta::AppendLittle(out, number);
  return out;
}

std::string DecimalValue(VariantPrimitive type, char scale, std::int64_t low, std::size_t bytes) {
  std::string out(1, static_cast<char>(static_cast<int>(type) << 2));
  out += scale;
  std::string number;
  delta::AppendLittle(number, static_cast<std::uint64_t>(low));
  delta::AppendLittle(number, static_cast<std::uint64_t>(low >> 63));
  return out + number.substr(0, bytes);
}

TEST(Variant, PrimitivesBecomeJson) {
  EXPECT_EQ(Json("\x00"s), "null");
  EXPECT_EQ(Json("\x04"), "true");
  EXPECT_EQ(Json("\x08"), "false");
  EXPECT_EQ(Json(Value(VariantPrimitive::kInt8, std::uint8_t{0x80})), "-128");
  EXPECT_EQ(Json(Value(VariantPrimitive::kInt16, std::uint16_t{0xFFFF})), "-1");
  EXPECT_EQ(Json(Value(VariantPrimitive::kInt32, std::uint32_t{1u << 31})), "-2147483648");
  EXPECT_EQ(Json(Value(VariantPrimitive::kInt64, std::uint64_t{1} << 62)), "4611686018427387904");
  EXPECT_EQ(Json(Value(VariantPrimitive::kDouble, std::bit_cast<std::uint64_t>(-0.0))), "-0.0");
  EXPECT_EQ(Json(Value(VariantPrimitive::kDouble, std::bit_cast<std::uint64_t>(1e300))), "1.0E300");
  EXPECT_EQ(Json(Value(VariantPrimitive::kFloat, std::bit_cast<std::uint32_t>(0.1f))), "0.1");
  EXPECT_EQ(Json(Value(VariantPrimitive::kFloat, std::uint32_t{0x7FC00000})), "\"NaN\"");
  EXPECT_EQ(Json(Value(VariantPrimitive::kDate, std::uint32_t{19782})), "\"2024-02-29\"");
  EXPECT_EQ(Json(Value(VariantPrimitive::kTimestamp, std::uint64_t{1'500'000})), "\"1970-01-01 00:00:01.5+00:00\"");
  EXPECT_EQ(Json(Value(VariantPrimitive::kTimestampNtz, ~std::uint64_t{0})), "\"1969-12-31 23:59:59.999999\"");
  EXPECT_EQ(Json(Value(VariantPrimitive::kTimestampNtzNanos, ~std::uint64_t{0})), "\"1969-12-31 23:59:59.999999999\"");
  EXPECT_EQ(Json(Value(VariantPrimitive::kTime, std::uint64_t{3'600'000'001})), "\"01:00:00.000001\"");
  EXPECT_EQ(Json("\x3C\x02\x00\x00\x00\xFF\x00"s), "\"/wA=\"");
  EXPECT_EQ(Json("\x40\x03\x00\x00\x00x\"y"s), R"("x\"y")");
  EXPECT_EQ(Json("\x0Dx\ny"), R"("x\ny")");
  EXPECT_EQ(Json("\x50\x00\x11\x22\x33\x44\x55\x66\x77\x88\x99\xAA\xBB\xCC\xDD\xEE\xFF"s),
            "\"00112233-4455-6677-8899-aabbccddeeff\"");
}

TEST(Variant, DecimalsKeepTheirDigitsAndLoseZerosAtTheEnd) {
  EXPECT_EQ(Json(DecimalValue(VariantPrimitive::kDecimal4, 2, -5, 4)), "-0.05");
  EXPECT_EQ(Json(DecimalValue(VariantPrimitive::kDecimal4, 1, 500, 4)), "50");
  EXPECT_EQ(Json(DecimalValue(VariantPrimitive::kDecimal8, 3, 1'234'500, 8)), "1234.5");
  EXPECT_EQ(Json(DecimalValue(VariantPrimitive::kDecimal16, 0, -9'000'000'000'000'000'000, 16)),
            "-9000000000000000000");
  EXPECT_EQ(Json(DecimalValue(VariantPrimitive::kDecimal4, 0, 100, 4)), "100");
  EXPECT_THAT(Json(DecimalValue(VariantPrimitive::kDecimal4, 39, 1, 4)), HasSubstr("scale 39"));
}

TEST(Variant, ObjectsAndArraysBecomeJson) {
  // {"a": 1, "bc": []}, its values stored in the other order.
  EXPECT_EQ(Json("\x02\x02\x00\x01\x03\x00\x05\x03\x00\x00\x0C\x01"s), R"({"a":1,"bc":[]})");
  EXPECT_EQ(Json("\x03\x02\x00\x01\x03\x00\x0C\x07"s), "[null,7]");
}

TEST(Variant, BytesThatAreNoneAreErrors) {
  EXPECT_THAT(FormatVariant("", "\x00"s), FailsWith(ErrorKind::kCorruption, HasSubstr("metadata")));
  EXPECT_THAT(FormatVariant("\x02\x00\x00"s, "\x00"s), FailsWith(ErrorKind::kUnsupported, HasSubstr("version 2")));
  EXPECT_THAT(FormatVariant(kNames, ""), FailsWith(ErrorKind::kCorruption, HasSubstr("type")));
  EXPECT_THAT(FormatVariant(kNames, "\x54"), FailsWith(ErrorKind::kUnsupported, HasSubstr("type 21")));
  EXPECT_THAT(FormatVariant(kNames, "\x02\x01\x02\x00\x01\x00"s),
              FailsWith(ErrorKind::kCorruption, HasSubstr("name 2 of 2")));
  EXPECT_THAT(FormatVariant(kNames, "\x1F\xFF\xFF\xFF\xFF"s), FailsWith(ErrorKind::kCorruption, HasSubstr("offsets")));
}

TEST(Variant, DeepNestingIsRefused) {
  std::string value = "\x00"s;
  for (int i = 0; i < 600; ++i) {
    std::string outer = "\x0F\x01\x00\x00\x00\x00"s;  // an array of one, four-byte offsets
    delta::AppendLittle(outer, static_cast<std::uint32_t>(value.size()));
    value = outer + value;
  }
  EXPECT_THAT(FormatVariant(kNames, value), FailsWith(ErrorKind::kLimitExceeded, HasSubstr("500")));
}

TEST(Variant, RandomBytesNeverReadBeyondTheirEnd) {
  core::SeededRandom random(7);
  for (int round = 0; round < 20'000; ++round) {
    std::string metadata = kNames;
    std::string value(random.Next() % 24, '\0');
    for (char& byte : value) byte = static_cast<char>(random.Next());
    if (!value.empty() && random.Next() % 2 == 0) value[0] = static_cast<char>(2 + random.Next() % 2);
    if (random.Next() % 4 == 0) metadata[random.Next() % metadata.size()] = static_cast<char>(random.Next());
    const auto text = FormatVariant(metadata, value);
    EXPECT_TRUE(text.has_value() || text.error().kind() != ErrorKind::kInternal);
  }
}

std::shared_ptr<arrow::Array> FromJson(const std::shared_ptr<arrow::DataType>& type, const std::string& json) {
  return arrow::json::ArrayFromJSONString(type, json).ValueOrDie();
}

const auto kVariantType =
    arrow::struct_({arrow::field("metadata", arrow::binary(), false), arrow::field("value", arrow::binary(), false)});

std::shared_ptr<arrow::DataType> Shredded(std::shared_ptr<arrow::DataType> typed) {
  return arrow::struct_({arrow::field("value", arrow::binary()), arrow::field("typed_value", std::move(typed))});
}

/// Each row as JSON.
core::Result<std::vector<std::string>> Joined(const std::shared_ptr<arrow::Array>& parts, const std::string& metadata) {
  arrow::BinaryBuilder names;
  for (std::int64_t i = 0; i < parts->length(); ++i) (void)names.Append(metadata);
  const auto& fields = static_cast<const arrow::StructArray&>(*parts);
  auto type_fields = fields.type()->fields();
  type_fields.insert(type_fields.begin(), arrow::field("metadata", arrow::binary()));
  arrow::ArrayVector columns = fields.fields();
  columns.insert(columns.begin(), names.Finish().ValueOrDie());
  const arrow::StructArray whole(arrow::struct_(type_fields), parts->length(), columns, parts->null_bitmap());
  SLUICE_ASSIGN_OR_RETURN(const auto joined, JoinVariants(whole, kVariantType, arrow::default_memory_pool()));
  SLUICE_ASSIGN_OR_RETURN(const auto texts, FormatVariants(*joined, arrow::default_memory_pool()));
  std::vector<std::string> result;
  for (std::int64_t i = 0; i < texts->length(); ++i) {
    result.push_back(texts->IsNull(i) ? "NULL" : static_cast<const arrow::StringArray&>(*texts).GetString(i));
  }
  return result;
}

TEST(ShreddedVariant, PrimitivesComeFromEitherColumn) {
  const auto parts = FromJson(Shredded(arrow::int64()),
                              R"([{"value": null, "typed_value": 34}, {"value": "\u0004", "typed_value": null},
                                  {"value": null, "typed_value": null}, null])");
  ASSERT_OK_AND_ASSIGN(const auto rows, Joined(parts, kNoNames));
  EXPECT_EQ(rows, (std::vector<std::string>{"34", "true", "null", "NULL"}));
}

TEST(ShreddedVariant, ObjectsJoinTheirTypedAndOtherMembers) {
  const auto type = Shredded(arrow::struct_({arrow::field("bc", Shredded(arrow::decimal128(18, 1)))}));
  arrow::BinaryBuilder rest;
  (void)rest.Append("\x02\x01\x00\x00\x02\x0C\x07"s);  // {"a": 7}
  (void)rest.AppendNull();
  (void)rest.AppendNull();
  const auto typed = FromJson(type->field(1)->type(), R"([{"bc": {"value": null, "typed_value": "50.5"}},
                                                          {"bc": {"value": "\u0008", "typed_value": null}},
                                                          {"bc": {"value": null, "typed_value": null}}])");
  const auto parts =
      std::make_shared<arrow::StructArray>(type, 3, arrow::ArrayVector{rest.Finish().ValueOrDie(), typed});
  ASSERT_OK_AND_ASSIGN(const auto rows, Joined(parts, kNames));
  EXPECT_EQ(rows, (std::vector<std::string>{R"({"a":7,"bc":50.5})", R"({"bc":false})", "{}"}));
  EXPECT_THAT(Joined(parts,
                     "\x01\x01\x00\x01"
                     "a"s),
              FailsWith(ErrorKind::kCorruption, HasSubstr("'bc'")));
}

TEST(ShreddedVariant, ArraysJoinTheirElements) {
  const auto parts = FromJson(Shredded(arrow::list(Shredded(arrow::utf8()))),
                              R"([{"value": null, "typed_value": [{"value": null, "typed_value": "x"},
                                                                  {"value": "\u0000", "typed_value": null}]},
                                  {"value": null, "typed_value": []}])");
  ASSERT_OK_AND_ASSIGN(const auto rows, Joined(parts, kNoNames));
  EXPECT_EQ(rows, (std::vector<std::string>{R"(["x",null])", "[]"}));
}

TEST(ShreddedVariant, EveryPrimitiveTypeComesBack) {
  const auto one = [](const std::shared_ptr<arrow::DataType>& type, const std::string& json) {
    const auto rows = Joined(FromJson(Shredded(type), R"([{"value": null, "typed_value": )" + json + "}]"), kNoNames);
    return rows.has_value() ? rows->front() : rows.error().ToString();
  };
  EXPECT_EQ(one(arrow::boolean(), "true"), "true");
  EXPECT_EQ(one(arrow::int8(), "-1"), "-1");
  EXPECT_EQ(one(arrow::int16(), "-300"), "-300");
  EXPECT_EQ(one(arrow::int32(), "70000"), "70000");
  EXPECT_EQ(one(arrow::float32(), "1.5"), "1.5");
  EXPECT_EQ(one(arrow::float64(), "2.5"), "2.5");
  EXPECT_EQ(one(arrow::decimal128(5, 2), R"("-1.25")"), "-1.25");
  EXPECT_EQ(one(arrow::decimal128(38, 0), R"("-99999999999999999999999999999999999999")"),
            "-99999999999999999999999999999999999999");
  EXPECT_EQ(one(arrow::date32(), "0"), "\"1970-01-01\"");
  EXPECT_EQ(one(arrow::time64(arrow::TimeUnit::MICRO), "1"), "\"00:00:00.000001\"");
  EXPECT_EQ(one(arrow::timestamp(arrow::TimeUnit::MICRO, "UTC"), "0"), "\"1970-01-01 00:00:00+00:00\"");
  EXPECT_EQ(one(arrow::timestamp(arrow::TimeUnit::NANO), "1"), "\"1970-01-01 00:00:00.000000001\"");
  EXPECT_EQ(one(arrow::binary(), R"("ab")"), "\"YWI=\"");
  EXPECT_EQ(one(arrow::utf8(), "\"" + std::string(100, 'x') + "\""), "\"" + std::string(100, 'x') + "\"");
  EXPECT_THAT(one(arrow::uint8(), "1"), HasSubstr("uint8"));
}

}  // namespace
}  // namespace sluice::table
