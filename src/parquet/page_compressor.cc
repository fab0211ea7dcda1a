// Arrow's zstd is newer and faster at its higher levels, but makes new tables for every page and hides its parameters:
// the fastest ways go to the system's. The mode of literals is not part of the stable interface; where a library
// refuses it, level 1 takes its place.
#define ZSTD_STATIC_LINKING_ONLY
#include "parquet/page_compressor.h"

#include <fmt/format.h>

#include <cstring>

#include "schema/arrow_error.h"

namespace sluice::parquet {
namespace {

bool UseEntropyOnly(ZSTD_CCtx* context) {
  constexpr int kStepLargest = 128 * 1024;  // between places where a repetition is looked for: a whole block
  constexpr int kSmallestTable = 6;
  const auto set = [&](ZSTD_cParameter parameter, int value) {
    return ZSTD_isError(ZSTD_CCtx_setParameter(context, parameter, value)) == 0;
  };
  return set(ZSTD_c_compressionLevel, 1) && set(ZSTD_c_strategy, ZSTD_fast) && set(ZSTD_c_targetLength, kStepLargest) &&
         set(ZSTD_c_hashLog, kSmallestTable) && set(ZSTD_c_literalCompressionMode, ZSTD_ps_enable);
}

}  // namespace

arrow::Compression::type ToArrow(Codec codec) {
  switch (codec) {
    case Codec::kSnappy: return arrow::Compression::SNAPPY;
    case Codec::kLz4: return arrow::Compression::LZ4;
    case Codec::kGzip: return arrow::Compression::GZIP;
    case Codec::kZstd: return arrow::Compression::ZSTD;
    case Codec::kNone: break;
  }
  return arrow::Compression::UNCOMPRESSED;
}

core::Result<arrow::util::Codec*> PageCompressor::CodecOf(const CodecSpec& spec) {
  if (!codec_ || !(spec_ == spec)) {
    SLUICE_ASSIGN_OR_RETURN(
        codec_,
        arrow::util::Codec::Create(ToArrow(spec.codec), spec.level.value_or(arrow::util::kUseDefaultCompressionLevel)));
    spec_ = spec;
  }
  return codec_.get();
}

core::Result<std::size_t> PageCompressor::BytesMax(const PageCodec& codec, std::size_t bytes) {
  if (codec.codec.codec == Codec::kNone) return bytes;
  SLUICE_ASSIGN_OR_RETURN(arrow::util::Codec * arrow_codec, CodecOf(codec.codec));
  return static_cast<std::size_t>(arrow_codec->MaxCompressedLen(static_cast<std::int64_t>(bytes), nullptr));
}

core::Result<std::size_t> PageCompressor::Compress(const PageCodec& codec, std::span<const std::uint8_t> page,
                                                   std::uint8_t* out) {
  if (codec.codec.codec == Codec::kNone) {
    if (!page.empty()) std::memcpy(out, page.data(), page.size());
    return page.size();
  }
  if (codec.codec.codec == Codec::kZstd && (codec.entropy_only || codec.codec.level == 1)) {
    return CompressFast(codec.entropy_only, page, out);
  }
  SLUICE_ASSIGN_OR_RETURN(arrow::util::Codec * arrow_codec, CodecOf(codec.codec));
  const auto bytes = static_cast<std::int64_t>(page.size());
  SLUICE_ASSIGN_OR_RETURN(
      const std::int64_t compressed,
      arrow_codec->Compress(bytes, page.data(), arrow_codec->MaxCompressedLen(bytes, page.data()), out));
  return static_cast<std::size_t>(compressed);
}

core::Result<std::size_t> PageCompressor::CompressFast(bool entropy_only, std::span<const std::uint8_t> page,
                                                       std::uint8_t* out) {
  if (!zstd_) {
    zstd_.reset(ZSTD_createCCtx());
    if (!zstd_) return core::LimitExceeded("no memory for zstd's tables").WithHint("use --codec snappy");
    entropy_only_works_ = UseEntropyOnly(zstd_.get());
  }
  const std::size_t bytes_max = ZSTD_compressBound(page.size());
  const std::size_t bytes = entropy_only && entropy_only_works_
                                ? ZSTD_compress2(zstd_.get(), out, bytes_max, page.data(), page.size())
                                : ZSTD_compressCCtx(zstd_.get(), out, bytes_max, page.data(), page.size(), 1);
  if (ZSTD_isError(bytes) != 0) {
    return core::Internal(fmt::format("zstd could not compress a page: {}", ZSTD_getErrorName(bytes)));
  }
  return bytes;
}

PageCompressors::Lease PageCompressors::Borrow() {
  const std::scoped_lock lock(mutex_);
  if (free_.empty()) return {*this, std::make_unique<PageCompressor>()};
  auto compressor = std::move(free_.back());
  free_.pop_back();
  return {*this, std::move(compressor)};
}

void PageCompressors::Return(std::unique_ptr<PageCompressor> compressor) {
  const std::scoped_lock lock(mutex_);
  free_.push_back(std::move(compressor));
}

}  // namespace sluice::parquet
