#include "table/row_check.h"

#include <gtest/gtest.h>

#include "table/row_match.h"
#include "table/written_table.h"

namespace sluice::table {
namespace {

using core::ErrorKind;
using ::testing::AllOf;
using testing::FailsWith;
using ::testing::HasSubstr;
using testing::IsOk;

core::Status Check(const delta::TableSchema& schema, const delta::StringMap& configuration,
                   const arrow::RecordBatch& rows) {
  SLUICE_ASSIGN_OR_RETURN(const RowCheck check, RowCheck::Make(schema, configuration, arrow::default_memory_pool()));
  SLUICE_ASSIGN_OR_RETURN(const RowMatch match, RowMatch::Make(*rows.schema(), schema, arrow::default_memory_pool()));
  SLUICE_ASSIGN_OR_RETURN(const auto matched, match.Convert(rows));
  return check.Check(matched, 0);
}

const arrow::FieldVector kFields = {arrow::field("n", arrow::int32()), arrow::field("s", arrow::utf8())};

TEST(RowCheck, KeepsConstraintsAndTakesNullForABreach) {
  const delta::StringMap rule = {{"delta.constraints.positive", "n > 0"}};
  EXPECT_THAT(Check(SchemaOf(kFields), rule, *RowsOf(kFields, R"([{"n": 1}])")), IsOk());
  EXPECT_THAT(Check(SchemaOf(kFields), rule, *RowsOf(kFields, R"([{"n": 1}, {"n": -1, "s": "x"}])")),
              FailsWith(ErrorKind::kInvalidInput,
                        AllOf(HasSubstr("row 2 breaks the CHECK constraint positive: n > 0"), HasSubstr("n = -1"))));
  EXPECT_THAT(Check(SchemaOf(kFields), rule, *RowsOf(kFields, R"([{"n": null}])")),
              FailsWith(ErrorKind::kInvalidInput, HasSubstr("n = NULL")));
}

TEST(RowCheck, ReadsStoredConditionsAsSparkDoes) {
  EXPECT_THAT(Check(SchemaOf(kFields), {{"delta.constraints.c", R"(s <> "bad")"}}, *RowsOf(kFields, R"([{"s": "x"}])")),
              IsOk());
  EXPECT_THAT(
      Check(SchemaOf(kFields), {{"delta.constraints.c", R"(s <> "bad")"}}, *RowsOf(kFields, R"([{"s": "bad"}])")),
      FailsWith(ErrorKind::kInvalidInput, HasSubstr("constraint c")));
  EXPECT_THAT(
      Check(SchemaOf(kFields), {{"delta.constraints.c", R"(s <> 'it\'s')"}}, *RowsOf(kFields, R"([{"s": "it's"}])")),
      FailsWith(ErrorKind::kInvalidInput, HasSubstr("constraint c")));
}

TEST(RowCheck, RefusesToWriteUnderRulesItDoesNotUnderstand) {
  EXPECT_THAT(Check(SchemaOf(kFields), {{"delta.constraints.c", "my_function(n)"}}, *RowsOf(kFields, "[]")),
              FailsWith(ErrorKind::kUnsupported, HasSubstr("constraint c")));
  delta::TableSchema schema = SchemaOf(kFields);
  schema.fields[0].metadata = {{"delta.invariants", R"("not json")"}};
  EXPECT_THAT(Check(schema, {}, *RowsOf(kFields, "[]")), FailsWith(ErrorKind::kUnsupported, HasSubstr("`n`")));
}

TEST(RowCheck, KeepsInvariantsOfColumns) {
  delta::TableSchema schema = SchemaOf(kFields);
  schema.fields[0].metadata = {{"delta.invariants", R"("{\"expression\":{\"expression\":\"n < 100\"}}")"}};
  EXPECT_THAT(Check(schema, {}, *RowsOf(kFields, R"([{"n": 99}])")), IsOk());
  EXPECT_THAT(Check(schema, {}, *RowsOf(kFields, R"([{"n": 100}])")),
              FailsWith(ErrorKind::kInvalidInput, HasSubstr("invariant of column n: n < 100")));
}

TEST(RowCheck, KeepsLengthsInCharacters) {
  delta::TableSchema schema = SchemaOf(kFields);
  schema.fields[1].metadata = {{"__CHAR_VARCHAR_TYPE_STRING", "\"varchar(5)\""}};
  EXPECT_THAT(Check(schema, {}, *RowsOf(kFields, R"([{"s": "äöüäö"}, {"s": null}, {"s": ""}])")), IsOk());
  EXPECT_THAT(Check(schema, {}, *RowsOf(kFields, R"([{"s": "xxxxxx"}])")),
              FailsWith(ErrorKind::kInvalidInput, HasSubstr("length limit 5 of column s")));
}

TEST(RowCheck, RefusesRulesOnWhatIsWithinLists) {
  const auto list = arrow::field("l", arrow::list(arrow::field("element", arrow::utf8())));
  delta::TableSchema lengths = SchemaOf({list});
  lengths.fields[0].metadata = {{"__CHAR_VARCHAR_TYPE_STRING", "\"array<varchar(5)>\""}};
  EXPECT_THAT(Check(lengths, {}, *RowsOf({list}, "[]")),
              FailsWith(ErrorKind::kUnsupported, AllOf(HasSubstr("array<varchar(5)>"), HasSubstr("`l`"))));
  const auto structs = arrow::field("l", arrow::list(arrow::field("element", arrow::struct_(kFields))));
  for (const char* rule : {"delta.invariants", "__CHAR_VARCHAR_TYPE_STRING"}) {
    delta::TableSchema nested = SchemaOf({structs});
    nested.fields[0].type.fields[0].type.fields[1].metadata = {{rule, "\"varchar(5)\""}};
    EXPECT_THAT(Check(nested, {}, *RowsOf({structs}, "[]")), FailsWith(ErrorKind::kUnsupported, HasSubstr("`l`")));
  }
}

TEST(RowCheck, KeepsNotNullAtEveryDepth) {
  delta::TableSchema schema = SchemaOf(
      {arrow::field("s", arrow::struct_({arrow::field("x", arrow::int32())})),
       arrow::field("l", arrow::list(arrow::field("element", arrow::struct_({arrow::field("y", arrow::int32())})))),
       arrow::field("m", arrow::map(arrow::utf8(), arrow::int32()))});
  schema.fields[0].type.fields[0].nullable = false;
  schema.fields[1].type.fields[0].type.fields[0].nullable = false;
  schema.fields[2].type.fields[1].nullable = false;
  const arrow::FieldVector given = {arrow::field("s", arrow::struct_({arrow::field("x", arrow::int32())})),
                                    arrow::field("l", arrow::list(arrow::struct_({arrow::field("y", arrow::int32())}))),
                                    arrow::field("m", arrow::map(arrow::utf8(), arrow::int32()))};
  const auto check = [&](const std::string& json) { return Check(schema, {}, *RowsOf(given, json)); };
  EXPECT_THAT(check(R"([{"s": null, "l": [null], "m": null}, {"s": {"x": 1}, "l": [{"y": 1}], "m": [["k", 1]]}])"),
              IsOk());
  EXPECT_THAT(check(R"([{}, {"s": {"x": null}}])"),
              FailsWith(ErrorKind::kInvalidInput, HasSubstr("row 2: column 's.x' is NULL")));
  EXPECT_THAT(check(R"([{"l": []}, {"l": [{"y": 1}]}, {"l": [{"y": 1}, {"y": null}]}])"),
              FailsWith(ErrorKind::kInvalidInput, HasSubstr("row 3: column 'l.element.y' is NULL")));
  EXPECT_THAT(check(R"([{"m": [["k", null]]}])"),
              FailsWith(ErrorKind::kInvalidInput, HasSubstr("row 1: column 'm.value' is NULL")));
}

}  // namespace
}  // namespace sluice::table
