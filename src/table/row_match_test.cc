#include "table/row_match.h"

#include <arrow/extension/json.h>
#include <arrow/extension/uuid.h>
#include <gtest/gtest.h>

#include "schema/arrow_error.h"
#include "table/written_table.h"

namespace sluice::table {
namespace {

using core::ErrorKind;
using testing::FailsWith;
using ::testing::HasSubstr;
using TypePointer = std::shared_ptr<arrow::DataType>;

core::Result<std::shared_ptr<arrow::RecordBatch>> Match(const arrow::RecordBatch& rows,
                                                        const arrow::FieldVector& table) {
  SLUICE_ASSIGN_OR_RETURN(const RowMatch match,
                          RowMatch::Make(*rows.schema(), SchemaOf(table), arrow::default_memory_pool()));
  SLUICE_ASSIGN_OR_RETURN(const auto matched, match.Convert(rows));
  SLUICE_TRY(matched->ValidateFull());
  return matched;
}

/// One column of `from` into one of `to`.
core::Result<std::shared_ptr<arrow::Array>> Cast(const TypePointer& from, const std::string& json,
                                                 const TypePointer& to) {
  const auto values = arrow::json::ArrayFromJSONString(from, json).ValueOrDie();
  const auto rows = arrow::RecordBatch::Make(arrow::schema({arrow::field("c", from)}), values->length(), {values});
  SLUICE_ASSIGN_OR_RETURN(const auto matched, Match(*rows, {arrow::field("c", to)}));
  return matched->column(0);
}

void ExpectCast(const TypePointer& from, const std::string& json, const TypePointer& to, const std::string& expected) {
  SCOPED_TRACE(from->ToString() + " to " + to->ToString());
  ASSERT_OK_AND_ASSIGN(const auto cast, Cast(from, json, to));
  const auto wanted = arrow::json::ArrayFromJSONString(cast->type(), expected).ValueOrDie();
  EXPECT_TRUE(cast->Equals(*wanted, arrow::EqualOptions().nans_equal(true))) << cast->ToString();
}

TEST(RowMatch, FindsColumnsByNameWhateverCaseAndOrder) {
  const auto rows =
      RowsOf({arrow::field("B", arrow::utf8()), arrow::field("a", arrow::int32())}, R"([{"B": "x", "a": 1}])");
  const arrow::FieldVector table = {arrow::field("A", arrow::int32()), arrow::field("b", arrow::utf8()),
                                    arrow::field("c", arrow::int32())};
  ASSERT_OK_AND_ASSIGN(const auto matched, Match(*rows, table));
  EXPECT_EQ(TextsOf(*matched), TextsOf(*RowsOf(table, R"([{"A": 1, "b": "x", "c": null}])")));
}

TEST(RowMatch, JsonAndUuidsAreTextsInATable) {
  const auto texts = arrow::json::ArrayFromJSONString(arrow::utf8(), R"(["{\"a\": 1}", null])").ValueOrDie();
  const auto json = arrow::extension::json(arrow::utf8());
  const auto bytes =
      arrow::json::ArrayFromJSONString(arrow::fixed_size_binary(16), R"(["abcdefghijklmnop", null])").ValueOrDie();
  const auto uuid = arrow::extension::uuid();
  const auto rows = arrow::RecordBatch::Make(
      arrow::schema({arrow::field("j", json), arrow::field("u", uuid)}), 2,
      {arrow::ExtensionType::WrapArray(json, texts), arrow::ExtensionType::WrapArray(uuid, bytes)});
  const arrow::FieldVector table = {arrow::field("j", arrow::utf8()), arrow::field("u", arrow::utf8())};
  ASSERT_OK_AND_ASSIGN(const auto matched, Match(*rows, table));
  EXPECT_TRUE(matched->column(0)->Equals(texts));
  EXPECT_EQ(TextsOf(*matched), TextsOf(*RowsOf(table, R"([{"j": "{\"a\": 1}",
      "u": "61626364-6566-6768-696a-6b6c6d6e6f70"}, {"j": null, "u": null}])")));
}

TEST(RowMatch, RefusesColumnsThatTheTableLacks) {
  const auto rows = RowsOf({arrow::field("nmae", arrow::utf8())}, "[]");
  EXPECT_THAT(Match(*rows, {arrow::field("name", arrow::utf8())}),
              FailsWith(ErrorKind::kInvalidInput, HasSubstr("did you mean 'name'?")));
}

TEST(RowMatch, RefusesAMissingColumnThatTakesNoNull) {
  const auto rows = RowsOf({arrow::field("a", arrow::utf8())}, "[]");
  const arrow::FieldVector table = {arrow::field("a", arrow::utf8()),
                                    arrow::field("b", arrow::utf8(), /*nullable=*/false)};
  EXPECT_THAT(Match(*rows, table), FailsWith(ErrorKind::kInvalidInput, HasSubstr("column 'b' is missing")));
}

TEST(RowMatch, RefusesAColumnThatIsThereTwice) {
  const auto rows =
      arrow::RecordBatch::Make(arrow::schema({arrow::field("a", arrow::int32()), arrow::field("A", arrow::int32())}), 1,
                               {arrow::json::ArrayFromJSONString(arrow::int32(), "[1]").ValueOrDie(),
                                arrow::json::ArrayFromJSONString(arrow::int32(), "[2]").ValueOrDie()});
  EXPECT_THAT(Match(*rows, {arrow::field("a", arrow::int32())}),
              FailsWith(ErrorKind::kInvalidInput, HasSubstr("twice")));
}

TEST(RowMatch, CastsWhereNothingIsLost) {
  ExpectCast(arrow::int64(), "[1, null, -128]", arrow::int8(), "[1, null, -128]");
  ExpectCast(arrow::uint32(), "[4294967295]", arrow::int64(), "[4294967295]");
  ExpectCast(arrow::int32(), "[7]", arrow::float64(), "[7]");
  ExpectCast(arrow::float32(), "[0.5, NaN]", arrow::float64(), "[0.5, NaN]");
  ExpectCast(arrow::int32(), "[7]", arrow::decimal128(12, 2), R"(["7.00"])");
  ExpectCast(arrow::decimal128(5, 1), R"(["7.5"])", arrow::decimal128(12, 3), R"(["7.500"])");
  ExpectCast(arrow::decimal128(12, 3), R"(["7.500"])", arrow::decimal128(5, 1), R"(["7.5"])");
  ExpectCast(arrow::large_utf8(), R"(["x"])", arrow::utf8(), R"(["x"])");
  ExpectCast(arrow::dictionary(arrow::int32(), arrow::utf8()), R"(["x", "y", "x"])", arrow::utf8(),
             R"(["x", "y", "x"])");
  ExpectCast(arrow::null(), "[null]", arrow::utf8(), "[null]");
  ExpectCast(arrow::timestamp(arrow::TimeUnit::MILLI, "UTC"), "[1]", arrow::timestamp(arrow::TimeUnit::MICRO, "UTC"),
             "[1000]");
  ExpectCast(arrow::large_list(arrow::int32()), "[[1], null, []]", arrow::list(arrow::int64()), "[[1], null, []]");
}

TEST(RowMatch, RefusesValuesThatDoNotFit) {
  const auto refuses = [](const TypePointer& from, const std::string& json, const TypePointer& to) {
    EXPECT_THAT(Cast(from, json, to), FailsWith(ErrorKind::kInvalidInput, HasSubstr("'c'")))
        << from->ToString() << " to " << to->ToString();
  };
  refuses(arrow::int64(), "[128]", arrow::int8());
  refuses(arrow::uint64(), "[9223372036854775808]", arrow::int64());
  refuses(arrow::int64(), "[9007199254740993]", arrow::float64());
  refuses(arrow::decimal128(12, 3), R"(["7.501"])", arrow::decimal128(5, 1));
  refuses(arrow::decimal128(12, 3), R"(["123456.000"])", arrow::decimal128(5, 1));
  refuses(arrow::int32(), "[1000]", arrow::decimal128(3, 0));
  refuses(arrow::timestamp(arrow::TimeUnit::NANO, "UTC"), "[1]", arrow::timestamp(arrow::TimeUnit::MICRO, "UTC"));
}

TEST(RowMatch, RefusesTypesThatDoNotGoTogether) {
  const auto refuses = [](const TypePointer& from, const TypePointer& to) {
    EXPECT_THAT(Cast(from, "[]", to), FailsWith(ErrorKind::kInvalidInput, HasSubstr("column 'c")))
        << from->ToString() << " to " << to->ToString();
  };
  refuses(arrow::utf8(), arrow::int32());
  refuses(arrow::float64(), arrow::int64());
  refuses(arrow::float64(), arrow::float32());
  refuses(arrow::int32(), arrow::utf8());
  refuses(arrow::boolean(), arrow::int32());
  refuses(arrow::timestamp(arrow::TimeUnit::MICRO), arrow::timestamp(arrow::TimeUnit::MICRO, "UTC"));
  refuses(arrow::list(arrow::int32()), arrow::int32());
  refuses(arrow::struct_({arrow::field("x", arrow::int32())}), arrow::struct_({arrow::field("y", arrow::int32())}));
}

TEST(RowMatch, MatchesMembersOfStructsInsideListsAndMaps) {
  const auto given = arrow::struct_({arrow::field("Y", arrow::int32()), arrow::field("x", arrow::int64())});
  const auto wanted = arrow::struct_(
      {arrow::field("x", arrow::int32()), arrow::field("y", arrow::int64()), arrow::field("z", arrow::utf8())});
  ExpectCast(arrow::list(given), R"([[{"Y": 1, "x": 2}, null], null])", arrow::list(arrow::field("element", wanted)),
             R"([[{"x": 2, "y": 1, "z": null}, null], null])");
  ExpectCast(arrow::map(arrow::utf8(), given), R"([[["k", {"Y": 1, "x": 2}]], null])",
             arrow::map(arrow::utf8(), wanted), R"([[["k", {"x": 2, "y": 1, "z": null}]], null])");
}

TEST(RowMatch, TakesSlices) {
  const auto inner = arrow::struct_({arrow::field("x", arrow::int64())});
  const arrow::FieldVector given = {arrow::field("s", inner), arrow::field("l", arrow::list(inner)),
                                    arrow::field("m", arrow::map(arrow::utf8(), inner))};
  const auto narrow = arrow::struct_({arrow::field("x", arrow::int32())});
  const arrow::FieldVector table = {arrow::field("s", narrow),
                                    arrow::field("l", arrow::list(arrow::field("element", narrow))),
                                    arrow::field("m", arrow::map(arrow::utf8(), narrow))};
  const std::string tail = R"({"s": null, "l": [{"x": 5}, null], "m": [["b", {"x": 6}]]},
                              {"s": {"x": 7}, "l": null, "m": null})";
  const auto rows = RowsOf(given, R"([{"s": {"x": 1}, "l": [{"x": 2}], "m": [["a", {"x": 3}]]},)" + tail + "]");
  ASSERT_OK_AND_ASSIGN(const auto matched, Match(*rows->Slice(1), table));
  EXPECT_EQ(TextsOf(*matched), TextsOf(*RowsOf(table, "[" + tail + "]")));
}

TEST(RowMatch, MergesColumnsAtEveryDepth) {
  const arrow::FieldVector table = {arrow::field("a", arrow::int32()),
                                    arrow::field("s", arrow::struct_({arrow::field("x", arrow::int32())}))};
  const arrow::FieldVector rows = {
      arrow::field("S", arrow::struct_({arrow::field("y", arrow::utf8(), /*nullable=*/false)})),
      arrow::field("b", arrow::utf8())};
  ASSERT_OK_AND_ASSIGN(const delta::TableSchema merged, AddMissingColumns(SchemaOf(table), arrow::Schema(rows)));
  ASSERT_EQ(merged.fields.size(), 3);
  EXPECT_EQ(merged.fields[1].name, "s");
  ASSERT_EQ(merged.fields[1].type.fields.size(), 2);
  EXPECT_EQ(merged.fields[1].type.fields[1].name, "y");
  EXPECT_TRUE(merged.fields[1].type.fields[1].nullable);
  EXPECT_EQ(merged.fields[2].name, "b");
}

}  // namespace
}  // namespace sluice::table
