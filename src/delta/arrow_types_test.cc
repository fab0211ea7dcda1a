#include "delta/arrow_types.h"

#include <arrow/type.h>
#include <gtest/gtest.h>

#include "delta/schema_check.h"
#include "delta/schema_json.h"
#include "delta/type_change.h"
#include "delta/type_name.h"
#include "schema/type_text.h"
#include "tests/support/result_matchers.h"

namespace sluice::delta {
namespace {

using core::ErrorKind;
using ::testing::AllOf;
using testing::FailsWith;
using ::testing::HasSubstr;

DataType TypeOf(std::string_view name) { return *ParseTypeName(name); }

TableSchema OneColumn(const std::string& type, const std::string& metadata = "", const std::string& name = "c") {
  return *ParseSchema(R"({"type":"struct","fields":[{"name":")" + name + R"(","type":)" + type +
                      R"(,"nullable":true,"metadata":{)" + metadata + "}}]}");
}

TEST(ArrowTypes, CarriesEveryTypeInMemory) {
  for (const auto& [name, arrow_name] : std::vector<std::pair<std::string, std::string>>{
           {"string", "string"},
           {"long", "int64"},
           {"integer", "int32"},
           {"short", "int16"},
           {"byte", "int8"},
           {"float", "float"},
           {"double", "double"},
           {"boolean", "bool"},
           {"decimal(38,3)", "decimal128(38, 3)"},
           {"binary", "binary"},
           {"date", "date32[day]"},
           {"timestamp", "timestamp[us, tz=UTC]"},
           {"void", "null"},
           {"timestamp_ntz", "timestamp[us]"},
           {"variant", "struct<metadata: binary not null, value: binary not null>"}}) {
    ASSERT_OK_AND_ASSIGN(const auto type, ToArrow(TypeOf(name)));
    EXPECT_EQ(type->ToString(), arrow_name);
  }
}

TEST(ArrowTypes, CarriesNestedTypesWithTheirNullability) {
  const TableSchema schema =
      OneColumn(R"({"type":"map","keyType":"string","valueType":{"type":"array","elementType":{"type":"struct",)"
                R"("fields":[{"name":"M","type":"date","nullable":false}]},"containsNull":false},)"
                R"("valueContainsNull":false})");
  ASSERT_OK_AND_ASSIGN(const auto arrow_schema, ToArrow(schema));
  const auto& map = static_cast<const arrow::MapType&>(*arrow_schema->field(0)->type());
  EXPECT_FALSE(map.item_field()->nullable());
  EXPECT_EQ(map.item_type()->field(0)->name(), "element");
  EXPECT_FALSE(map.item_type()->field(0)->nullable());
  EXPECT_EQ(map.item_type()->field(0)->type()->field(0)->name(), "M");
}

TEST(ArrowTypes, NamesTheColumnThatCannotBeRead) {
  const TableSchema schema =
      OneColumn(R"({"type":"struct","fields":[{"name":"g","type":"geometry","nullable":true}]})");
  EXPECT_THAT(ToArrow(schema), FailsWith(ErrorKind::kUnsupported, AllOf(HasSubstr("'c.g'"), HasSubstr("geometry"))));
  EXPECT_THAT(ToEngineSchema(schema), FailsWith(ErrorKind::kUnsupported, HasSubstr("'c.g'")));
  EXPECT_THAT(ToEngineSchema(OneColumn("\"void\"")), FailsWith(ErrorKind::kUnsupported, HasSubstr("void")));
}

TEST(ArrowTypes, MapsEngineTypesThatDeltaHasThereAndBack) {
  const std::string columns =
      "a bool, b int8, c int16, d int32, e int64 not null, f float32, g float64, h decimal(12,3), i string, j binary, "
      "k date, l timestamp(us,UTC), m timestamp(us), n list<struct<x int8, y string>>, o map<string,list<int64>>";
  ASSERT_OK_AND_ASSIGN(const schema::Schema engine, schema::ParseColumns(columns));
  ASSERT_OK_AND_ASSIGN(const TableSchema table, FromEngineSchema(engine));
  ASSERT_OK_AND_ASSIGN(const TableSchema read, ParseSchema(FormatSchema(table)));
  EXPECT_EQ(read, table);
  ASSERT_OK_AND_ASSIGN(const schema::Schema back, ToEngineSchema(table));
  ASSERT_OK_AND_ASSIGN(const TableSchema again, FromEngineSchema(back));
  EXPECT_EQ(again, table);
  EXPECT_EQ(schema::FormatType(back.fields[13].type), schema::FormatType(engine.fields[13].type));
  EXPECT_FALSE(table.fields[4].nullable);
}

TEST(ArrowTypes, WidensEngineTypesThatDeltaLacks) {
  for (const auto& [engine, delta] :
       std::vector<std::pair<std::string, std::string>>{{"uint8", "short"},
                                                        {"uint16", "integer"},
                                                        {"uint32", "long"},
                                                        {"uint64", "decimal(20,0)"},
                                                        {"json", "string"},
                                                        {"uuid", "string"},
                                                        {"timestamp(s)", "timestamp_ntz"},
                                                        {"timestamp(ms,Europe/Berlin)", "timestamp"}}) {
    ASSERT_OK_AND_ASSIGN(const schema::Type type, schema::ParseType(engine));
    ASSERT_OK_AND_ASSIGN(const TableSchema table, FromEngineSchema({{{.name = "c", .type = type}}}));
    EXPECT_EQ(TypeName(table.fields[0].type), delta) << engine;
  }
}

TEST(ArrowTypes, RefusesEngineTypesThatWouldLoseSomething) {
  for (const auto& [engine, hint] :
       std::vector<std::pair<std::string, std::string>>{{"time(us)", "string or int64"},
                                                        {"timestamp(ns)", "timestamp(us)"},
                                                        {"list<time(s)>", "string or int64"},
                                                        {"timestamp(ns,UTC)", "timestamp(us,UTC)"}}) {
    ASSERT_OK_AND_ASSIGN(const schema::Type type, schema::ParseType(engine));
    EXPECT_THAT(FromEngineSchema({{{.name = "c", .type = type}}}),
                FailsWith(ErrorKind::kUnsupported, AllOf(HasSubstr("'c"), HasSubstr(hint))));
  }
}

/// "short>byte" by CanWiden.
bool Widens(const std::string& change) {
  const std::size_t mark = change.find('>');
  return CanWiden(TypeOf(change.substr(0, mark)), TypeOf(change.substr(mark + 1)));
}

TEST(TypeChange, TakesTheLosslessOnesOnly) {
  for (const char* change : {"byte>short",
                             "byte>integer",
                             "byte>long",
                             "short>integer",
                             "short>long",
                             "integer>long",
                             "float>double",
                             "byte>double",
                             "short>double",
                             "integer>double",
                             "date>timestamp_ntz",
                             "decimal(10,2)>decimal(12,4)",
                             "decimal(10,2)>decimal(12,2)",
                             "byte>decimal(10,0)",
                             "integer>decimal(11,1)",
                             "long>decimal(20,0)",
                             "byte>decimal(4,1)",
                             "short>decimal(6,1)",
                             "long>decimal(19,0)",
                             "string>string"}) {
    EXPECT_TRUE(Widens(change)) << change;
  }
  for (const char* change :
       {"short>byte", "long>double", "integer>float", "double>float", "date>timestamp", "timestamp_ntz>timestamp",
        "decimal(10,2)>decimal(11,4)", "decimal(10,2)>decimal(12,1)", "integer>decimal(10,1)", "long>decimal(18,0)",
        "string>binary", "boolean>integer", "long>string", "interval>interval", "decimal(3,0)>integer"}) {
    EXPECT_FALSE(Widens(change)) << change;
  }
}

TEST(TypeChange, ChecksWhatTheSchemaSays) {
  const auto changes = [](const std::string& list, const std::string& type = "\"long\"") {
    return CheckTypeChanges(OneColumn(type, R"("delta.typeChanges":)" + list));
  };
  const std::string array = R"({"type":"array","elementType":"long","containsNull":true})";
  EXPECT_OK(changes("[]"));
  EXPECT_OK(
      changes(R"j([{"fromType":"short","toType":"integer","tableVersion":3},{"fromType":"int","toType":"long"}])j"));
  EXPECT_OK(changes(R"j([{"fromType":"short","toType":"long","fieldPath":"element"}])j", array));
  EXPECT_THAT(changes(R"([{"fromType":"long","toType":"integer"}])"),
              FailsWith(ErrorKind::kUnsupported, AllOf(HasSubstr("'c'"), HasSubstr("from long to integer"))));
  for (const std::string broken :
       {"{}", "[1]", "[{}]", R"j([{"fromType":"long"}])j",
        R"j([{"fromType":"short","toType":"long","fieldPath":"key"}])j",
        R"j([{"fromType":"decimal(99,0)","toType":"long"}])j", R"j([{"fromType":1,"toType":"long"}])j"}) {
    EXPECT_THAT(changes(broken, array), FailsWith(ErrorKind::kCorruption, HasSubstr("delta.typeChanges"))) << broken;
  }
}

TEST(SchemaCheck, RefusesNamesThatPeersRefuse) {
  for (const char* name : {"a b", "a,b", "a;b", "a{b", "a}b", "a(b", "a)b", "a\\nb", "a\\tb", "a=b"}) {
    EXPECT_THAT(CheckNewSchema(OneColumn("\"long\"", "", name), false),
                FailsWith(ErrorKind::kInvalidInput, HasSubstr("delta.columnMapping.mode=name")));
    EXPECT_OK(CheckNewSchema(OneColumn("\"long\"", "", name), true));
  }
  EXPECT_OK(CheckNewSchema(OneColumn("\"long\"", "", "a.b-ü'`"), false));
  EXPECT_THAT(CheckNewSchema(OneColumn("\"long\"", "", ""), true),
              FailsWith(ErrorKind::kInvalidInput, HasSubstr("empty")));
  EXPECT_THAT(CheckNewSchema({}, true), FailsWith(ErrorKind::kInvalidInput, HasSubstr("at least one")));
  TableSchema twice = OneColumn("\"long\"");
  twice.fields.push_back({.name = "C"});
  EXPECT_THAT(CheckNewSchema(twice, true), FailsWith(ErrorKind::kInvalidInput, HasSubstr("'C' is there twice")));
  EXPECT_THAT(CheckNewSchema(OneColumn("\"interval\""), true),
              FailsWith(ErrorKind::kUnsupported, HasSubstr("interval")));
}

TEST(SchemaCheck, WantsColumnsThatFilesCanHold) {
  const std::string void_struct = R"({"type":"struct","fields":[{"name":"v","type":"void","nullable":true}]})";
  const std::string void_array = R"({"type":"array","elementType":"void","containsNull":true})";
  EXPECT_OK(CheckHoldsData(OneColumn("\"long\"")));
  EXPECT_THAT(CheckHoldsData({}), FailsWith(ErrorKind::kInvalidInput, HasSubstr("no columns")));
  EXPECT_THAT(CheckHoldsData(OneColumn("\"void\"")), FailsWith(ErrorKind::kInvalidInput, HasSubstr("void")));
  EXPECT_THAT(CheckHoldsData(OneColumn(void_struct)), FailsWith(ErrorKind::kInvalidInput, HasSubstr("'c'")));
  EXPECT_THAT(CheckHoldsData(OneColumn(void_array)), FailsWith(ErrorKind::kInvalidInput, HasSubstr("'c.element'")));
  TableSchema mixed = OneColumn("\"void\"");
  mixed.fields.push_back({.name = "d"});
  EXPECT_OK(CheckHoldsData(mixed));
}

}  // namespace
}  // namespace sluice::delta
