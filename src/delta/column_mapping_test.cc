#include "delta/column_mapping.h"

#include <gtest/gtest.h>

#include <set>

#include "delta/schema_json.h"
#include "tests/support/result_matchers.h"

namespace sluice::delta {
namespace {

using core::ErrorKind;
using ::testing::AllOf;
using testing::FailsWith;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;

const Protocol kLegacy{.min_reader_version = 2, .min_writer_version = 5};
const Protocol kListed{.min_reader_version = 3,
                       .min_writer_version = 7,
                       .reader_features = std::vector<std::string>{"columnMapping"},
                       .writer_features = std::vector<std::string>{"columnMapping"}};
const Protocol kPlain{.min_reader_version = 1, .min_writer_version = 2};
const StringMap kNameMode{{"delta.columnMapping.mode", "name"}};

std::string Member(const std::string& name, const std::string& type, const std::string& metadata) {
  return R"({"name":")" + name + R"(","type":)" + type + R"(,"nullable":true,"metadata":{)" + metadata + "}}";
}

std::string Mapping(const std::string& id, const std::string& physical) {
  return R"("delta.columnMapping.id":)" + id + R"(,"delta.columnMapping.physicalName":)" + physical;
}

std::string Struct(const std::string& members) { return R"({"type":"struct","fields":[)" + members + "]}"; }

/// a, and s.inner within an array: all mapped.
std::string MappedJson() {
  const std::string inner = Struct(Member("Inner", "\"date\"", Mapping("3", "\"col-i\"")));
  const std::string array = R"({"type":"array","elementType":)" + inner + R"(,"containsNull":true})";
  const std::string nested = Mapping("2", "\"col-s\"") + R"(,"delta.columnMapping.nested.ids":{"col-s.element":4})";
  return Struct(Member("a", "\"long\"", Mapping("1", "\"a\"")) + "," + Member("s", array, nested));
}

TableSchema Parse(const std::string& json) { return *ParseSchema(json); }

TEST(ColumnMapping, ResolvesNamesAndIdsAtEveryDepth) {
  for (const Protocol& protocol : {kLegacy, kListed}) {
    for (const char* mode : {"name", "id"}) {
      TableSchema schema = Parse(MappedJson());
      ASSERT_OK(ResolveColumnMapping(schema, protocol, {{"delta.columnMapping.mode", mode}}));
      EXPECT_EQ(schema.fields[0].physical_name, "a");
      EXPECT_EQ(schema.fields[0].id, 1);
      const Field& element = schema.fields[1].type.fields[0];
      EXPECT_EQ(schema.fields[1].physical_name, "col-s");
      EXPECT_EQ(element.physical_name, "element");
      EXPECT_EQ(element.id, 4);
      EXPECT_EQ(element.type.fields[0].name, "Inner");
      EXPECT_EQ(element.type.fields[0].physical_name, "col-i");
      EXPECT_EQ(element.type.fields[0].id, 3);
    }
  }
}

TEST(ColumnMapping, IgnoresKeysWhereTheModeIsNotInForce) {
  for (const auto& [protocol, configuration] :
       {std::pair(kPlain, kNameMode), std::pair(kListed, StringMap()),
        std::pair(kLegacy, StringMap{{"delta.columnMapping.mode", "none"}}),
        std::pair(kPlain, StringMap{{"delta.columnMapping.mode", "strange"}})}) {
    TableSchema schema = Parse(MappedJson());
    schema.fields[0].physical_name = "left over";
    ASSERT_OK(ResolveColumnMapping(schema, protocol, configuration));
    EXPECT_EQ(schema.fields[0].physical_name, "a");
    EXPECT_EQ(schema.fields[1].physical_name, "s");
    EXPECT_EQ(schema.fields[1].id, std::nullopt);
    EXPECT_EQ(schema.fields[1].type.fields[0].type.fields[0].physical_name, "Inner");
    EXPECT_EQ(FormatSchema(schema), MappedJson());
  }
}

TEST(ColumnMapping, RefusesModesThatAreNotKnown) {
  TableSchema schema = Parse(MappedJson());
  EXPECT_THAT(ResolveColumnMapping(schema, kLegacy, {{"delta.columnMapping.mode", "Name"}}),
              FailsWith(ErrorKind::kUnsupported, HasSubstr("'Name'")));
}

TEST(ColumnMapping, RefusesSchemasThatContradictTheMapping) {
  const auto outer = [](const std::string& metadata) {
    return Struct(Member("x", "\"long\"", Mapping("1", "\"p\"")) + "," + Member("y", "\"long\"", metadata));
  };
  for (const auto& [metadata, problem] : std::vector<std::pair<std::string, std::string>>{
           {"", "has no delta.columnMapping.id"},
           {R"("delta.columnMapping.id":2)", "has no delta.columnMapping.physicalName"},
           {R"("delta.columnMapping.physicalName":"q")", "has no delta.columnMapping.id"},
           {Mapping("1", "\"q\""), "mapping id 1 of another column"},
           {Mapping("2", "\"p\""), "physical name 'p' of another column"},
           {Mapping("2", "\"\""), "has no delta.columnMapping.physicalName"},
           {Mapping("2147483648", "\"q\""), "32 bits"},
           {Mapping("-1", "\"q\""), "not an id"},
           {Mapping("\"2\"", "\"q\""), "an integer is expected"},
           {Mapping("2", "5"), "a string is expected"},
           {Mapping("2", "\"q\"") + R"(,"delta.columnMapping.nested.ids":[1])", "an object is expected"}}) {
    TableSchema schema = Parse(outer(metadata));
    EXPECT_THAT(ResolveColumnMapping(schema, kListed, kNameMode),
                FailsWith(ErrorKind::kCorruption, AllOf(HasSubstr("'y'"), HasSubstr(problem))));
  }
}

TEST(ColumnMapping, AllowsOnePhysicalNameInTwoStructs) {
  const auto nested = [](const std::string& name, const std::string& ids) {
    return Member(name, Struct(Member("m", "\"long\"", Mapping(ids + "1", "\"m\""))), Mapping(ids, "\"" + name + "\""));
  };
  TableSchema schema = Parse(Struct(nested("x", "1") + "," + nested("y", "2")));
  EXPECT_OK(ResolveColumnMapping(schema, kListed, kNameMode));
}

TEST(ColumnMapping, NamesTheInnerColumnThatIsNotMapped) {
  TableSchema schema = Parse(Struct(Member("x", Struct(Member("in", "\"long\"", "")), Mapping("1", "\"p\""))));
  EXPECT_THAT(ResolveColumnMapping(schema, kListed, kNameMode), FailsWith(ErrorKind::kCorruption, HasSubstr("'x.in'")));
}

TEST(ColumnMapping, AssignsIdsAndNamesToNewColumns) {
  core::SeededRandom random(3);
  const std::string map = R"({"type":"map","keyType":"string","valueType":)" + Struct(Member("v", "\"long\"", "")) +
                          R"(,"valueContainsNull":true})";
  TableSchema schema = Parse(Struct(Member("old", "\"long\"", Mapping("7", "\"old\"")) + "," + Member("new", map, "")));
  ASSERT_OK_AND_ASSIGN(const std::int32_t max, AssignColumnMapping(schema, 5, random));
  EXPECT_EQ(max, 9);
  EXPECT_EQ(schema.fields[0].id, 7);
  EXPECT_EQ(schema.fields[0].physical_name, "old");
  EXPECT_EQ(schema.fields[1].id, 8);
  EXPECT_THAT(schema.fields[1].physical_name, MatchesRegex("col-[0-9a-f-]{36}"));
  EXPECT_EQ(schema.fields[1].type.fields[1].id, std::nullopt);
  EXPECT_EQ(schema.fields[1].type.fields[1].type.fields[0].id, 9);
  // What was assigned is what a reader finds; assigning again changes nothing.
  TableSchema read = Parse(FormatSchema(schema));
  ASSERT_OK(ResolveColumnMapping(read, kListed, kNameMode));
  EXPECT_EQ(read, schema);
  ASSERT_OK_AND_ASSIGN(const std::int32_t again, AssignColumnMapping(read, max, random));
  EXPECT_EQ(again, max);
  EXPECT_EQ(read, schema);
}

TEST(ColumnMapping, StartsAboveTheIdsOfTheTable) {
  core::SeededRandom random(3);
  TableSchema schema = Parse(Struct(Member("a", "\"long\"", "")));
  ASSERT_OK_AND_ASSIGN(const std::int32_t max, AssignColumnMapping(schema, 40, random));
  EXPECT_EQ(max, 41);
  TableSchema full = Parse(Struct(Member("a", "\"long\"", "")));
  EXPECT_THAT(AssignColumnMapping(full, 2147483647, random), FailsWith(ErrorKind::kLimitExceeded, HasSubstr("'a'")));
  EXPECT_EQ(full.fields.size(), 1U);
}

}  // namespace
}  // namespace sluice::delta
