#include "columns/parsed_chunks.h"

#include <arrow/record_batch.h>
#include <arrow/type.h>

#include "tests/support/result_matchers.h"

namespace sluice::columns {
namespace {

using core::ErrorKind;
using sluice::testing::FailsWith;
using ::testing::HasSubstr;

std::shared_ptr<arrow::RecordBatch> Rows(std::int64_t count) {
  return arrow::RecordBatch::Make(arrow::schema({}), count, arrow::ArrayVector{});
}

TEST(ParsedChunks, CountsLinesOverChunksAndLeavesOutEmptyOnes) {
  core::Executor executor(1);
  const core::Cancellation cancellation;
  int cut = 0;
  ParsedChunks chunks(
      "in.txt", executor, cancellation,
      [&cut]() -> core::Result<std::optional<TextChunk>> {
        if (cut == 4) return std::optional<TextChunk>();
        return TextChunk{.offset = static_cast<std::uint64_t>(cut++)};
      },
      [](const TextChunk& chunk) -> core::Result<ParsedChunk> {
        if (chunk.offset == 3) return core::LimitExceeded("too much");
        ParsedChunk parsed{.rows = Rows(chunk.offset == 0 ? 2 : 0), .rejects = {}, .lines = 10, .stored_bytes_read = 5};
        if (chunk.offset == 2) parsed.rejects.push_back({.line = 4});
        return parsed;
      });
  ASSERT_OK_AND_ASSIGN(const std::optional<RowBatch> first, chunks.Next());
  ASSERT_TRUE(first.has_value());
  EXPECT_EQ(first->rows->num_rows(), 2);
  EXPECT_EQ(first->bytes_read, 5U);
  ASSERT_OK_AND_ASSIGN(const std::optional<RowBatch> second, chunks.Next());
  ASSERT_TRUE(second.has_value());
  ASSERT_EQ(second->rejects.size(), 1U);
  EXPECT_EQ(second->rejects[0].line, 25U);
  EXPECT_THAT(chunks.Next(), FailsWith(ErrorKind::kLimitExceeded, HasSubstr("in.txt: too much")));
}

}  // namespace
}  // namespace sluice::columns
