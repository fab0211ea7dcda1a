#include "delta/schema_json.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "core/random.h"
#include "delta/action_json.h"
#include "delta/type_name.h"
#include "tests/support/result_matchers.h"

namespace sluice::delta {
namespace {

using core::ErrorKind;
using testing::FailsWith;
using ::testing::HasSubstr;
using testing::IsOk;

std::string OneColumn(std::string_view type, std::string_view metadata = "{}") {
  return std::string(R"({"type":"struct","fields":[{"name":"a","type":)") + std::string(type) +
         R"(,"nullable":true,"metadata":)" + std::string(metadata) + "}]}";
}

TEST(SchemaJson, ReadsEveryTypeByItsNameAndItsAliases) {
  const std::vector<std::pair<std::string, TypeKind>> names{
      {"string", TypeKind::kString},   {"long", TypeKind::kLong},
      {"bigint", TypeKind::kLong},     {"integer", TypeKind::kInteger},
      {"int", TypeKind::kInteger},     {"short", TypeKind::kShort},
      {"smallint", TypeKind::kShort},  {"byte", TypeKind::kByte},
      {"tinyint", TypeKind::kByte},    {"float", TypeKind::kFloat},
      {"real", TypeKind::kFloat},      {"double", TypeKind::kDouble},
      {"boolean", TypeKind::kBoolean}, {"binary", TypeKind::kBinary},
      {"date", TypeKind::kDate},       {"void", TypeKind::kVoid},
      {"null", TypeKind::kVoid},       {"timestamp", TypeKind::kTimestamp},
      {"variant", TypeKind::kVariant}, {"timestamp_ntz", TypeKind::kTimestampNtz}};
  for (const auto& [name, kind] : names) {
    ASSERT_OK_AND_ASSIGN(const TableSchema schema, ParseSchema(OneColumn("\"" + name + "\"")));
    EXPECT_EQ(schema.fields[0].type.kind, kind) << name;
    EXPECT_EQ(schema.fields[0].physical_name, "a");
  }
}

TEST(SchemaJson, ReadsDecimalsWithBlanksAndWithoutArguments) {
  for (const auto& [name, precision, scale] :
       {std::tuple("decimal", 10, 0), std::tuple("decimal(38,18)", 38, 18), std::tuple("decimal( 5 , 2 )", 5, 2)}) {
    ASSERT_OK_AND_ASSIGN(const DataType type, ParseTypeName(name));
    EXPECT_EQ(type.precision, precision);
    EXPECT_EQ(type.scale, scale);
  }
  for (const char* name :
       {"decimal(39,0)", "decimal(0,0)", "decimal(5,6)", "decimal(5,-1)", "decimal(a,b)", "decimal()"})
    EXPECT_THAT(ParseSchema(OneColumn("\"" + std::string(name) + "\"")),
                FailsWith(ErrorKind::kCorruption, HasSubstr("decimal")));
}

TEST(SchemaJson, KeepsUnknownTypesAsTheyAreSpelled) {
  for (const std::string type : {R"("interval day to second")", "\"geometry(OGC:CRS84)\"",
                                 R"({"type":"udt","class":"x.Y", "sqlType":"long"})"}) {
    ASSERT_OK_AND_ASSIGN(const TableSchema schema, ParseSchema(OneColumn(type)));
    EXPECT_EQ(schema.fields[0].type.kind, TypeKind::kUnknown);
    EXPECT_EQ(FormatSchema(schema), OneColumn(type));
  }
}

TEST(SchemaJson, TurnsLengthsInTypeNamesIntoRules) {
  ASSERT_OK_AND_ASSIGN(const TableSchema schema, ParseSchema(OneColumn("\"varchar(10)\"")));
  EXPECT_EQ(schema.fields[0].type.kind, TypeKind::kString);
  ASSERT_NE(schema.fields[0].FindMetadata("__CHAR_VARCHAR_TYPE_STRING"), nullptr);
  EXPECT_EQ(*schema.fields[0].FindMetadata("__CHAR_VARCHAR_TYPE_STRING"), "\"varchar(10)\"");
  const std::string rule = "{\"__CHAR_VARCHAR_TYPE_STRING\":\"varchar(10)\"}";
  EXPECT_EQ(FormatSchema(schema), OneColumn("\"string\"", rule));
}

TEST(SchemaJson, TurnsLengthsWithinListsAndMapsIntoRulesOfTheirColumn) {
  const auto rule_of = [](const std::string& type) {
    const auto schema = ParseSchema(OneColumn(type));
    if (!schema) return schema.error().message();
    const std::string* rule = schema->fields[0].FindMetadata("__CHAR_VARCHAR_TYPE_STRING");
    return rule == nullptr ? std::string() : *rule;
  };
  const std::string array_of = R"({"type":"array","containsNull":true,"elementType":)";
  EXPECT_EQ(rule_of(array_of + "\"varchar(5)\"}"), "\"array<varchar(5)>\"");
  EXPECT_EQ(
      rule_of(R"({"type":"map","keyType":"string","valueContainsNull":true,"valueType":)" + array_of + "\"char(2)\"}}"),
      "\"map<string,array<char(2)>>\"");
  EXPECT_EQ(rule_of(array_of + "\"string\"}"), "");
}

TEST(SchemaJson, KeepsUnknownMetadataToTheByte) {
  const std::string metadata =
      R"({"delta.columnMapping.id":1,"x":{"b": [1.50, 2e3 ,null],"a":"\u00e9\/"},"y":12345678901234567890,"":true})";
  ASSERT_OK_AND_ASSIGN(const TableSchema schema, ParseSchema(OneColumn("\"long\"", metadata)));
  EXPECT_EQ(*schema.fields[0].FindMetadata("x"), R"({"b": [1.50, 2e3 ,null],"a":"\u00e9\/"})");
  EXPECT_EQ(FormatSchema(schema), OneColumn("\"long\"", metadata));
}

TEST(SchemaJson, WritesWhatSparkWrites) {
  const std::string json =
      R"j({"type":"struct","fields":[{"name":"id","type":"long","nullable":false,"metadata":{"comment":"the \"key\""}},)j"
      R"j({"name":"tags","type":{"type":"map","keyType":"string","valueType":{"type":"array","elementType":"decimal(10,2)",)j"
      R"j("containsNull":false},"valueContainsNull":true},"nullable":true,"metadata":{}},)j"
      R"j({"name":"größe","type":{"type":"struct","fields":[{"name":"x","type":"void","nullable":true,"metadata":{}}]},)j"
      R"j("nullable":true,"metadata":{}}]})j";
  ASSERT_OK_AND_ASSIGN(const TableSchema schema, ParseSchema(json));
  EXPECT_EQ(FormatSchema(schema), json);
  EXPECT_EQ(schema.fields[1].type.fields[0].name, "key");
  EXPECT_FALSE(schema.fields[1].type.fields[1].type.fields[0].nullable);
}

