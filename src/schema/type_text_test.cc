#include "schema/type_text.h"

#include "tests/support/result_matchers.h"

namespace sluice::schema {
namespace {

using ::sluice::testing::FailsWith;
using ::testing::HasSubstr;

TEST(TypeText, ReadsBackWhatItWrites) {
  for (const char* text :
       {"bool", "int8", "uint64", "float32", "decimal(12,2)", "string", "binary", "date", "time(us)", "timestamp(us)",
        "timestamp(ns,UTC)", "timestamp(ms,Asia/Bangkok)", "json", "uuid", "list<list<int64>>",
        "struct<a int64 not null, \"b c\" string>", "map<string,list<float64>>"}) {
    ASSERT_OK_AND_ASSIGN(const Type type, ParseType(text));
    EXPECT_EQ(FormatType(type), text);
  }
}

TEST(TypeText, TakesSqlSpellings) {
  EXPECT_EQ(FormatType(*ParseType("VARCHAR(20)")), "string");
  EXPECT_EQ(FormatType(*ParseType("Double Precision")), "float64");
  EXPECT_EQ(FormatType(*ParseType("timestamp with time zone")), "timestamp(us,UTC)");
  EXPECT_EQ(FormatType(*ParseType("timestamptz")), "timestamp(us,UTC)");
  EXPECT_EQ(FormatType(*ParseType("numeric(10)")), "decimal(10,0)");
}

TEST(TypeText, RefusesWithASuggestion) {
  using core::ErrorKind;
  EXPECT_THAT(ParseType("strng"), FailsWith(ErrorKind::kInvalidInput, HasSubstr("did you mean 'string'?")));
  EXPECT_THAT(ParseType("decimal(39,2)"), FailsWith(ErrorKind::kInvalidInput, HasSubstr("out of range")));
  EXPECT_THAT(ParseType("int64 int64"), FailsWith(ErrorKind::kInvalidInput, HasSubstr("the end is expected")));
  EXPECT_THAT(ParseType(std::string(100'000, '<')), FailsWith(ErrorKind::kInvalidInput, HasSubstr("")));
  std::string deep;
  for (int i = 0; i < 100'000; ++i) deep += "list<";
  EXPECT_THAT(ParseType(deep), FailsWith(ErrorKind::kInvalidInput, HasSubstr("nested deeper")));
}

TEST(TypeText, ReadsColumnLists) {
  ASSERT_OK_AND_ASSIGN(const Schema schema,
                       ParseColumns("id int64 not null, \"a \"\"b\"\", c\" decimal(12,2), at timestamp(us,UTC)"));
  ASSERT_EQ(schema.fields.size(), 3u);
  EXPECT_FALSE(schema.fields[0].nullable);
  EXPECT_EQ(schema.fields[1].name, "a \"b\", c");
  EXPECT_EQ(*ParseColumns(FormatColumns(schema)), schema);
  EXPECT_THAT(ParseColumns("a int64, a string"),
              FailsWith(core::ErrorKind::kInvalidInput, HasSubstr("declared twice")));
}

}  // namespace
}  // namespace sluice::schema
