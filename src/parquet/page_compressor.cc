// The mode of literals is not part of zstd's stable interface; where a later library refuses it, the level counts.
#define ZSTD_STATIC_LINKING_ONLY
#include "parquet/page_compressor.h"

#include <fmt/format.h>

#include <cstring>

#include "schema/arrow_error.h"

namespace sluice::parquet {
namespace {

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

core::Result<arrow::util::Codec*> PageCompressor::CodecOf(const CodecSpec& spec) {
  if (!other_ || !(other_spec_ == spec)) {
    SLUICE_ASSIGN_OR_RETURN(
        other_,
        arrow::util::Codec::Create(ToArrow(spec.codec), spec.level.value_or(arrow::util::kUseDefaultCompressionLevel)));
    other_spec_ = spec;
  }
  return other_.get();
}

core::Result<std::size_t> PageCompressor::BytesMax(const PageCodec& codec, std::size_t bytes) {
  if (codec.codec.codec == Codec::kNone) return bytes;
  if (codec.codec.codec == Codec::kZstd) return ZSTD_compressBound(bytes);
  SLUICE_ASSIGN_OR_RETURN(arrow::util::Codec * other, CodecOf(codec.codec));
  return static_cast<std::size_t>(other->MaxCompressedLen(static_cast<std::int64_t>(bytes), nullptr));
}

core::Result<std::size_t> PageCompressor::Compress(const PageCodec& codec, std::span<const std::uint8_t> page,
                                                   std::uint8_t* out) {
  if (codec.codec.codec == Codec::kNone) {
    if (!page.empty()) std::memcpy(out, page.data(), page.size());
    return page.size();
  }
  if (codec.codec.codec == Codec::kZstd) return CompressZstd(codec, page, out);
  SLUICE_ASSIGN_OR_RETURN(arrow::util::Codec * other, CodecOf(codec.codec));
  const auto bytes = static_cast<std::int64_t>(page.size());
  SLUICE_ASSIGN_OR_RETURN(const std::int64_t compressed,
                          other->Compress(bytes, page.data(), other->MaxCompressedLen(bytes, page.data()), out));
  return static_cast<std::size_t>(compressed);
}

core::Result<std::size_t> PageCompressor::CompressZstd(const PageCodec& codec, std::span<const std::uint8_t> page,
                                                       std::uint8_t* out) {
  if (!zstd_) zstd_.reset(ZSTD_createCCtx());
  if (!zstd_) return core::LimitExceeded("no memory for zstd's tables").WithHint("use --codec snappy");
  const std::size_t bytes_max = ZSTD_compressBound(page.size());
  ZSTD_CCtx_reset(zstd_.get(), ZSTD_reset_session_and_parameters);
  const std::size_t compressed =
      codec.entropy_only && UseEntropyOnly(zstd_.get())
          ? ZSTD_compress2(zstd_.get(), out, bytes_max, page.data(), page.size())
          : ZSTD_compressCCtx(zstd_.get(), out, bytes_max, page.data(), page.size(), codec.codec.level.value_or(3));
  if (ZSTD_isError(compressed) != 0) {
    return core::Internal(fmt::format("zstd could not compress a page: {}", ZSTD_getErrorName(compressed)));
  }
  return compressed;
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