TEST(SchemaJson, TakesMembersInAnyOrderAndIgnoresOthers) {
  ASSERT_OK_AND_ASSIGN(const TableSchema schema,
                       ParseSchema(" { \"x\":[{}], \"fields\" : [ {\"nullable\":true, \"z\":1,\"type\":\"int\",\r\n"
                                   "\"name\":\"a\"} ] , \"type\":\"struct\"}\n"));
  ASSERT_EQ(schema.fields.size(), 1U);
  EXPECT_EQ(schema.fields[0].type.kind, TypeKind::kInteger);
}

TEST(SchemaJson, FindsColumnsWhateverTheCase) {
  ASSERT_OK_AND_ASSIGN(const TableSchema schema, ParseSchema(OneColumn("\"long\"")));
  EXPECT_EQ(schema.Find("A"), schema.fields.data());
  EXPECT_EQ(schema.Find("b"), nullptr);
}

TEST(SchemaJson, RefusesNamesThatDifferOnlyInCase) {
  const std::string json = R"({"type":"struct","fields":[{"name":"Ab","type":"int","nullable":true,"metadata":{}},)"
                           R"({"name":"aB","type":"int","nullable":true,"metadata":{}}]})";
  EXPECT_THAT(ParseSchema(json), FailsWith(ErrorKind::kCorruption, HasSubstr("'aB' is there twice")));
}

TEST(SchemaJson, SaysAtWhichByteTheTextIsBroken) {
  EXPECT_THAT(ParseSchema(R"({"type":"struct","fields":[{"name":1}]})"),
              FailsWith(ErrorKind::kCorruption, HasSubstr("byte 35")));
  for (const std::string broken :
       {"", " ", "{", "null", "\"long\"", "[]", R"({"type":"struct"})", R"({"type":"struct","fields":[{}]})",
        R"({"type":"struct","fields":[]}x)", R"({"type":"array","elementType":"long","containsNull":true})",
        R"({"type":"struct","type":"struct","fields":[]})", "{\"type\":\"struct\",\"fields\":[\"\xff\"]}"}) {
    EXPECT_THAT(ParseSchema(broken), FailsWith(ErrorKind::kCorruption, HasSubstr("schema JSON, byte"))) << broken;
  }
}

TEST(SchemaJson, RefusesEveryTruncation) {
  const std::string json =
      OneColumn(R"({"type":"map","keyType":"string","valueType":"long","valueContainsNull":true})");
  for (std::size_t size = 0; size < json.size(); ++size) {
    EXPECT_THAT(ParseSchema(json.substr(0, size)), FailsWith(ErrorKind::kCorruption, HasSubstr("byte"))) << size;
  }
}

