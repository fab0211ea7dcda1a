#include "schema/arrow_mapping.h"

#include <arrow/type.h>

#include "schema/type_text.h"
#include "tests/support/result_matchers.h"

namespace sluice::schema {
namespace {

TEST(ArrowMapping, KeepsEveryType) {
  ASSERT_OK_AND_ASSIGN(
      const Schema schema,
      ParseColumns(
          "a bool, b int8, c int16, d int32, e int64 not null, f uint8, g uint16, h uint32, i uint64, j float32, "
          "k float64, l decimal(38,10), m string, n binary, o date, p time(s), q time(ms), r time(us), s time(ns), "
          "t timestamp(s), u timestamp(ms,UTC), v timestamp(us), w timestamp(ns,Asia/Bangkok), x json, y uuid, "
          "z list<struct<a int64, b list<string>>>, aa map<string,float64>"));
  ASSERT_OK_AND_ASSIGN(const Schema back, FromArrow(*ToArrow(schema)));
  EXPECT_EQ(back, schema);
}

TEST(ArrowMapping, NamesTheColumnItCannotCarry) {
  const auto schema = arrow::schema({arrow::field("s", arrow::struct_({arrow::field("m", arrow::month_interval())}))});
  EXPECT_THAT(FromArrow(*schema),
              ::sluice::testing::FailsWith(core::ErrorKind::kUnsupported, ::testing::HasSubstr("'s.m'")));
}

}  // namespace
}  // namespace sluice::schema
