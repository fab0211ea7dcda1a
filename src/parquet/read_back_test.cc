// What other readers make of our files: tests/conformance/read_back.py compares every value.
#include <arrow/io/file.h>
#include <arrow/ipc/writer.h>
#include <arrow/record_batch.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "parquet/memory_file.h"
#include "parquet/random_rows.h"
#include "schema/type_text.h"
#include "tests/support/result_matchers.h"

namespace sluice::parquet {
namespace {

void Save(const std::filesystem::path& stem, const schema::Schema& schema, const MemoryFile::Batches& batches,
          const WriteOptions& options) {
  MemoryFile file;
  ASSERT_OK(file.Write(schema, batches, options));
  std::ofstream(stem.string() + ".parquet", std::ios::binary) << file.bytes();
  const auto sink = arrow::io::FileOutputStream::Open(stem.string() + ".arrow").ValueOrDie();
  const auto writer = arrow::ipc::MakeFileWriter(sink, schema::ToArrow(schema)).ValueOrDie();
  for (const auto& batch : batches) ASSERT_TRUE(writer->WriteRecordBatch(*batch).ok());
  ASSERT_TRUE(writer->Close().ok());
}

TEST(OtherReaders, FindEveryValueThatWasWritten) {
  const std::filesystem::path source = SLUICE_SOURCE_DIR;
  const auto python = source / ".deps/venv/bin/python";
  if (!std::filesystem::exists(python)) GTEST_SKIP() << python << " is not there: run ./dev setup";
  const auto folder = std::filesystem::path(::testing::TempDir()) / ("sluice_read_back_" + std::to_string(getpid()));
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  const schema::Schema schema = SchemaOfAllTypes();
  for (const char* codec : {"zstd:3", "snappy", "lz4", "gzip:6", "none"}) {
    for (const std::uint64_t distinct : {0, 12}) {
      const MemoryFile::Batches batches = {MakeRandomRows(schema, {.rows = 300, .seed = 1, .distinct_max = distinct}),
                                           MakeRandomRows(schema, {.rows = 100, .seed = 2, .distinct_max = distinct})};
      const std::string name = std::string(codec, 3) + std::to_string(distinct);
      Save(folder / name, schema, batches, {.codec = *ParseCodec(codec), .row_group_rows_max = 250});
    }
  }
  const auto numbers = *schema::ParseColumns("i int32, l int64, d decimal(12,2), w decimal(30,4), f float64, u uuid");
  const auto texts = *schema::ParseColumns("s string, b binary, i int64");
  for (const Encoding encoding :
       {Encoding::kPlain, Encoding::kDictionary, Encoding::kDelta, Encoding::kByteStreamSplit}) {
    for (const schema::Schema& columns : {numbers, texts}) {
      WriteOptions options;
      for (const schema::Field& field : columns.fields) {
        const bool text = field.name == "s" || field.name == "b";
        const bool fixed = field.name == "w" || field.name == "u";  // Polars reads no prefix deltas of these
        if (encoding == Encoding::kByteStreamSplit && (text || fixed)) continue;
        if (encoding == Encoding::kDelta && (field.name == "f" || fixed)) continue;
        options.encodings.emplace_back(field.name, encoding);
      }
      const std::string name = std::string(FormatEncoding(encoding)) + (columns == texts ? "_texts" : "_numbers");
      Save(folder / name, columns, {MakeRandomRows(columns, {.rows = 500, .seed = 3})}, options);
    }
  }
  const std::string command =
      python.string() + " " + (source / "tests/conformance/read_back.py").string() + " " + folder.string();
  EXPECT_EQ(std::system(command.c_str()), 0) << command;
  if (!HasFailure()) std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace sluice::parquet
