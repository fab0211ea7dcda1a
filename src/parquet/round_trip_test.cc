#include <arrow/array.h>
#include <arrow/compute/cast.h>
#include <arrow/pretty_print.h>
#include <arrow/record_batch.h>
#include <arrow/table.h>

#include "core/cancellation.h"
#include "core/executor.h"
#include "parquet/random_rows.h"
#include "parquet/reader.h"
#include "parquet/writer.h"
#include "schema/arrow_mapping.h"
#include "schema/type_text.h"
#include "storage/memory_file_system.h"
#include "tests/support/result_matchers.h"

namespace sluice::parquet {
namespace {

using Batches = std::vector<std::shared_ptr<arrow::RecordBatch>>;

core::Result<FileSummary> WriteFile(storage::FileSystem& files, const schema::Schema& schema, const Batches& batches,
                                    WriteOptions options, std::size_t threads = 2) {
  core::Executor executor(threads);
  SLUICE_ASSIGN_OR_RETURN(auto file, files.Create("t.parquet"));
  SLUICE_ASSIGN_OR_RETURN(auto writer,
                          FileWriter::Open(*file, schema, std::move(options), executor, arrow::default_memory_pool()));
  for (const auto& batch : batches) SLUICE_TRY(writer->Write(batch));
  return writer->Close();
}

core::Result<std::shared_ptr<arrow::Table>> ReadTable(storage::FileSystem& files, const schema::TableSpec& spec) {
  core::Executor executor(2);
  const core::Cancellation cancellation;
  SLUICE_ASSIGN_OR_RETURN(auto file, files.OpenRandomAccess("t.parquet"));
  SLUICE_ASSIGN_OR_RETURN(auto reader, Reader::Open(std::move(file), "t.parquet", spec, executor, cancellation,
                                                    arrow::default_memory_pool()));
  Batches batches;
  while (true) {
    SLUICE_ASSIGN_OR_RETURN(auto batch, reader->Next());
    if (!batch) break;
    batches.push_back(batch->rows);
  }
  return arrow::Table::FromRecordBatches(schema::ToArrow(reader->schema()), batches).ValueOrDie();
}

void ExpectSameRows(const arrow::Table& actual, const Batches& batches) {
  const auto expected = arrow::Table::FromRecordBatches(batches).ValueOrDie();
  ASSERT_EQ(actual.num_rows(), expected->num_rows());
  ASSERT_TRUE(actual.schema()->Equals(*expected->schema())) << actual.schema()->ToString() << "\n"
                                                            << expected->schema()->ToString();
  for (int i = 0; i < actual.num_columns(); ++i) {
    EXPECT_TRUE(actual.column(i)->Equals(*expected->column(i),
                                         arrow::EqualOptions::Defaults().nans_equal(true).signed_zeros_equal(false)))
        << actual.field(i)->ToString();
  }
}

struct Case {
  std::string codec;
  std::optional<Encoding> encoding;
  std::uint64_t distinct_max;
};

class RoundTrip : public ::testing::TestWithParam<Case> {};

TEST_P(RoundTrip, EveryTypeComesBackAsItWent) {
  const schema::Schema schema = SchemaOfAllTypes();
  Batches batches;
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    batches.push_back(MakeRandomRows(schema, {.rows = 700, .seed = seed, .distinct_max = GetParam().distinct_max}));
  }
  batches.push_back(batches[0]->Slice(13, 400));
  WriteOptions options;
  options.codec = *ParseCodec(GetParam().codec);
  if (GetParam().encoding) {
    for (const schema::Field& field : schema.fields) {
      const storage::MemoryFileSystem scratch;
      if (field.type.nested() || field.name == "b") continue;
      const bool text = field.name == "s" || field.name == "sn" || field.name == "bin" || field.name == "j";
      const bool floating = field.name == "f32" || field.name == "f64";
      if (*GetParam().encoding == Encoding::kByteStreamSplit && text) continue;
      if (*GetParam().encoding == Encoding::kDelta && floating) continue;
      options.encodings.emplace_back(field.name, *GetParam().encoding);
    }
  }
  storage::MemoryFileSystem files;
  ASSERT_OK_AND_ASSIGN(const auto summary, WriteFile(files, schema, batches, options));
  EXPECT_EQ(summary.rows, 2500U);
  ASSERT_OK_AND_ASSIGN(const auto table, ReadTable(files, schema::SpecOf(schema)));
  ExpectSameRows(*table, batches);
}

INSTANTIATE_TEST_SUITE_P(CodecsAndEncodings, RoundTrip,
                         ::testing::Values(Case{"zstd:3", {}, 0}, Case{"zstd:1", {}, 20}, Case{"snappy", {}, 0},
                                           Case{"lz4", {}, 0}, Case{"gzip:6", {}, 5}, Case{"none", {}, 0},
                                           Case{"zstd:3", Encoding::kPlain, 0},
                                           Case{"snappy", Encoding::kDictionary, 10}, Case{"none", Encoding::kDelta, 0},
                                           Case{"zstd:3", Encoding::kDelta, 50},
                                           Case{"lz4", Encoding::kByteStreamSplit, 0}));

}  // namespace
}  // namespace sluice::parquet
