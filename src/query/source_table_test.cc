#include "query/source_table.h"

#include <arrow/array/array_nested.h>
#include <arrow/json/from_string.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "query/session.h"
#include "tests/support/duckdb_session.h"
#include "tests/support/result_matchers.h"

namespace sluice::query {
namespace {

using ::sluice::testing::FailsWith;
using ::sluice::testing::IsOk;

/// The same batch several times, and an error at the end when there is one.
class RepeatedRows final : public RowSource {
 public:
  RepeatedRows(std::shared_ptr<arrow::RecordBatch> rows, int times, core::Status end = core::Ok())
      : rows_(std::move(rows)), times_(times), end_(std::move(end)) {}

  const std::shared_ptr<arrow::Schema>& schema() const override { return rows_->schema(); }
  std::uint64_t rows_estimate() const override { return static_cast<std::uint64_t>(rows_->num_rows() * times_); }
  core::Result<std::unique_ptr<RowStream>> Open(const std::vector<int>& columns) override {
    asked_ = columns;
    auto selected = rows_->SelectColumns(columns);
    return std::unique_ptr<RowStream>(new Stream(*selected, times_, end_));
  }
  const std::vector<int>& asked() const { return asked_; }

 private:
  class Stream final : public RowStream {
   public:
    Stream(std::shared_ptr<arrow::RecordBatch> rows, int times, core::Status end)
        : rows_(std::move(rows)), left_(times), end_(std::move(end)) {}
    core::Result<std::shared_ptr<arrow::RecordBatch>> Next() override {
      if (left_-- > 0) return rows_;
      if (!end_) return end_.error();
      return std::shared_ptr<arrow::RecordBatch>();
    }

   private:
    std::shared_ptr<arrow::RecordBatch> rows_;
    int left_;
    core::Status end_;
  };

