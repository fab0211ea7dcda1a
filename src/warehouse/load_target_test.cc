#include "warehouse/load_target.h"

#include <gmock/gmock.h>

#include "schema/type_text.h"

namespace sluice::warehouse {
namespace {

using testing::HasSubstr;

std::string Refusal(const std::string& from, const std::string& to, bool from_nullable = true, bool nullable = true) {
  const schema::Field field{.name = "c", .type = *schema::ParseType(from), .nullable = from_nullable};
  const TargetColumn column{.name = "c", .type = to, .holds = *schema::ParseType(to), .nullable = nullable};
  return RefuseByType(field, column).value_or("");
}

TEST(LoadTarget, TakesTheSameKindAtLeastAsWide) {
  EXPECT_EQ(Refusal("int32", "int32"), "");
  EXPECT_EQ(Refusal("int32", "int64"), "");
  EXPECT_EQ(Refusal("int64", "decimal(38,0)"), "");
  EXPECT_EQ(Refusal("timestamp(ms)", "timestamp(us)"), "");
  EXPECT_EQ(Refusal("json", "string"), "");
  EXPECT_EQ(Refusal("json", "json"), "");
  EXPECT_EQ(Refusal("string", "string"), "");
}

TEST(LoadTarget, RefusesWhatIsNarrower) {
  EXPECT_THAT(Refusal("int64", "int32"), HasSubstr("narrower"));
  EXPECT_THAT(Refusal("float64", "float32"), HasSubstr("narrower"));
  EXPECT_NE(Refusal("decimal(12,2)", "decimal(10,2)"), "");
  EXPECT_THAT(Refusal("timestamp(us)", "timestamp(ms)"), HasSubstr("narrower"));
}

TEST(LoadTarget, RefusesAnotherKind) {
  EXPECT_THAT(Refusal("int64", "string"), HasSubstr("of another kind"));
  EXPECT_THAT(Refusal("string", "int64"), HasSubstr("of another kind"));
  EXPECT_THAT(Refusal("string", "json"), HasSubstr("of another kind"));
  EXPECT_THAT(Refusal("timestamp(us)", "timestamp(us,UTC)"), HasSubstr("of another kind"));
  EXPECT_THAT(Refusal("timestamp(us,UTC)", "timestamp(us)"), HasSubstr("of another kind"));
}

TEST(LoadTarget, RefusesNullsWhereTheTargetTakesNone) {
  EXPECT_THAT(Refusal("int64", "int64", true, false), HasSubstr("takes none"));
  EXPECT_EQ(Refusal("int64", "int64", false, false), "");
}

TEST(LoadTarget, RefusesColumnsThatTheTargetMakesItself) {
  const schema::Field field{.name = "c", .type = schema::Simple(schema::TypeKind::kInt64)};
  TargetColumn column{.name = "c", .type = "bigint", .holds = field.type, .generated = true};
  EXPECT_TRUE(RefuseByType(field, column).has_value());
  column = {.name = "c", .type = "geometry"};
  EXPECT_THAT(RefuseByType(field, column).value_or(""), HasSubstr("geometry"));
}

}  // namespace
}  // namespace sluice::warehouse
