#include "delta/schema_change.h"

#include <gtest/gtest.h>

#include "delta/type_name.h"
#include "tests/support/result_matchers.h"

namespace sluice::delta {
namespace {

using core::ErrorKind;
using ::testing::AllOf;
using testing::FailsWith;
using ::testing::HasSubstr;

Field Column(std::string name, std::string_view type, bool nullable = true) {
  Field field{.name = name, .type = *ParseTypeName(type), .nullable = nullable};
  field.physical_name = std::move(name);
  return field;
}

Field Struct(std::string name, std::vector<Field> members) {
  Field field = Column(std::move(name), "long");
  field.type = {.kind = TypeKind::kStruct, .fields = std::move(members)};
  return field;
}

core::Status Change(std::vector<Field> before, std::vector<Field> after) {
  return CheckSchemaChange({std::move(before)}, {std::move(after)});
}

TEST(SchemaChange, AddsColumnsBehindTheOthers) {
  EXPECT_OK(Change({Column("a", "long")}, {Column("a", "long"), Column("b", "date")}));
  EXPECT_OK(Change({Struct("s", {Column("x", "long")})}, {Struct("s", {Column("x", "long"), Column("y", "long")})}));
  EXPECT_OK(Change({Column("a", "long", false)}, {Column("a", "long", true)}));
  EXPECT_OK(Change({Column("a", "void")}, {Column("a", "decimal(5,2)")}));
  EXPECT_THAT(Change({Column("a", "long")}, {Column("a", "long"), Column("b", "date", false)}),
              FailsWith(ErrorKind::kInvalidInput, HasSubstr("'b'")));
  EXPECT_THAT(Change({Column("a", "long")}, {Column("b", "date"), Column("a", "long")}),
              FailsWith(ErrorKind::kInvalidInput, HasSubstr("change its place")));
}

TEST(SchemaChange, RefusesWhatFilesDoNotFollow) {
  EXPECT_THAT(Change({Column("a", "long")}, {Column("a", "long", false)}),
              FailsWith(ErrorKind::kInvalidInput, HasSubstr("NOT NULL")));
  EXPECT_THAT(Change({Column("a", "long")}, {Column("a", "integer")}),
              FailsWith(ErrorKind::kInvalidInput, HasSubstr("from long to integer")));
  EXPECT_THAT(Change({Column("a", "long")}, {}), FailsWith(ErrorKind::kInvalidInput, HasSubstr("dropped")));
  EXPECT_THAT(Change({Column("a", "long")}, {Column("A", "long")}),
              FailsWith(ErrorKind::kInvalidInput, HasSubstr("renamed")));
  EXPECT_THAT(Change({Struct("s", {Column("x", "long")})}, {Struct("s", {Column("x", "string")})}),
              FailsWith(ErrorKind::kInvalidInput, HasSubstr("'s.x'")));
  EXPECT_THAT(Change({Struct("s", {Column("x", "long")})}, {Column("s", "long")}),
              FailsWith(ErrorKind::kInvalidInput, HasSubstr("struct<x: long>")));
}

TEST(SchemaChange, NamesWhatIsNotDoneYet) {
  EXPECT_THAT(Change({Column("a", "integer")}, {Column("a", "long")}),
              FailsWith(ErrorKind::kUnsupported, AllOf(HasSubstr("'a'"), HasSubstr("widen"))));
  Field mapped = Column("a", "long");
  mapped.id = 1;
  EXPECT_THAT(Change({Column("a", "long")}, {mapped}), FailsWith(ErrorKind::kUnsupported, HasSubstr("mapping of 'a'")));
  EXPECT_THAT(Change({mapped}, {Column("b", "long")}), FailsWith(ErrorKind::kUnsupported, HasSubstr("renamed")));
}

}  // namespace
}  // namespace sluice::delta
