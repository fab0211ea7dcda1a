// The first byte chooses the dialect; the rest is SQL. Whatever the text: no crash; what parses is written as text that
// parses to the same tree; what binds is evaluated, or refused with an error, and keeps its meaning when it is written.
#include <arrow/array.h>
#include <arrow/json/from_string.h>
#include <arrow/memory_pool.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>

#include <cstdlib>
#include <memory>
#include <string>

#include "expression/binder.h"
#include "expression/conjuncts.h"
#include "expression/evaluator.h"
#include "expression/format.h"
#include "expression/parser.h"

namespace {

using namespace sluice::expression;

void Require(bool good) {
  if (!good) std::abort();
}

std::shared_ptr<arrow::RecordBatch> MakeBatch() {
  const auto micros = arrow::TimeUnit::MICRO;
  const arrow::FieldVector fields = {
      arrow::field("b", arrow::boolean()),
      arrow::field("i", arrow::int32()),
      arrow::field("l", arrow::int64()),
      arrow::field("f", arrow::float32()),
      arrow::field("d", arrow::float64()),
      arrow::field("p", arrow::decimal128(10, 2)),
      arrow::field("s", arrow::utf8()),
      arrow::field("x", arrow::binary()),
      arrow::field("day", arrow::date32()),
      arrow::field("ts", arrow::timestamp(micros, "UTC")),
      arrow::field("ntz", arrow::timestamp(micros)),
      arrow::field("st", arrow::struct_({arrow::field("a", arrow::int8()), arrow::field("c d", arrow::utf8())})),
      arrow::field("n", arrow::list(arrow::int32())),
      arrow::field("v", arrow::null()),
  };
  const char* const values[] = {
      "[true, null]",     "[-2147483648, null]", "[9223372036854775807, null]", "[NaN, null]",
      "[-0.0, null]",     R"(["-1.05", null])",  R"(["größe", null])",          R"(["ab", null])",
      "[-719162, null]",  "[-1, null]",          "[253402300799999999, null]",  R"([{"a":1,"c d":"x"}, null])",
      "[[1,null], null]", "[null, null]"};
  arrow::ArrayVector columns;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    columns.push_back(*arrow::json::ArrayFromJSONString(fields[i]->type(), values[i]));
  }
  return arrow::RecordBatch::Make(arrow::schema(fields), 2, std::move(columns));
}

void Evaluate(const Expression& parsed, Dialect dialect) {
  static const std::shared_ptr<arrow::RecordBatch> batch = MakeBatch();
  const auto bound = Bind(parsed, *batch->schema());
  if (!bound) return;
  const auto value = Evaluate(*bound, *batch, arrow::default_memory_pool());
  const auto again = Parse(ToSql(*bound, dialect), dialect);
  if (value) Require((*value)->ValidateFull().ok() && (*value)->length() == 2);
  if (!value || !again || bound->type->id() != arrow::Type::BOOL) return;
  const auto rebound = BindCondition(*again, *batch->schema());
  if (!rebound) return;  // a level of casts may lead beyond the limits
  const auto same = Evaluate(*rebound, *batch, arrow::default_memory_pool());
  Require(same && (*same)->Equals(**value));
  const auto pushed = Evaluate(PushDownNot(*bound), *batch, arrow::default_memory_pool());
  Require(!pushed || (*pushed)->Equals(**value));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1) return 0;
  const std::string sql(reinterpret_cast<const char*>(data) + 1, size - 1);
  const Dialect dialect = data[0] % 2 == 0 ? Dialect::kStandard : Dialect::kSpark;
  const auto parsed = Parse(sql, dialect);
  if (!parsed) return 0;
  const auto again = Parse(ToSql(*parsed, dialect), dialect);
  // Text grows a little when it is written, and may then be too long.
  Require(again ? *again == *parsed : again.error().kind() == sluice::core::ErrorKind::kLimitExceeded);
  Evaluate(*parsed, dialect);
  return 0;
}
