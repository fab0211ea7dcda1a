#include "storage/compression.h"

#include <isa-l/igzip_lib.h>
#include <zstd.h>

#include <algorithm>

#include "core/random.h"
#include "storage/memory_stream.h"
#include "tests/support/result_matchers.h"

namespace sluice::storage {
namespace {

using core::ErrorKind;
using ::sluice::testing::FailsWith;
using ::testing::AllOf;
using ::testing::HasSubstr;

std::string Gzip(std::string_view text) {
  std::string packed(text.size() + 1024, '\0');
  isal_zstream stream;
  isal_deflate_init(&stream);
  stream.gzip_flag = IGZIP_GZIP;
  stream.end_of_stream = 1;
  stream.next_in = reinterpret_cast<std::uint8_t*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<std::uint32_t>(text.size());
  stream.next_out = reinterpret_cast<std::uint8_t*>(packed.data());
  stream.avail_out = static_cast<std::uint32_t>(packed.size());
  EXPECT_EQ(isal_deflate(&stream), COMP_OK);
  packed.resize(stream.total_out);
  return packed;
}

std::string Zstd(std::string_view text) {
  std::string packed(ZSTD_compressBound(text.size()), '\0');
  ZSTD_CCtx* context = ZSTD_createCCtx();
  ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1);
  packed.resize(ZSTD_compress2(context, packed.data(), packed.size(), text.data(), text.size()));
  ZSTD_freeCCtx(context);
  return packed;
}

std::string SomeText(std::size_t bytes, std::uint64_t seed) {
  core::SeededRandom random(seed);
  std::string text;
  while (text.size() < bytes) text += std::to_string(random.Next() % 100'000) + (random.Next() % 4 == 0 ? "\n" : ",");
  text.resize(bytes);
  return text;
}

core::Result<std::string> Unpack(Compression compression, std::string packed, InflateOptions options = {},
                                 std::size_t step = 64 * 1024) {
  options.name = "'a'";
  const auto stream = Inflate(compression, StreamFromString(std::move(packed)), options);
  std::string all;
  std::string buffer(step, '\0');
  while (true) {
    SLUICE_ASSIGN_OR_RETURN(const std::size_t got, stream->Read(buffer));
    all.append(buffer, 0, got);
    if (got < buffer.size()) return all;
  }
}

struct Format {
  Compression compression;
  std::string (*pack)(std::string_view);
};

class InflateFormats : public ::testing::TestWithParam<Format> {
 protected:
  std::string Pack(std::string_view text) const { return GetParam().pack(text); }
  core::Result<std::string> Unpack(std::string packed, InflateOptions options = {}, std::size_t step = 1 << 16) const {
    return storage::Unpack(GetParam().compression, std::move(packed), options, step);
  }
};
INSTANTIATE_TEST_SUITE_P(Gzip, InflateFormats, ::testing::Values(Format{Compression::kGzip, &Gzip}));
INSTANTIATE_TEST_SUITE_P(Zstd, InflateFormats, ::testing::Values(Format{Compression::kZstd, &Zstd}));

TEST_P(InflateFormats, RoundTripsAnySizeWithAnyBuffer) {
  for (const std::size_t bytes : {0UL, 1UL, 1000UL, 65'536UL, 1'000'003UL}) {
    const std::string text = SomeText(bytes, bytes);
    for (const std::size_t step : {7UL, 4096UL, 3'000'000UL}) {
      ASSERT_OK_AND_ASSIGN(const std::string got, Unpack(Pack(text), {}, step));
      ASSERT_TRUE(got == text) << bytes << " bytes in steps of " << step;
    }
  }
}

TEST_P(InflateFormats, SeveralMembersAreOneText) {
  std::string packed;
  std::string text;
  for (std::size_t i = 0; i < 200; ++i) {
    const std::string part = SomeText(i * 37, i);
    packed += Pack(part);
    text += part;
  }
  ASSERT_OK_AND_ASSIGN(const std::string got, Unpack(packed, {}, 1000));
  EXPECT_TRUE(got == text);
}

TEST_P(InflateFormats, TruncationAnywhereIsCorruption) {
  const std::string packed = Pack(SomeText(3000, 1));
  for (std::size_t kept = 0; kept < packed.size(); kept += kept < 40 || kept + 40 > packed.size() ? 1 : 61) {
    EXPECT_THAT(Unpack(packed.substr(0, kept)), FailsWith(ErrorKind::kCorruption, HasSubstr("'a'"))) << kept;
  }
  EXPECT_THAT(Unpack(packed.substr(0, 700)),
              FailsWith(ErrorKind::kCorruption, AllOf(HasSubstr("at byte 700"), HasSubstr("truncated"))));
}

TEST_P(InflateFormats, BytesAfterTheEndAreCorruption) {
  const std::string packed = Pack("abc");
  const std::string place = "at byte " + std::to_string(packed.size());
  EXPECT_THAT(Unpack(packed + "garbage garbage garbage"),
              FailsWith(ErrorKind::kCorruption, AllOf(HasSubstr(place), HasSubstr("after the end"))));
}

TEST_P(InflateFormats, FlippedBitsNeverPass) {
  const std::string text = SomeText(5000, 3);
  const std::string packed = Pack(text);
  core::SeededRandom random(5);
  for (int round = 0; round < 300; ++round) {
    std::string damaged = packed;
    damaged[random.Next() % damaged.size()] ^= static_cast<char>(1U << random.Next() % 8);
    const core::Result<std::string> got = Unpack(damaged);
    // Some header bits (modification time, operating system) mean nothing to the text.
    EXPECT_TRUE(!got.has_value() || *got == text);
  }
}

TEST_P(InflateFormats, PlainTextIsNotAccepted) {
  const std::string format = GetParam().compression == Compression::kGzip ? "gzip" : "zstd";
  EXPECT_THAT(Unpack("id,name\n1,x\n2,y\n3,zzzzzzzzzzzzzzzzz\n"),
              FailsWith(ErrorKind::kCorruption, HasSubstr("no " + format + " header")));
}

TEST_P(InflateFormats, BombIsStopped) {
  const std::string packed = Pack(std::string(40 << 20, 'x'));
  EXPECT_THAT(Unpack(packed, {.ratio_max = 50}),
              FailsWith(ErrorKind::kLimitExceeded, AllOf(HasSubstr("--limit-ratio"), HasSubstr("limit ratio=50"))));
  EXPECT_OK(Unpack(packed, {.ratio_max = 100'000}));
  EXPECT_OK(Unpack(Pack(std::string(10 << 20, 'x')), {.ratio_max = 50}));
}

TEST(Inflate, GzipWithNameAndCommentIsRead) {
  std::string packed = Gzip("abc");
  std::string header = packed.substr(0, 10);
  header[3] = 0x08 | 0x10 | 0x04;
  header += std::string("\x03\0xyz", 5) + std::string("name\0comment\0", 13);
  ASSERT_OK_AND_ASSIGN(const std::string got, Unpack(Compression::kGzip, header + packed.substr(10)));
  EXPECT_EQ(got, "abc");
}

TEST(Inflate, GzipLengthIsChecked) {
  std::string packed = Gzip("abc");
  packed[packed.size() - 4] = 4;
  EXPECT_THAT(Unpack(Compression::kGzip, packed), FailsWith(ErrorKind::kCorruption, HasSubstr("length mismatch")));
}

TEST(Inflate, LargeZstdWindowIsRefused) {
  EXPECT_THAT(Unpack(Compression::kZstd, Zstd(SomeText(3 << 20, 1)), {.window_bytes_max = 1 << 20}),
              FailsWith(ErrorKind::kLimitExceeded, HasSubstr("window")));
}

TEST(Inflate, NoneGivesTheSourceBack) {
  ASSERT_OK_AND_ASSIGN(const std::string got, Unpack(Compression::kNone, "abc"));
  EXPECT_EQ(got, "abc");
}

TEST(Compression, IsFoundByNameAndByBytes) {
  EXPECT_EQ(CompressionOfName("a.csv.gz"), Compression::kGzip);
  EXPECT_EQ(CompressionOfName("A.CSV.GZ"), Compression::kGzip);
  EXPECT_EQ(CompressionOfName("a.zst"), Compression::kZstd);
  EXPECT_EQ(CompressionOfName("gz"), Compression::kNone);
  EXPECT_EQ(WithoutCompressionSuffix("a.csv.gz"), "a.csv");
  EXPECT_EQ(WithoutCompressionSuffix("a.csv.zst"), "a.csv");
  EXPECT_EQ(WithoutCompressionSuffix("a.csv"), "a.csv");
  EXPECT_EQ(CompressionOfBytes(Gzip("x")), Compression::kGzip);
  EXPECT_EQ(CompressionOfBytes(Zstd("x")), Compression::kZstd);
  EXPECT_EQ(CompressionOfBytes("a,b"), Compression::kNone);
}

}  // namespace
}  // namespace sluice::storage