  std::shared_ptr<arrow::RecordBatch> rows_;
  int times_;
  core::Status end_;
  std::vector<int> asked_;
};

std::shared_ptr<arrow::RecordBatch> FromJson(const std::shared_ptr<arrow::Schema>& schema, const std::string& json) {
  auto array = arrow::json::ArrayFromJSONString(arrow::struct_(schema->fields()), json);
  EXPECT_TRUE(array.ok()) << array.status().ToString();
  return *arrow::RecordBatch::FromStructArray(*array);
}

class SourceTableTest : public sluice::testing::DuckDbTest {
 protected:
  void Add(const std::string& name, std::shared_ptr<RowSource> source) {
    ASSERT_THAT(session_->AddSource({name, std::move(source)}), IsOk());
  }
};

TEST_F(SourceTableTest, ValuesOfEveryTypeArriveAsTheyAre) {
  const auto schema = arrow::schema(
      {arrow::field("b", arrow::boolean()), arrow::field("i", arrow::int8()), arrow::field("l", arrow::int64()),
       arrow::field("d", arrow::float64()), arrow::field("s", arrow::utf8()), arrow::field("x", arrow::binary()),
       arrow::field("day", arrow::date32()), arrow::field("ts", arrow::timestamp(arrow::TimeUnit::MICRO, "UTC")),
       arrow::field("wall", arrow::timestamp(arrow::TimeUnit::MICRO)), arrow::field("m", arrow::decimal128(4, 2)),
       arrow::field("n", arrow::decimal128(38, 3)), arrow::field("none", arrow::null())});
  const auto rows = FromJson(schema, R"([
      [true, -5, 9223372036854775807, 0.5, "a", "x", 19000, 1700000000000001, -1, "-12.34", "12345678901234567.001", null],
      [null, null, null, null, null, null, null, null, null, null, null, null],
      [false, 127, -1, -2.5, "longer than twelve bytes", "", -1, 0, 0, "99.99", "-1.000", null]])");
  Add("t", std::make_shared<RepeatedRows>(rows, 1));
  EXPECT_EQ(Rows("SELECT * FROM t ORDER BY l NULLS LAST"),
            "false|127|-1|-2.5|longer than twelve bytes||1969-12-31|1970-01-01 00:00:00+00|1970-01-01 00:00:00|99.99|"
            "-1.000|NULL\n"
            "true|-5|9223372036854775807|0.5|a|x|2022-01-08|2023-11-14 22:13:20.000001+00|1969-12-31 23:59:59.999999|"
            "-12.34|12345678901234567.001|NULL\n"
            "NULL|NULL|NULL|NULL|NULL|NULL|NULL|NULL|NULL|NULL|NULL|NULL");
}

TEST_F(SourceTableTest, NestedValuesArriveAlsoFromTheMiddleOfABatch) {
  const auto entry = arrow::struct_({arrow::field("a", arrow::int32()), arrow::field("b", arrow::utf8())});
  const auto schema = arrow::schema({arrow::field("id", arrow::int64()), arrow::field("list", arrow::list(entry)),
                                     arrow::field("map", arrow::map(arrow::utf8(), arrow::list(arrow::int32())))});
  std::string json = "[";
  for (int i = 0; i < 5000; ++i) {  // more than one of DuckDB's chunks
    json += (i == 0 ? "" : ",") + std::string("[") + std::to_string(i) + ",";
    json += i % 3 == 0 ? "null" : i % 3 == 1 ? "[]" : "[{\"a\":" + std::to_string(i) + ",\"b\":\"t\"},null]";
    json += i % 2 == 0 ? ",[[\"k\",[1,null," + std::to_string(i) + "]]]]" : ",null]";
  }
  const auto rows = FromJson(schema, json + "]")->Slice(3);
  Add("t", std::make_shared<RepeatedRows>(rows, 2));
  EXPECT_EQ(Rows("SELECT DISTINCT * FROM t WHERE id IN (3, 4, 4994) ORDER BY id"),
            "3|NULL|NULL\n4|[]|{\"k\":[1,null,4]}\n4994|[{\"a\":4994,\"b\":\"t\"},null]|{\"k\":[1,null,4994]}");
  EXPECT_EQ(Rows("SELECT count(*), sum(list[1].a), sum(map['k'][3]) FROM t"),
            std::to_string(2 * 4997) + "|8328330|12494996");
}

TEST_F(SourceTableTest, OnlyColumnsThatAStatementNeedsAreAskedFor) {
  const auto schema = arrow::schema(
      {arrow::field("a", arrow::int32()), arrow::field("b", arrow::int32()), arrow::field("c", arrow::int32())});
  const auto source = std::make_shared<RepeatedRows>(FromJson(schema, "[[1,2,3],[4,5,6]]"), 1000);
  Add("odd \"name\"", source);
  EXPECT_EQ(Rows("SELECT sum(c), sum(a) FROM \"odd \"\"name\"\"\""), "9000|5000");
  EXPECT_THAT(source->asked(), ::testing::UnorderedElementsAre(0, 2));
  EXPECT_EQ(Rows("SELECT count(*) FROM \"odd \"\"name\"\"\""), "2000");
}

TEST_F(SourceTableTest, AnErrorOfTheRowsEndsTheStatementAndIsReturned) {
  const auto rows = FromJson(arrow::schema({arrow::field("a", arrow::int32())}), "[[1]]");
  const core::Status end = core::Corruption("part-1.parquet: its footer is cut");
  Add("t", std::make_shared<RepeatedRows>(rows, 3, end));
  EXPECT_THAT(Rows("SELECT sum(a) FROM t"), ::testing::HasSubstr("part-1.parquet: its footer is cut"));
  EXPECT_THAT(session_->Query("SELECT sum(a) FROM t"),
              FailsWith(core::ErrorKind::kCorruption, ::testing::HasSubstr("its footer is cut")));
  EXPECT_EQ(Rows("SELECT 1"), "1");
}

TEST_F(SourceTableTest, ATableCanBeReadTwiceInOneStatement) {
  const auto rows = FromJson(arrow::schema({arrow::field("a", arrow::int32())}), "[[1],[2],[3]]");
  Add("t", std::make_shared<RepeatedRows>(rows, 1));
  EXPECT_EQ(Rows("SELECT count(*) FROM t x, t y WHERE x.a < y.a"), "3");
}

}  // namespace
}  // namespace sluice::query
