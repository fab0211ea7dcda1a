#include "postgres/copy_encoder.h"

#include <arrow/api.h>
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <limits>

#include "postgres/numeric_field.h"
#include "postgres/server_error.h"
#include "tests/support/result_matchers.h"

namespace sluice::postgres {
namespace {

using core::ErrorKind;
using ::sluice::testing::FailsWith;
using ::testing::HasSubstr;

std::string Hex(std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string hex;
  for (const char byte : bytes) {
    hex += kDigits[static_cast<unsigned char>(byte) >> 4];
    hex += kDigits[static_cast<unsigned char>(byte) & 15];
  }
  return hex;
}

std::string NumericHex(Int128 units, int scale) {
  char out[kNumericBytesMax];
  return Hex({out, WriteNumeric(units, scale, out)});
}

template <typename Builder, typename Value>
core::Result<std::string> Encode(Builder&& builder, const std::vector<std::optional<Value>>& values, ColumnType to) {
  for (const auto& value : values) {
    const arrow::Status added = value.has_value() ? builder.Append(*value) : builder.AppendNull();
    EXPECT_TRUE(added.ok());
  }
  const std::shared_ptr<arrow::Array> array = builder.Finish().ValueOrDie();
  const auto schema = arrow::schema({arrow::field("c", array->type())});
  SLUICE_ASSIGN_OR_RETURN(CopyEncoder encoder, CopyEncoder::Make(*schema, {{.name = "c", .type = to}}));
  std::string bytes;
  const auto sink = [&bytes](CopyBytes& piece) {
    bytes += piece.view();
    return core::Ok();
  };
  SLUICE_TRY(encoder.Append(*arrow::RecordBatch::Make(schema, array->length(), {array}), sink));
  SLUICE_TRY(encoder.Finish(sink));
  return Hex(bytes.substr(19));
}

TEST(CopyEncoder, BeginsWithTheSignatureAndEndsWithTheTrailer) {
  const auto schema = arrow::schema({});
  ASSERT_OK_AND_ASSIGN(CopyEncoder encoder, CopyEncoder::Make(*schema, {}));
  std::string bytes;
  ASSERT_OK(encoder.Finish([&bytes](CopyBytes& piece) {
    bytes += piece.view();
    return core::Ok();
  }));
  EXPECT_EQ(Hex(bytes), "5047434f50590aff0d0a000000000000000000ffff");
}

TEST(CopyEncoder, WritesIntegersAndNulls) {
  EXPECT_EQ(
      *Encode<>(arrow::Int64Builder(), std::vector<std::optional<std::int64_t>>{1, std::nullopt}, ColumnType::kInt8),
      "0001000000080000000000000001"
      "0001ffffffff"
      "ffff");
  EXPECT_EQ(*Encode<>(arrow::Int8Builder(), std::vector<std::optional<std::int8_t>>{-2}, ColumnType::kInt4),
            "000100000004fffffffeffff");
  EXPECT_EQ(*Encode<>(arrow::UInt64Builder(),
                      std::vector<std::optional<std::uint64_t>>{std::numeric_limits<std::uint64_t>::max()},
                      ColumnType::kNumeric),
            "000100000012000500040000000007341a5802e103bb064f"
            "ffff");
}

TEST(CopyEncoder, WritesTimesFromTheYear2000) {
  const auto naive = arrow::timestamp(arrow::TimeUnit::MICRO);
  EXPECT_EQ(*Encode<>(arrow::TimestampBuilder(naive, arrow::default_memory_pool()),
                      std::vector<std::optional<std::int64_t>>{0}, ColumnType::kTimestamp),
            "000100000008fffca2fec4c82000ffff");
  EXPECT_EQ(*Encode<>(arrow::Date32Builder(), std::vector<std::optional<std::int32_t>>{0}, ColumnType::kDate),
            "000100000004ffffd533ffff");
}

TEST(CopyEncoder, RefusesTimesThatPostgresLacks) {
  const auto nanos = arrow::timestamp(arrow::TimeUnit::NANO);
  EXPECT_THAT(Encode<>(arrow::TimestampBuilder(nanos, arrow::default_memory_pool()),
                       std::vector<std::optional<std::int64_t>>{1000, 1001}, ColumnType::kTimestamp),
              FailsWith(ErrorKind::kInvalidInput, HasSubstr("row 2, column c")));
  const auto micros = arrow::timestamp(arrow::TimeUnit::MICRO);
  EXPECT_THAT(Encode<>(arrow::TimestampBuilder(micros, arrow::default_memory_pool()),
                       std::vector<std::optional<std::int64_t>>{std::numeric_limits<std::int64_t>::min()},
                       ColumnType::kTimestamp),
              FailsWith(ErrorKind::kInvalidInput, HasSubstr("no such timestamp")));
}

TEST(CopyEncoder, KeepsNaiveTimesAndInstantsApart) {
  const auto naive = arrow::timestamp(arrow::TimeUnit::MICRO);
  EXPECT_THAT(Encode<>(arrow::TimestampBuilder(naive, arrow::default_memory_pool()),
                       std::vector<std::optional<std::int64_t>>{0}, ColumnType::kTimestamptz),
              FailsWith(ErrorKind::kUnsupported, HasSubstr("column c")));
}

TEST(CopyEncoder, WritesTextAndRefusesNul) {
  EXPECT_EQ(*Encode<>(arrow::StringBuilder(), std::vector<std::optional<std::string>>{"ab"}, ColumnType::kText),
            "0001000000026162ffff");
  EXPECT_EQ(*Encode<>(arrow::StringBuilder(), std::vector<std::optional<std::string>>{"{}"}, ColumnType::kJsonb),
            "000100000003017b7dffff");
  EXPECT_THAT(Encode<>(arrow::StringBuilder(), std::vector<std::optional<std::string>>{"a", std::string("b\0c", 3)},
                       ColumnType::kText),
              FailsWith(ErrorKind::kInvalidInput, HasSubstr("row 2, column c: PostgreSQL has no text with a NUL")));
}

/// One batch or several of the same columns, as one stream.
std::string EncodeAll(const std::vector<std::shared_ptr<arrow::RecordBatch>>& batches,
                      const std::vector<CopyColumn>& columns) {
  core::Result<CopyEncoder> encoder = CopyEncoder::Make(*batches.front()->schema(), columns);
  EXPECT_TRUE(encoder.has_value());
  std::string bytes;
  const auto sink = [&bytes](CopyBytes& piece) {
    bytes += piece.view();
    return core::Ok();
  };
  for (const auto& batch : batches) EXPECT_OK(encoder->Append(*batch, sink));
  EXPECT_OK(encoder->Finish(sink));
  return bytes;
}

TEST(CopyEncoder, WritesManyRowsAsItWritesEachAlone) {
  constexpr int kRows = 1000;
  arrow::Int64Builder numbers;
  arrow::StringBuilder texts;
  arrow::BooleanBuilder flags;
  arrow::Decimal128Builder decimals(arrow::decimal128(20, 3));
  for (int row = 0; row < kRows; ++row) {
    ASSERT_TRUE((row % 3 == 0 ? numbers.AppendNull() : numbers.Append(row)).ok());
    const std::size_t size = row == 701 ? 200'000 : static_cast<std::size_t>(row % 40);
    ASSERT_TRUE(
        (row % 7 == 0 ? texts.AppendNull() : texts.Append(std::string(size, static_cast<char>('a' + row % 26)))).ok());
    ASSERT_TRUE((row % 5 == 0 ? flags.AppendNull() : flags.Append(row % 2 == 0)).ok());
    ASSERT_TRUE((row % 4 == 0 ? decimals.AppendNull() : decimals.Append(arrow::Decimal128(row * row - 5000))).ok());
  }
  const arrow::ArrayVector arrays{numbers.Finish().ValueOrDie(), texts.Finish().ValueOrDie(),
                                  flags.Finish().ValueOrDie(), decimals.Finish().ValueOrDie()};
  const auto schema = arrow::schema({arrow::field("n", arrays[0]->type()), arrow::field("t", arrays[1]->type()),
                                     arrow::field("f", arrays[2]->type()), arrow::field("d", arrays[3]->type())});
  const std::vector<CopyColumn> columns{{.name = "n", .type = ColumnType::kInt8},
                                        {.name = "t", .type = ColumnType::kText},
                                        {.name = "f", .type = ColumnType::kBool},
                                        {.name = "d", .type = ColumnType::kNumeric}};
  const auto all = arrow::RecordBatch::Make(schema, kRows, arrays);
  std::vector<std::shared_ptr<arrow::RecordBatch>> each;
  for (int row = 0; row < kRows; ++row) each.push_back(all->Slice(row, 1));
  const std::string together = EncodeAll({all}, columns);
  EXPECT_TRUE(together == EncodeAll(each, columns));
  EXPECT_TRUE(together == EncodeAll({all->Slice(0, 333), all->Slice(333)}, columns));
  EXPECT_EQ(Hex(together.substr(19, 32)), "0004ffffffffffffffffffffffffffffffff0004000000080000000000000001");
}

TEST(CopyEncoder, NamesTheFirstRowThatIsRefused) {
  const auto nanos = arrow::timestamp(arrow::TimeUnit::NANO);
  arrow::TimestampBuilder times(nanos, arrow::default_memory_pool());
  arrow::StringBuilder texts;
  ASSERT_TRUE(times.AppendValues({1000, 1000, 1001, 1001}).ok());
  ASSERT_TRUE(texts.AppendValues({"a", std::string("b\0", 2), std::string("c\0", 2), "d"}).ok());
  const arrow::ArrayVector arrays{times.Finish().ValueOrDie(), texts.Finish().ValueOrDie()};
  const auto schema = arrow::schema({arrow::field("at", nanos), arrow::field("t", arrow::utf8())});
  ASSERT_OK_AND_ASSIGN(CopyEncoder encoder, CopyEncoder::Make(*schema, {{.name = "at", .type = ColumnType::kTimestamp},
                                                                        {.name = "t", .type = ColumnType::kText}}));
  const auto sink = [](CopyBytes&) { return core::Ok(); };
  const auto batch = arrow::RecordBatch::Make(schema, 4, arrays);
  EXPECT_THAT(encoder.Append(*batch, sink), FailsWith(ErrorKind::kInvalidInput, HasSubstr("row 2, column t: ")));
  EXPECT_THAT(encoder.Append(*batch->Slice(2, 2), sink), FailsWith(ErrorKind::kInvalidInput, HasSubstr("column at: ")));
}

TEST(CopyEncoder, RefusesNarrowerColumns) {
  EXPECT_THAT(Encode<>(arrow::Int64Builder(), std::vector<std::optional<std::int64_t>>{1}, ColumnType::kInt4),
              FailsWith(ErrorKind::kUnsupported, HasSubstr("column c")));
  EXPECT_THAT(Encode<>(arrow::DoubleBuilder(), std::vector<std::optional<double>>{1}, ColumnType::kFloat4),
              FailsWith(ErrorKind::kUnsupported, HasSubstr("column c")));
}

TEST(NumericField, HasTheBytesThatTheServerSends) {
  EXPECT_EQ(NumericHex(1, 0), "00010000000000000001");
  EXPECT_EQ(NumericHex(-12345678, 3), "0003000140000003000109291a7c");
  EXPECT_EQ(NumericHex(1, 4), "0001ffff000000040001");
  EXPECT_EQ(NumericHex(100000000, 0), "00010002000000000001");
  EXPECT_EQ(NumericHex(0, 2), "0000000000000002");
}

/// What the bytes say, by their definition: the sum of digit · 10000^(weight - i), in units of 10^-40.
std::string Decoded(const std::string& bytes, int scale) {
  const auto at = [&bytes](std::size_t index) {
    return static_cast<std::int16_t>((static_cast<unsigned char>(bytes[2 * index]) << 8) |
                                     static_cast<unsigned char>(bytes[2 * index + 1]));
  };
  std::string whole(44, '0');
  std::string fraction(44, '0');
  for (int digit = 0; digit < at(0); ++digit) {
    const int group = at(1) - digit;
    const std::string text = fmt::format("{:04}", at(4 + static_cast<std::size_t>(digit)));
    if (group >= 0) {
      whole.replace(whole.size() - static_cast<std::size_t>(4 * (group + 1)), 4, text);
    } else {
      fraction.replace(static_cast<std::size_t>(4 * (-group - 1)), 4, text);
    }
  }
  const std::string digits = whole + fraction.substr(0, static_cast<std::size_t>(scale));
  EXPECT_EQ(fraction.find_first_not_of('0', static_cast<std::size_t>(scale)), std::string::npos);
  const std::size_t first = digits.find_first_not_of('0');
  const std::string sign = at(2) == 0x4000 ? "-" : "";
  return first == std::string::npos ? "0" : sign + digits.substr(first);
}

std::string TextOf(Int128 units) {
  if (units == 0) return "0";
  std::string text;
  const bool negative = units < 0;
  for (Int128 rest = negative ? -units : units; rest != 0; rest /= 10) {
    text.insert(text.begin(), static_cast<char>('0' + static_cast<int>(rest % 10)));
  }
  return negative ? "-" + text : text;
}

TEST(NumericField, KeepsEveryScaleAndPowerOfTen) {
  for (int scale = 0; scale <= 38; ++scale) {
    Int128 power = 1;
    for (int exponent = 0; exponent <= 38; ++exponent, power *= 10) {
      for (const Int128 units : {power - 1, -(power - 1), power, -power, Int128{9999}, Int128{10000}}) {
        if (exponent == 38 && (units == power || units == -power)) continue;
        std::string bytes(kNumericBytesMax, 0);
        bytes.resize(WriteNumeric(units, scale, bytes.data()));
        ASSERT_EQ(Decoded(bytes, scale), TextOf(units)) << "scale " << scale;
      }
      if (exponent == 38) break;
    }
  }
}

TEST(ServerError, SaysWhatTheCallerShouldDo) {
  EXPECT_EQ(KindOfSqlState("40001"), ErrorKind::kConflict);
  EXPECT_EQ(KindOfSqlState("28P01"), ErrorKind::kPermission);
  EXPECT_EQ(KindOfSqlState("57P01"), ErrorKind::kUnavailable);
  EXPECT_EQ(KindOfSqlState("08007"), ErrorKind::kOutcomeUnknown);
  EXPECT_EQ(KindOfSqlState("23502"), ErrorKind::kInvalidInput);
  EXPECT_EQ(KindOfSqlState("42P01"), ErrorKind::kNotFound);
  EXPECT_EQ(KindOfSqlState(""), ErrorKind::kUnavailable);
  EXPECT_EQ(KindOfSqlState("ZZ000"), ErrorKind::kInternal);
}

}  // namespace
}  // namespace sluice::postgres
