#include "parquet/writer.h"

#include <arrow/array.h>
#include <arrow/builder.h>
#include <arrow/record_batch.h>

#include "core/executor.h"
#include "schema/arrow_mapping.h"
#include "schema/type_text.h"
#include "storage/memory_file_system.h"
#include "tests/support/result_matchers.h"

namespace sluice::parquet {
namespace {

TEST(FileWriter, EmptyFileHasFooter) {
  storage::MemoryFileSystem files;
  core::Executor executor(1);
  ASSERT_OK_AND_ASSIGN(auto file, files.Create("a.parquet"));
  ASSERT_OK_AND_ASSIGN(const auto schema, schema::ParseColumns("id int64, name string"));
  ASSERT_OK_AND_ASSIGN(auto writer, FileWriter::Open(*file, schema, {}, executor, arrow::default_memory_pool()));
  ASSERT_OK_AND_ASSIGN(const auto summary, writer->Close());
  EXPECT_EQ(summary.rows, 0U);
  EXPECT_EQ(files.Contents()["a.parquet"].size(), summary.bytes);
}

}  // namespace
}  // namespace sluice::parquet
