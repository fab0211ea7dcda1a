#include "schema/schema_diff.h"

#include <array>
#include <string>
#include <tuple>

#include "schema/type_text.h"
#include "tests/support/result_matchers.h"

namespace sluice::schema {
namespace {

using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;

Schema Columns(const std::string& text) { return *ParseColumns(text); }
TypeRelation RelateTexts(const char* before, const char* after) {
  return Relate(*ParseType(before), *ParseType(after));
}

TEST(TypeRelation, KnowsWhichTypesHoldOthersExactly) {
  using R = TypeRelation;
  const std::array<std::tuple<const char*, const char*, R>, 31> cases{{
      {"int32", "int64", R::kWidened},
      {"int64", "int32", R::kNarrowed},
      {"uint32", "int64", R::kWidened},
      {"uint64", "int64", R::kIncompatible},
      {"int8", "uint64", R::kIncompatible},
      {"int32", "float64", R::kWidened},
      {"int64", "float64", R::kIncompatible},
      {"int32", "float32", R::kIncompatible},
      {"int64", "decimal(19,0)", R::kWidened},
      {"int64", "decimal(19,1)", R::kIncompatible},
      {"decimal(10,2)", "decimal(12,4)", R::kWidened},
      {"decimal(10,2)", "decimal(10,4)", R::kIncompatible},
      {"float32", "float64", R::kWidened},
      {"decimal(10,2)", "float64", R::kIncompatible},
      {"date", "timestamp(us)", R::kWidened},
      {"date", "timestamp(us,UTC)", R::kIncompatible},
      {"date", "timestamp(ns)", R::kIncompatible},
      {"timestamp(ms)", "timestamp(us)", R::kWidened},
      {"timestamp(us)", "timestamp(ns)", R::kIncompatible},
      {"timestamp(us)", "timestamp(us,UTC)", R::kIncompatible},
      {"timestamp(us,UTC)", "timestamp(us,Asia/Bangkok)", R::kWidened},
      {"time(s)", "time(ns)", R::kWidened},
      {"bool", "string", R::kWidened},
      {"binary", "string", R::kIncompatible},
      {"string", "int64", R::kNarrowed},
      {"list<int8>", "list<int16>", R::kWidened},
      {"list<int8>", "string", R::kIncompatible},
      {"struct<a int8>", "struct<b string, a int16>", R::kWidened},
      {"struct<a int8>", "struct<a int8, b string not null>", R::kIncompatible},
      {"map<string,int8>", "map<string,int64>", R::kWidened},
      {"struct<a int8>", "list<int8>", R::kIncompatible},
  }};
  for (const auto& [before, after, relation] : cases) {
    EXPECT_EQ(RelateTexts(before, after), relation) << before << " to " << after;
  }
  EXPECT_EQ(RelateTexts("json", "json"), R::kSame);
}

TEST(SchemaDiff, EqualSchemasHaveNoChanges) {
  const Schema schema = Columns("id int64 not null, v string");
  EXPECT_TRUE(Diff(schema, schema).identical());
  EXPECT_TRUE(Diff(schema, schema).lossless());
  EXPECT_EQ(ToText(Diff(schema, schema)), "the schemas are the same\n");
}

TEST(SchemaDiff, NamesEveryChangeOnce) {
  const SchemaDiff diff = Diff(Columns("a int32, b string, c date, d int64, e bool not null"),
                               Columns("d int32, a int64, c timestamp(us,UTC), e bool, f string not null"));
  EXPECT_THAT(diff.changes, ElementsAre(ColumnChange{ChangeKind::kWidened, "a", "int32", "int64"},
                                        ColumnChange{ChangeKind::kMissing, "b", "string", ""},
                                        ColumnChange{ChangeKind::kIncompatible, "c", "date", "timestamp(us,UTC)"},
                                        ColumnChange{ChangeKind::kNarrowed, "d", "int64", "int32"},
                                        ColumnChange{ChangeKind::kBecameNullable, "e", "bool not null", "bool"},
                                        ColumnChange{ChangeKind::kReordered, "d", "4", "1"},
                                        ColumnChange{ChangeKind::kAdded, "f", "", "string not null"}));
  EXPECT_FALSE(diff.lossless());
}

TEST(SchemaDiff, ReportsTheFewestMovedColumns) {
  const SchemaDiff diff =
      Diff(Columns("a int8, b int8, c int8, d int8, e int8"), Columns("b int8, c int8, d int8, e int8, a int8"));
  EXPECT_THAT(diff.changes, ElementsAre(Field(&ColumnChange::column, "a")));
  EXPECT_TRUE(diff.lossless());
}

TEST(SchemaDiff, AddedColumnsAreLosslessOnlyWhenTheyMayBeNull) {
  EXPECT_TRUE(Diff(Columns("a int8"), Columns("a int8, b int8")).lossless());
  EXPECT_FALSE(Diff(Columns("a int8"), Columns("a int8, b int8 not null")).lossless());
  EXPECT_FALSE(Diff(Columns("a int8"), Columns("a int8 not null")).lossless());
  EXPECT_FALSE(Diff(Columns("a int8, b int8"), Columns("a int8")).lossless());
}

TEST(SchemaDiff, PrintsTextAndJson) {
  const SchemaDiff diff = Diff(Columns("id int32, x date"), Columns("x date, id int64, n json"));
  EXPECT_EQ(ToText(diff),
            "widened         id: int32 → int64\n"
            "reordered       id: column 1 → 2\n"
            "added           n: json\n");
  EXPECT_THAT(ToJson(diff), HasSubstr(R"("kind": "added",
      "column": "n",
      "before": null,
      "after": "json")"));
}

}  // namespace
}  // namespace sluice::schema
