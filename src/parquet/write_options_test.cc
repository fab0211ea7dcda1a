#include "parquet/write_options.h"

#include "tests/support/result_matchers.h"

namespace sluice::parquet {
namespace {

using core::ErrorKind;
using ::testing::AllOf;
using testing::FailsWith;
using ::testing::HasSubstr;

TEST(CodecText, IsReadWithItsDefaultLevel) {
  EXPECT_EQ(*ParseCodec("zstd"), (CodecSpec{Codec::kZstd, 3}));
  EXPECT_EQ(*ParseCodec("zstd:19"), (CodecSpec{Codec::kZstd, 19}));
  EXPECT_EQ(*ParseCodec("gzip"), (CodecSpec{Codec::kGzip, 6}));
  EXPECT_EQ(*ParseCodec("snappy"), (CodecSpec{Codec::kSnappy, {}}));
  EXPECT_EQ(*ParseCodec("none"), (CodecSpec{Codec::kNone, {}}));
}

TEST(CodecText, IsWrittenAsItIsRead) {
  for (const char* text : {"zstd:3", "zstd:1", "gzip:9", "snappy", "lz4", "none"}) {
    EXPECT_EQ(FormatCodec(*ParseCodec(text)), text);
  }
  EXPECT_EQ(FormatCodec({Codec::kZstd, {}}), "zstd:3");
}

TEST(CodecText, MistakesGetHints) {
  EXPECT_THAT(ParseCodec("zsdt"), FailsWith(ErrorKind::kInvalidInput, HasSubstr("did you mean zstd?")));
  EXPECT_THAT(ParseCodec("zstd:99"), FailsWith(ErrorKind::kInvalidInput, HasSubstr("1 to 22")));
  EXPECT_THAT(ParseCodec("zstd:"), FailsWith(ErrorKind::kInvalidInput, HasSubstr("no number")));
  EXPECT_THAT(ParseCodec("zstd:3x"), FailsWith(ErrorKind::kInvalidInput, HasSubstr("no number")));
  EXPECT_THAT(ParseCodec("snappy:3"), FailsWith(ErrorKind::kInvalidInput, HasSubstr("has no levels")));
  EXPECT_THAT(ParseCodec(""), FailsWith(ErrorKind::kInvalidInput, HasSubstr("one of none, snappy")));
}

TEST(EncodingText, IsReadAndWritten) {
  for (const char* text : {"plain", "dict", "delta", "bss"}) EXPECT_EQ(FormatEncoding(*ParseEncoding(text)), text);
  EXPECT_THAT(ParseEncoding("delt"), FailsWith(ErrorKind::kInvalidInput, HasSubstr("did you mean delta?")));
}

TEST(WriteOptions, ZerosAndWrongLevelsAreRefused) {
  EXPECT_OK(WriteOptions{}.Validate());
  EXPECT_THAT((WriteOptions{.row_group_rows_max = 0}).Validate(),
              FailsWith(ErrorKind::kInvalidInput, HasSubstr("--row-group-rows")));
  EXPECT_THAT((WriteOptions{.page_rows_max = 0}).Validate(), FailsWith(ErrorKind::kInvalidInput, HasSubstr("page")));
  EXPECT_THAT((WriteOptions{.codec = {Codec::kLz4, 3}}).Validate(),
              FailsWith(ErrorKind::kInvalidInput, AllOf(HasSubstr("lz4"), HasSubstr("no levels"))));
}

}  // namespace
}  // namespace sluice::parquet
