#include "schema/schema_file.h"

#include <string>

#include "core/random.h"
#include "schema/type_text.h"
#include "tests/support/result_matchers.h"

namespace sluice::schema {
namespace {

using core::ErrorKind;
using ::sluice::testing::FailsWith;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::Pair;

core::Result<TableSpec> Parse(std::string_view text) { return ParseSchemaFile(text, "s.yaml"); }

TEST(SchemaFile, EveryKeyIsRead) {
  ASSERT_OK_AND_ASSIGN(const TableSpec spec, Parse(R"yaml(
version: 1
fields:
  - {name: at, type: "timestamp(us,UTC)", nullable: false, from: when, formats: "%d/%m/%Y"}
  - name: price
    type: decimal(12,2)
    null: [NA, "null", no]
    default: 0.00
    constraints: {min: 0, max: 10, one_of: [1, 2]}
  - {name: day, type: date, value: "{date:%Y-%m-%d}"}
renames: {Preis: price}
records: data.items
extra: ignore
)yaml"));
  ASSERT_EQ(spec.columns.size(), 3u);
  EXPECT_EQ(spec.columns[0].field, (Field{"at", TimestampType(TimeUnit::kMicro, "UTC"), false}));
  EXPECT_EQ(spec.columns[0].from, "when");
  EXPECT_THAT(spec.columns[0].formats, ElementsAre("%d/%m/%Y"));
  EXPECT_THAT(spec.columns[1].null_texts, ElementsAre("NA", "null", "no"));
  EXPECT_EQ(spec.columns[1].default_text, "0.00");
  EXPECT_THAT(spec.columns[1].constraints, ElementsAre("min=0", "max=10", "one_of=1|2"));
  EXPECT_EQ(spec.columns[2].value, "{date:%Y-%m-%d}");
  EXPECT_THAT(spec.renames, ElementsAre(Pair("Preis", "price")));
  EXPECT_EQ(spec.records, "data.items");
  EXPECT_EQ(spec.extra, ExtraColumns::kIgnore);
}  // namespace

TEST(SchemaFile, AllMistakesAreToldAtOnceWithLineAndSuggestion) {
  const auto result = Parse(R"(fields:
  - {name: a, type: int46}
  - {name: b, typ: int64}
  - {name: a, type: date, nullable: maybe}
  - {name: c, type: string, formats: ["%d"], constraints: [mim=0, max_length=x]}
  - just text
renames: {x: d}
extra: ingore
patern: x
)");
  EXPECT_THAT(
      result,
      FailsWith(
          ErrorKind::kConfiguration,
          AllOf(HasSubstr("s.yaml:2:21: 'type' of field 'a': 'int46' is not a type\n  hint: did you mean 'int16'?"),
                HasSubstr("s.yaml:3:5: field 'b' needs 'type'"),
                HasSubstr("s.yaml:3:15: unknown key 'typ' in field 'b'"),
                HasSubstr("s.yaml:4:5: field 'a' is declared twice\n  hint: the first one is on line 2"),
                HasSubstr("s.yaml:4:37: 'nullable' of field 'a' must be true or false, not 'maybe'"),
                HasSubstr("'formats' is for dates and times, not for string"), HasSubstr("did you mean 'min=…'?"),
                HasSubstr("'max_length=x': a number of characters is expected"),
                HasSubstr("s.yaml:6:5: field 5 must be a mapping (key: value), not a text"),
                HasSubstr("'x' is renamed to 'd', which is no field"), HasSubstr("did you mean 'ignore'?"),
                HasSubstr("unknown key 'patern' in the schema\n  hint: did you mean 'patterns'?"))));
}

TEST(SchemaFile, WhatExcludesEachOtherIsRefused) {
  EXPECT_THAT(Parse("{fields: [{name: a, type: int8, value: 1, from: b, default: 2}]}"),
              FailsWith(ErrorKind::kConfiguration, AllOf(HasSubstr("'value' and 'from' exclude each other"),
                                                         HasSubstr("'value' and 'default' exclude each other"))));
  EXPECT_THAT(Parse("{fields: [{name: a, type: list<int8>, default: 2}]}"),
              FailsWith(ErrorKind::kConfiguration, HasSubstr("are not for lists")));
  EXPECT_THAT(Parse("{fields: [{name: a, type: int8}], records: r, patterns: [x]}"),
              FailsWith(ErrorKind::kConfiguration, HasSubstr("exclude each other")));
  EXPECT_THAT(Parse("{version: 2, fields: []}"),
              FailsWith(ErrorKind::kConfiguration, AllOf(HasSubstr("version 2 is not known"), HasSubstr("is empty"))));
}

TEST(SchemaFile, AnythingButAMappingIsRefused) {
  for (const char* text : {"", "# nothing", "- a", "text", "null", "fields: 3", "fields: null", "{}"}) {
    EXPECT_THAT(Parse(text), FailsWith(ErrorKind::kConfiguration, HasSubstr("s.yaml"))) << text;
  }
}

TEST(SchemaFile, HostileYamlIsRefusedWithoutCost) {
  std::string bomb = "a: &a [x, x]\n";
  for (int i = 0; i < 20; ++i) bomb += "b: &b [*a, *a, *a, *a]\n";
  EXPECT_THAT(Parse(bomb), FailsWith(ErrorKind::kConfiguration, HasSubstr("anchors are not supported")));
  EXPECT_THAT(Parse(std::string(200, '[') + std::string(200, ']')),
              FailsWith(ErrorKind::kConfiguration, HasSubstr("deeper")));
  EXPECT_THAT(Parse(std::string(100'000, '[')), FailsWith(ErrorKind::kConfiguration, HasSubstr("s.yaml:1:")));
  EXPECT_THAT(Parse(std::string(100'000, '{')), FailsWith(ErrorKind::kConfiguration, HasSubstr("s.yaml:1:")));
  EXPECT_THAT(Parse(std::string(2 << 20, ' ')), FailsWith(ErrorKind::kConfiguration, HasSubstr("more than the")));
  EXPECT_THAT(Parse("fields: !!python/object []"), FailsWith(ErrorKind::kConfiguration, HasSubstr("tag")));
  EXPECT_THAT(Parse("a: 1\n---\nb: 2\n"), FailsWith(ErrorKind::kConfiguration, HasSubstr("more than one YAML")));
  EXPECT_THAT(Parse("a: 1\na: 2\n"), FailsWith(ErrorKind::kConfiguration, HasSubstr("'a' is there twice")));
  EXPECT_THAT(Parse("a: [1\nb: }"), FailsWith(ErrorKind::kConfiguration, HasSubstr("not YAML")));
  EXPECT_THAT(Parse("? [a]\n: b"), FailsWith(ErrorKind::kConfiguration, HasSubstr("a key must be text")));
  EXPECT_THAT(Parse(std::string_view("a: b\nc: \0x", 10)),
              FailsWith(ErrorKind::kConfiguration, HasSubstr("s.yaml:2:1: a control character")));
  EXPECT_THAT(Parse("a: b\nc: \xe9t\xe9"), FailsWith(ErrorKind::kConfiguration, HasSubstr("s.yaml:2:1: not UTF-8")));
}

TEST(SchemaFile, MistakesBeyondALimitAreCounted) {
  std::string text = "fields:\n";
  for (int i = 0; i < 500; ++i) text += "  - {name: x" + std::to_string(i) + "}\n";
  EXPECT_THAT(Parse(text),
              FailsWith(ErrorKind::kConfiguration, AllOf(HasSubstr("500 mistakes"), HasSubstr("and 400 more"))));
}

TEST(SchemaFile, TheWrittenFormReadsBackAsTheSame) {
  TableSpec spec;
  spec.columns.push_back({.field = {"id", Simple(TypeKind::kInt64), false}, .constraints = {"min=0"}});
  spec.columns.push_back({.field = {"a b: \"c\"", Decimal(12, 2), true},
                          .from = "{x}",
                          .null_texts = {"null", "~", "", "no", "[", "a,b", "tab\there", "two\nlines", "# no comment"},
                          .default_text = "007"});
  spec.columns.push_back({.field = {"день", TimestampType(TimeUnit::kNano, "Asia/Bangkok"), true},
                          .formats = {"%d/%m/%Y", "\\d"},
                          .value = "{date:%Y}"});
  spec.columns.push_back({.field = {"s", StructOf({{"a,b", Simple(TypeKind::kInt8), true}}), true}});
  spec.renames = {{"null", "id"}, {"x: y", "s"}};
  spec.patterns = {R"re(^(?P<at>\S+) \[(?P<what>[^\]]*)\] "(?P<rest>.*)"$)re"};
  spec.extra = ExtraColumns::kIgnore;
  const std::string yaml = FormatSchemaFile(spec);
  ASSERT_OK_AND_ASSIGN(const TableSpec from_yaml, Parse(yaml));
  EXPECT_EQ(from_yaml, spec) << yaml;
  ASSERT_OK_AND_ASSIGN(const TableSpec from_json, Parse(SchemaFileToJson(spec)));
  EXPECT_EQ(from_json, spec) << SchemaFileToJson(spec);
  EXPECT_THAT(FormatSchemaFile(SpecOf({{{"id", Simple(TypeKind::kInt64), true}}})),
              ::testing::StrEq("version: 1\nfields:\n  - {name: id, type: int64}\n"));
}

TEST(SchemaFile, RandomTextsSurviveTheRoundTrip) {
  core::SeededRandom random(7);
  constexpr std::string_view kBytes("\0\4ab:{}[],\"'\\\n\t\r#&*!|>%@`-? ~0\x01\x7f", 33);
  for (int round = 0; round < 2'000; ++round) {
    std::string text;
    for (std::uint64_t length = random.Next() % 12; length > 0; --length) text += kBytes[random.Next() % kBytes.size()];
    TableSpec spec = SpecOf({{{"c", Simple(TypeKind::kString), true}}});
    spec.columns[0].default_text = text;
    spec.columns[0].null_texts = {text};
    for (const std::string& written : {FormatSchemaFile(spec), SchemaFileToJson(spec)}) {
      const auto read = Parse(written);
      ASSERT_THAT(read, sluice::testing::IsOk()) << written;
      ASSERT_EQ(*read, spec) << written;
    }
  }
}

TEST(SchemaFile, RandomBytesAreAnErrorAndNoCrash) {
  core::SeededRandom random(11);
  const std::string valid = "fields: [{name: a, type: int64, null: [x], constraints: {min: 0}}]\nextra: ignore\n";
  for (int round = 0; round < 3'000; ++round) {
    std::string text = valid;
    for (int edit = 0; edit < 3; ++edit) {
      const std::size_t at = random.Next() % text.size();
      random.Next() % 2 == 0 ? void(text.erase(at, 1 + random.Next() % 4)) : void(text[at] = char(random.Next() % 128));
      if (text.empty()) text = valid;
    }
    const auto result = Parse(text);
    if (!result) {
      EXPECT_EQ(result.error().kind(), ErrorKind::kConfiguration);
    }
  }
}

}  // namespace
}  // namespace sluice::schema
