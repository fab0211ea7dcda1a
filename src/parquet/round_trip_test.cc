#include <arrow/array.h>
#include <arrow/record_batch.h>
#include <arrow/table.h>

#include <optional>

#include "parquet/memory_file.h"
#include "parquet/random_rows.h"
#include "schema/type_text.h"
#include "tests/support/result_matchers.h"

namespace sluice::parquet {
namespace {

using Batches = MemoryFile::Batches;

void ExpectSameRows(const arrow::Table& actual, const Batches& batches) {
  const auto expected = arrow::Table::FromRecordBatches(batches).ValueOrDie();
  ASSERT_EQ(actual.num_rows(), expected->num_rows());
  ASSERT_TRUE(actual.schema()->Equals(*expected->schema())) << actual.schema()->ToString() << "\n"
                                                            << expected->schema()->ToString();
  const auto equal = arrow::EqualOptions::Defaults().nans_equal(true).signed_zeros_equal(false);
  for (int i = 0; i < actual.num_columns(); ++i) {
    EXPECT_TRUE(actual.column(i)->Equals(*expected->column(i), equal)) << actual.field(i)->ToString();
  }
}

struct Case {
  std::string codec;
  std::optional<Encoding> encoding;
  std::uint64_t distinct_max;
};

bool CanBeAsked(const schema::Field& field, Encoding encoding) {
  using schema::TypeKind;
  const TypeKind kind = field.type.kind;
  if (field.type.nested() || kind == TypeKind::kBool) return encoding == Encoding::kPlain;
  const bool text = kind == TypeKind::kString || kind == TypeKind::kBinary || kind == TypeKind::kJson;
  const bool floating = kind == TypeKind::kFloat32 || kind == TypeKind::kFloat64;
  const bool fixed = kind == TypeKind::kUuid || (kind == TypeKind::kDecimal && field.type.precision > 18);
  return !(encoding == Encoding::kByteStreamSplit && (text || fixed)) && !(encoding == Encoding::kDelta && floating);
}

class RoundTrip : public ::testing::TestWithParam<Case> {};

TEST_P(RoundTrip, EveryTypeComesBackAsItWent) {
  const schema::Schema schema = SchemaOfAllTypes();
  Batches batches;
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    batches.push_back(MakeRandomRows(schema, {.rows = 700, .seed = seed, .distinct_max = GetParam().distinct_max}));
  }
  batches.push_back(batches[0]->Slice(13, 400));
  WriteOptions options{.codec = *ParseCodec(GetParam().codec)};
  for (const schema::Field& field : schema.fields) {
    if (!GetParam().encoding || !CanBeAsked(field, *GetParam().encoding)) continue;
    options.encodings.emplace_back(field.name, *GetParam().encoding);
  }
  MemoryFile file;
  ASSERT_OK_AND_ASSIGN(const auto summary, file.Write(schema, batches, options));
  EXPECT_EQ(summary.rows, 2500U);
  EXPECT_EQ(summary.bytes, file.bytes().size());
  ASSERT_OK_AND_ASSIGN(const auto table, file.Read(schema::SpecOf(schema)));
  ExpectSameRows(*table, batches);
}

INSTANTIATE_TEST_SUITE_P(CodecsAndEncodings, RoundTrip,
                         ::testing::Values(Case{"zstd:3", {}, 0}, Case{"zstd:1", {}, 20}, Case{"snappy", {}, 0},
                                           Case{"lz4", {}, 0}, Case{"gzip:6", {}, 5}, Case{"none", {}, 0},
                                           Case{"zstd:3", Encoding::kPlain, 0},
                                           Case{"snappy", Encoding::kDictionary, 10}, Case{"none", Encoding::kDelta, 0},
                                           Case{"zstd:3", Encoding::kDelta, 50},
                                           Case{"lz4", Encoding::kByteStreamSplit, 0}));

TEST(RoundTripOfSlices, NestedColumnsKeepTheirRows) {
  const auto schema =
      *schema::ParseColumns("l list<string>, s struct<a list<int64>, b struct<c string>>, m map<string,int64>");
  for (const int null_percent : {0, 10, 60, 100}) {
    const auto rows = MakeRandomRows(schema, {.rows = 500, .seed = 9, .null_percent = null_percent});
    const Batches batches = {rows->Slice(3, 100), rows->Slice(0, 1), rows->Slice(250, 250)};
    MemoryFile file;
    ASSERT_OK(file.Write(schema, batches, {.row_group_rows_max = 120}));
    ASSERT_OK_AND_ASSIGN(const auto table, file.Read(schema::SpecOf(schema)));
    ExpectSameRows(*table, batches);
  }
}

TEST(RoundTripOfManyColumns, TwoThousandColumnsKeepTheirPlaces) {
  schema::Schema schema;
  for (int i = 0; i < 2000; ++i) {
    schema.fields.push_back(
        {"c" + std::to_string(i), schema::Simple(i % 2 == 0 ? schema::TypeKind::kFloat64 : schema::TypeKind::kString)});
  }
  const Batches batches = {MakeRandomRows(schema, {.rows = 20, .seed = 3})};
  MemoryFile file;
  ASSERT_OK(file.Write(schema, batches));
  ASSERT_OK_AND_ASSIGN(const auto table, file.Read(schema::SpecOf(schema)));
  ExpectSameRows(*table, batches);
}

TEST(RoundTripOfNothing, EmptyFileKeepsItsColumns) {
  const schema::Schema schema = SchemaOfAllTypes();
  MemoryFile file;
  ASSERT_OK_AND_ASSIGN(const auto summary, file.Write(schema, {}));
  EXPECT_EQ(summary.row_groups, 0U);
  ASSERT_OK_AND_ASSIGN(const auto table, file.Read(schema::SpecOf(schema)));
  EXPECT_EQ(table->num_rows(), 0);
  EXPECT_TRUE(table->schema()->Equals(*schema::ToArrow(schema)));
}

}  // namespace
}  // namespace sluice::parquet
