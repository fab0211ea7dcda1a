#include "table/data_file_reader.h"

#include <parquet/file_writer.h>
#include <parquet/schema.h>

#include <array>

#include "table/test_file.h"
#include "tests/support/result_matchers.h"

namespace sluice::table {
namespace {

using core::ErrorKind;
using delta::TypeKind;
using ::testing::AllOf;
using testing::FailsWith;
using ::testing::HasSubstr;
using testing::IsOk;

std::shared_ptr<arrow::Array> FromJson(const std::shared_ptr<arrow::DataType>& type, const std::string& json) {
  return arrow::json::ArrayFromJSONString(type, json).ValueOrDie();
}

/// Column `index` of what was read holds these values.
MATCHER_P2(Holds, index, expected, "") {
  if (!arg.has_value()) {
    *result_listener << arg.error().ToString();
    return false;
  }
  const auto column = (*arg)->column(index)->chunk(0);
  if (column->Equals(*expected, arrow::EqualOptions::Defaults().nans_equal(true))) return true;
  *result_listener << column->type()->ToString() << " " << column->ToString();
  return false;
}

TEST(DataFileReader, TakesColumnsByNameInTheOrderOfTheTable) {
  TestFiles test;
  test.Write({{"b", arrow::utf8(), R"(["x", null, "z"])"},
              {"ignored", arrow::utf8(), R"(["x", "y", "z"])"},
              {"a", arrow::int64(), "[1, 2, 3]"}},
             2);
  const auto table = test.Read({TestField("a", Plain(TypeKind::kLong)), TestField("b", Plain(TypeKind::kString))});
  EXPECT_THAT(table, Holds(0, FromJson(arrow::int64(), "[1, 2, 3]")));
  EXPECT_THAT(table, Holds(1, FromJson(arrow::utf8(), R"(["x", null, "z"])")));
}

TEST(DataFileReader, NamesThatDifferInCaseMatchWhenNoneIsExact) {
  TestFiles test;
  test.Write({{"AB", arrow::int64(), "[1]"}, {"ab", arrow::int64(), "[2]"}, {"Cd", arrow::int64(), "[3]"}});
  const auto exact = test.Read({TestField("ab", Plain(TypeKind::kLong)), TestField("cD", Plain(TypeKind::kLong))});
  EXPECT_THAT(exact, Holds(0, FromJson(arrow::int64(), "[2]")));
  EXPECT_THAT(exact, Holds(1, FromJson(arrow::int64(), "[3]")));
  EXPECT_THAT(test.Read({TestField("aB", Plain(TypeKind::kLong))}),
              FailsWith(ErrorKind::kCorruption, AllOf(HasSubstr("'AB' and 'ab'"), HasSubstr(TestFiles::kPath))));
}

TEST(DataFileReader, PhysicalNamesMatchToTheLetter) {
  TestFiles test;
  test.Write({{"col-1", arrow::struct_({arrow::field("col-2", arrow::int64())}), R"([{"col-2": 7}])"},
              {"a", arrow::int64(), "[1]"}});
  delta::Field inner = TestField("x", Plain(TypeKind::kLong));
  inner.physical_name = "col-2";
  delta::Field outer = TestField("a", StructOf({inner}));
  outer.physical_name = "col-1";
  EXPECT_THAT(test.Read({outer}, delta::ColumnMappingMode::kName),
              Holds(0, FromJson(arrow::struct_({arrow::field("x", arrow::int64())}), R"([{"x": 7}])")));
  outer.physical_name = "COL-1";
  EXPECT_THAT(test.Read({outer}, delta::ColumnMappingMode::kName),
              Holds(0, FromJson(arrow::struct_({arrow::field("x", arrow::int64())}), "[null]")));
}

TEST(DataFileReader, IdsMatchAtEveryLevelWhateverTheNames) {
  TestFiles test;
  const auto with_id = [](const std::string& name, int id) {
    return arrow::field(name, arrow::int64())
        ->WithMetadata(arrow::key_value_metadata({"PARQUET:field_id"}, {std::to_string(id)}));
  };
  test.Write(
      {{"swapped", arrow::int64(), "[1]", true, 2},
       {"other", arrow::int64(), "[2]", true, 1},
       {"s", arrow::list(arrow::struct_({with_id("p", 5), with_id("q", 4)})), R"([[{"p": 5, "q": 4}]])", true, 3}});
  const auto field = [](std::string name, delta::DataType type, int id) {
    delta::Field made = TestField(std::move(name), std::move(type));
    made.id = id;
    return made;
  };
  const auto table = test.Read({field("other", Plain(TypeKind::kLong), 2), field("swapped", Plain(TypeKind::kLong), 1),
                                field("s", ListOf(StructOf({field("p", Plain(TypeKind::kLong), 4)})), 3),
                                field("s2", Plain(TypeKind::kLong), 9)},
                               delta::ColumnMappingMode::kId);
  EXPECT_THAT(table, Holds(0, FromJson(arrow::int64(), "[1]")));
  EXPECT_THAT(table, Holds(1, FromJson(arrow::int64(), "[2]")));
  EXPECT_THAT(
      table,
      Holds(2, FromJson(arrow::list(arrow::field("element", arrow::struct_({arrow::field("p", arrow::int64())}))),
                        R"([[{"p": 4}]])")));
  EXPECT_THAT(table, Holds(3, FromJson(arrow::int64(), "[null]")));
}

TEST(DataFileReader, AFileWithoutIdsIsRefusedWhereIdsMatch) {
  TestFiles test;
  test.Write({{"a", arrow::int64(), "[1]"}});
  delta::Field field = TestField("a", Plain(TypeKind::kLong));
  field.id = 1;
  EXPECT_THAT(test.Read({field}, delta::ColumnMappingMode::kId),
              FailsWith(ErrorKind::kCorruption, HasSubstr("has no ids")));
}

TEST(DataFileReader, ValuesWidenAtEveryDepth) {
  TestFiles test;
  test.Write({{"l", arrow::list(arrow::int16()), "[[1, null, -3], null, []]"},
              {"m", arrow::map(arrow::int8(), arrow::float32()), "[[[1, 1.5]], null, []]"},
              {"s", arrow::struct_({arrow::field("d", arrow::date32()), arrow::field("i", arrow::int32())}),
               R"([{"d": 1, "i": 2}, null, {"d": null, "i": null}])"}});
  const auto table = test.Read(
      {TestField("l", ListOf(Plain(TypeKind::kLong))),
       TestField("m", MapOf(Plain(TypeKind::kInteger), Plain(TypeKind::kDouble))),
       TestField("s", StructOf({TestField("d", Plain(TypeKind::kTimestampNtz)), TestField("i", Decimal(12, 2))}))});
  EXPECT_THAT(table,
              Holds(0, FromJson(arrow::list(arrow::field("element", arrow::int64())), "[[1, null, -3], null, []]")));
  EXPECT_THAT(table, Holds(1, FromJson(arrow::map(arrow::int32(), arrow::float64()), "[[[1, 1.5]], null, []]")));
  EXPECT_THAT(table, Holds(2, FromJson(arrow::struct_({arrow::field("d", arrow::timestamp(arrow::TimeUnit::MICRO)),
                                                       arrow::field("i", arrow::decimal128(12, 2))}),
                                       R"([{"d": 86400000000, "i": "2.00"}, null, {"d": null, "i": null}])")));
}

TEST(DataFileReader, ShortsMayStandInPlainWholeNumbersIfTheyFit) {
  TestFiles test;
  test.Write({{"a", arrow::int32(), "[-32768, null, 32767]"}});
  EXPECT_THAT(test.Read({TestField("a", Plain(TypeKind::kShort))}),
              Holds(0, FromJson(arrow::int16(), "[-32768, null, 32767]")));
  EXPECT_THAT(test.Read({TestField("a", Plain(TypeKind::kByte))}),
              FailsWith(ErrorKind::kCorruption, AllOf(HasSubstr("column 'a'"), HasSubstr("32768"))));
}

TEST(DataFileReader, TypesThatLoseAreRefusedWithBothNames) {
  TestFiles test;
  test.Write({{"l", arrow::int64(), "[1]"},
              {"d", arrow::decimal128(10, 2), R"(["1.00"])"},
              {"u", arrow::uint32(), "[1]"},
              {"t", arrow::utf8(), R"(["1"])"},
              {"n", arrow::list(arrow::int64()), "[[1]]"}});
  const auto fails = [&](const char* name, delta::DataType type, const char* file, const char* table) {
    EXPECT_THAT(test.Read({TestField(name, std::move(type))}),
                FailsWith(ErrorKind::kCorruption,
                          AllOf(HasSubstr(TestFiles::kPath), HasSubstr(name), HasSubstr(file), HasSubstr(table))));
  };
  fails("l", Plain(TypeKind::kInteger), "int64", "integer");
  fails("l", Plain(TypeKind::kDouble), "int64", "double");
  fails("l", Plain(TypeKind::kTimestamp), "int64", "timestamp");
  fails("d", Decimal(10, 3), "decimal128(10, 2)", "decimal(10,3)");
  fails("d", Decimal(9, 2), "decimal128(10, 2)", "decimal(9,2)");
  fails("u", Plain(TypeKind::kLong), "uint32", "long");
  fails("t", Plain(TypeKind::kLong), "string", "long");
  fails("n", Plain(TypeKind::kLong), "list", "long");
  fails("l", ListOf(Plain(TypeKind::kLong)), "int64", "array");
  fails("n", StructOf({TestField("x", Plain(TypeKind::kLong))}), "list", "struct");
  fails("n", Plain(TypeKind::kVariant), "list", "variant");
}

TEST(DataFileReader, TimestampsOfEveryUnitAndFlagAreMicroseconds) {
  TestFiles test;
  const char* millis = "[1000, -1, null]";
  const char* nanos = "[1999, -1, null]";
  test.Write({{"ms", arrow::timestamp(arrow::TimeUnit::MILLI), millis},
              {"ms_utc", arrow::timestamp(arrow::TimeUnit::MILLI, "UTC"), millis},
              {"us", arrow::timestamp(arrow::TimeUnit::MICRO), "[1, -1, null]"},
              {"us_utc", arrow::timestamp(arrow::TimeUnit::MICRO, "America/New_York"), "[1, -1, null]"},
              {"ns", arrow::timestamp(arrow::TimeUnit::NANO), nanos},
              {"ns_utc", arrow::timestamp(arrow::TimeUnit::NANO, "UTC"), nanos}},
             1024, ::parquet::WriterProperties::Builder(), *::parquet::ArrowWriterProperties::Builder().store_schema());
  for (const auto kind : {TypeKind::kTimestamp, TypeKind::kTimestampNtz}) {
    std::vector<delta::Field> fields;
    for (const char* name : {"ms", "ms_utc", "us", "us_utc", "ns", "ns_utc"})
      fields.push_back(TestField(name, Plain(kind)));
    const auto table = test.Read(fields);
    const auto type = arrow::timestamp(arrow::TimeUnit::MICRO, kind == TypeKind::kTimestamp ? "UTC" : "");
    for (int i = 0; i < 6; ++i) {
      EXPECT_THAT(table, Holds(i, FromJson(type, i < 2 ? "[1000000, -1000, null]" : "[1, -1, null]")));
    }
  }
}

TEST(DataFileReader, MillisecondsBeyondTheRangeAreCorruption) {
  TestFiles test;
  test.Write({{"t", arrow::timestamp(arrow::TimeUnit::MILLI), "[9223372036854775807]"}});
  EXPECT_THAT(test.Read({TestField("t", Plain(TypeKind::kTimestamp))}),
              FailsWith(ErrorKind::kCorruption, HasSubstr("'t'")));
}

TEST(DataFileReader, ColumnsThatAFileLacksAreNull) {
  TestFiles test;
  test.Write({{"s", arrow::struct_({arrow::field("x", arrow::list(arrow::int64())), arrow::field("y", arrow::int64())}),
               R"([{"x": [1], "y": 1}, null, {"x": null, "y": null}])"}});
  const auto type = arrow::struct_({arrow::field("new", arrow::utf8())});
  const auto table = test.Read({TestField("missing", MapOf(Plain(TypeKind::kString), Plain(TypeKind::kDate))),
                                TestField("s", StructOf({TestField("new", Plain(TypeKind::kString))}))});
  EXPECT_THAT(table, Holds(0, FromJson(arrow::map(arrow::utf8(), arrow::date32()), "[null, null, null]")));
  EXPECT_THAT(table, Holds(1, FromJson(type, R"([{"new": null}, null, {"new": null}])")));
}

TEST(DataFileReader, AMissingColumnThatMayNotBeNullIsCorruption) {
  TestFiles test;
  test.Write({{"a", arrow::int64(), "[1]"}});
  delta::Field field = TestField("b", Plain(TypeKind::kLong));
  field.nullable = false;
  EXPECT_THAT(test.Read({field}),
              FailsWith(ErrorKind::kCorruption, AllOf(HasSubstr("'b'"), HasSubstr("may not be NULL"))));
  test.Write({{"a", arrow::int64(), "[]"}});
  EXPECT_THAT(test.Read({field}), IsOk());
}

TEST(DataFileReader, CountsRowsWhenNoColumnIsThere) {
  TestFiles test;
  test.Write({{"a", arrow::int64(), "[1, 2, 3, 4, 5]"}}, 3);
  const auto table = test.Read({TestField("v", Plain(TypeKind::kVoid))});
  EXPECT_THAT(table, Holds(0, FromJson(arrow::null(), "[null, null, null, null, null]")));
  ASSERT_OK_AND_ASSIGN(auto reader, test.Open({}));
  ASSERT_OK_AND_ASSIGN(const auto rows, reader->Next());
  EXPECT_EQ(rows->rows->num_rows(), 5);
  EXPECT_EQ(reader->row_count(), 5);
}

TEST(DataFileReader, TellsWhereRowsOfSomeRowGroupsStand) {
  TestFiles test;
  test.Write({{"a", arrow::int64(), "[0, 1, 2, 3, 4, 5, 6, 7, 8]"}}, 2);
  ASSERT_OK_AND_ASSIGN(auto reader, test.Open({TestField("a", Plain(TypeKind::kLong))}, delta::ColumnMappingMode::kNone,
                                              {.batch_rows = 3, .row_groups = std::vector<int>{1, 2, 4}}));
  std::vector<std::int64_t> seen;
  while (true) {
    ASSERT_OK_AND_ASSIGN(const auto rows, reader->Next());
    if (!rows) break;
    const auto& values = static_cast<const arrow::Int64Array&>(*rows->rows->column(0));
    for (std::int64_t i = 0; i < values.length(); ++i) {
      EXPECT_EQ(values.Value(i), rows->first_row + i);
      seen.push_back(values.Value(i));
    }
  }
  EXPECT_EQ(seen, (std::vector<std::int64_t>{2, 3, 4, 5, 8}));
}

TEST(DataFileReader, TypesThatArrowNotedInTheFileAreUndone) {
  TestFiles test;
  test.Write({{"d", arrow::dictionary(arrow::int32(), arrow::utf8()), R"(["a", null, "a"])"},
              {"l", arrow::large_list(arrow::large_utf8()), R"([["a"], null, []])"},
              {"b", arrow::fixed_size_binary(2), R"(["ab", null, "cd"])"}},
             1024, ::parquet::WriterProperties::Builder(), *::parquet::ArrowWriterProperties::Builder().store_schema());
  const auto table =
      test.Read({TestField("d", Plain(TypeKind::kString)), TestField("l", ListOf(Plain(TypeKind::kString))),
                 TestField("b", Plain(TypeKind::kBinary))});
  EXPECT_THAT(table, Holds(0, FromJson(arrow::utf8(), R"(["a", null, "a"])")));
  EXPECT_THAT(table, Holds(1, FromJson(arrow::list(arrow::field("element", arrow::utf8())), R"([["a"], null, []])")));
  EXPECT_THAT(table, Holds(2, FromJson(arrow::binary(), R"(["ab", null, "cd"])")));
}

TEST(DataFileReader, TextWithoutAnnotationIsReadAndChecked) {
  TestFiles test;
  test.Write({{"a", arrow::binary(), R"(["x", null, "é"])"}});
  EXPECT_THAT(test.Read({TestField("a", Plain(TypeKind::kString))}),
              Holds(0, FromJson(arrow::utf8(), R"(["x", null, "é"])")));
  test.Write({{"a", arrow::binary(), "[\"\xFF\"]"}});
  EXPECT_THAT(test.Read({TestField("a", Plain(TypeKind::kString))}),
              FailsWith(ErrorKind::kCorruption, HasSubstr("UTF8")));
}

TEST(DataFileReader, VariantMembersComeInEitherOrder) {
  TestFiles test;
  test.Write({{"v", arrow::struct_({arrow::field("value", arrow::binary()), arrow::field("metadata", arrow::binary())}),
               R"([{"value": "v", "metadata": "m"}, null])"}});
  const auto type =
      arrow::struct_({arrow::field("metadata", arrow::binary(), false), arrow::field("value", arrow::binary(), false)});
  EXPECT_THAT(test.Read({TestField("v", Plain(TypeKind::kVariant))}),
              Holds(0, FromJson(type, R"([{"value": "v", "metadata": "m"}, null])")));
}

TEST(DataFileReader, UnknownTypesAreNamed) {
  TestFiles test;
  test.Write({{"g", arrow::binary(), R"(["x"])"}});
  EXPECT_THAT(test.Read({TestField("g", {.kind = TypeKind::kUnknown, .unknown_name = "geometry(4326)"})}),
              FailsWith(ErrorKind::kUnsupported, AllOf(HasSubstr("'g'"), HasSubstr("geometry(4326)"))));
}

TEST(DataFileReader, DaysOfTheOldCalendarAreNoted) {
  TestFiles test;
  for (const char* days : {"[-141428, null]", "[-141427, 0]"}) {
    for (const char* version : {"2.4.8", "3.5.0"}) {
      test.Write({{"d", arrow::date32(), days}}, 1024, ::parquet::WriterProperties::Builder(),
                 ::parquet::ArrowWriterProperties::Builder(),
                 arrow::key_value_metadata({"org.apache.spark.version"}, {version}));
      ASSERT_OK_AND_ASSIGN(auto reader, test.Open({TestField("d", Plain(TypeKind::kDate))}));
      ASSERT_OK(reader->Next());
      const bool old = std::string(version) == "2.4.8" && std::string(days) == "[-141428, null]";
      EXPECT_EQ(reader->notes().size(), old ? 1U : 0U) << version << days;
    }
  }
}

TEST(DataFileReader, AMissingFileIsNotFound) {
  TestFiles test;
  EXPECT_THAT(test.Read({TestField("a", Plain(TypeKind::kLong))}),
              FailsWith(ErrorKind::kNotFound, HasSubstr(TestFiles::kPath)));
}

TEST(DataFileReader, DamageAnywhereIsAnErrorOrHarmless) {
  TestFiles test;
  test.Write({{"a", arrow::int64(), "[1, 2, 3]"},
              {"l", arrow::list(arrow::utf8()), R"([["x"], null, ["y", "z"]])"},
              {"m", arrow::map(arrow::int16(), arrow::struct_({arrow::field("x", arrow::date32())})),
               R"([[[1, {"x": 1}]], null, [[2, null], [3, {"x": null}]]])"}},
             2, *::parquet::WriterProperties::Builder().enable_page_checksum());
  const std::string whole = test.files.Contents()[TestFiles::kPath];
  const std::vector<delta::Field> fields = {
      TestField("a", Plain(TypeKind::kLong)), TestField("l", ListOf(Plain(TypeKind::kString))),
      TestField("m", MapOf(Plain(TypeKind::kLong), StructOf({TestField("x", Plain(TypeKind::kTimestampNtz))})))};
  const auto expect_kind = [&](const std::string& bytes) {
    test.files.Put(TestFiles::kPath, bytes);
    const auto read = test.Read(fields);
    if (read.has_value()) return;
    EXPECT_THAT(read.error().kind(),
                ::testing::AnyOf(ErrorKind::kCorruption, ErrorKind::kUnsupported, ErrorKind::kLimitExceeded))
        << read.error().ToString();
    EXPECT_THAT(read.error().ToString(), HasSubstr(TestFiles::kPath));
  };
  constexpr std::array<char, 3> kFlips = {'\x01', '\x80', '\xFF'};
  for (std::size_t at = 0; at < whole.size(); ++at) {
    if (at % 3 == 0) expect_kind(whole.substr(0, at));
    std::string bytes = whole;
    bytes[at] = static_cast<char>(bytes[at] ^ kFlips[at % kFlips.size()]);
    expect_kind(bytes);
  }
}

}  // namespace
}  // namespace sluice::table