TEST(SchemaJson, LimitsDepthAndWidth) {
  const auto deep = [](int depth) {
    std::string type;
    for (int i = 0; i < depth; ++i) type += R"({"type":"array","elementType":)";
    type += "\"long\"";
    for (int i = 0; i < depth; ++i) type += R"(,"containsNull":true})";
    return ParseSchema(OneColumn(type));
  };
  EXPECT_THAT(deep(kSchemaDepthMax - 1), IsOk());
  EXPECT_THAT(deep(kSchemaDepthMax), FailsWith(ErrorKind::kLimitExceeded, HasSubstr("100")));
  EXPECT_THAT(deep(100'000), FailsWith(ErrorKind::kLimitExceeded, HasSubstr("100")));
  std::string wide = R"({"type":"struct","fields":[)";
  for (int i = 0; i <= kSchemaFieldsMax; ++i) {
    wide +=
        (i > 0 ? "," : "") + std::string(R"({"name":"c)") + std::to_string(i) + R"(","type":"long","nullable":true})";
  }
  EXPECT_THAT(ParseSchema(wide + "]}"), FailsWith(ErrorKind::kLimitExceeded, HasSubstr("100000 columns")));
}

class RandomSchema {
 public:
  explicit RandomSchema(std::uint64_t seed) : random_(seed) {}

  std::vector<Field> Fields(int depth) {
    std::vector<Field> fields;
    const std::uint64_t count = 1 + random_.Next() % 4;
    for (std::uint64_t i = 0; i < count; ++i) {
      Field field = Part(Name() + std::to_string(i), depth);
      while (random_.Next() % 3 == 0) {
        field.metadata.push_back({Name() + std::to_string(field.metadata.size()), "{\"k\" :[1,\"\\t\"]}"});
      }
      fields.push_back(std::move(field));
    }
    return fields;
  }

 private:
  std::string Name() {
    static const std::vector<std::string> kNames{"a",     "B",    "ü", "with blank", "q\"uote", "back\\slash",
                                                 "t\tab", "日本", ""};
    return kNames[random_.Next() % kNames.size()];
  }

  Field Part(std::string name, int depth) {
    Field field{.name = name, .type = Type(depth), .nullable = random_.Next() % 2 == 0};
    field.physical_name = std::move(name);
    return field;
  }

  DataType Type(int depth) {
    const auto kind = static_cast<TypeKind>(random_.Next() % (depth > 0 ? 18 : 15));
    DataType type{.kind = kind};
    if (kind == TypeKind::kDecimal) {
      type.precision = 1 + static_cast<std::int32_t>(random_.Next() % 38);
      type.scale = static_cast<std::int32_t>(random_.Next() % static_cast<std::uint64_t>(type.precision + 1));
    } else if (kind == TypeKind::kStruct) {
      type.fields = Fields(depth - 1);
    } else if (kind == TypeKind::kArray) {
      type.fields.push_back(Part("element", depth - 1));
    } else if (kind == TypeKind::kMap) {
      type.fields = {Part("key", depth - 1), Part("value", depth - 1)};
      type.fields[0].nullable = false;
    }
    return type;
  }

  core::SeededRandom random_;
};

TEST(SchemaJson, ReadsBackWhatItWrote) {
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    const TableSchema schema{RandomSchema(seed).Fields(4)};
    ASSERT_OK_AND_ASSIGN(const TableSchema read, ParseSchema(FormatSchema(schema)));
    EXPECT_EQ(read, schema) << FormatSchema(schema);
  }
}

TEST(SchemaJson, WritesTheSchemasOfRealTablesAsTheyStand) {
  const std::filesystem::path tables = SLUICE_SOURCE_DIR "/../shared/tables";
  if (!std::filesystem::exists(tables)) GTEST_SKIP() << "no tables at " << tables;
  int schemas = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(tables)) {
    const std::filesystem::path& path = entry.path();
    if (path.extension() != ".json" || path.parent_path().filename() != "_delta_log") continue;
    std::ostringstream bytes;
    bytes << std::ifstream(path).rdbuf();
    const auto actions = ParseActions(bytes.str(), path.string());
    if (!actions || !actions->metadata) continue;
    const auto schema = ParseSchema(actions->metadata->schema_string);
    ASSERT_THAT(schema, IsOk()) << path;
    EXPECT_EQ(FormatSchema(*schema), actions->metadata->schema_string) << path;
    ++schemas;
  }
  EXPECT_GT(schemas, 200);
}

}  // namespace
}  // namespace sluice::delta
