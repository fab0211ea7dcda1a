#pragma once

#include <arrow/util/compression.h>
#include <zstd.h>

#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <utility>
#include <vector>

#include "core/result.h"
#include "encoding/byte_buffer.h"
#include "parquet/write_options.h"

namespace sluice::parquet {

/// The codec as Arrow and Parquet's metadata name it.
arrow::Compression::type ToArrow(Codec codec);

/// How the pages of a column are compressed.
struct PageCodec {
  CodecSpec codec = {};
  /// zstd only: code the bytes by their frequency and look for no repetition. Texts that repeat no sequence, only
  /// letters (hexadecimal digests), become as small so, in a fraction of the time.
  bool entropy_only = false;

  bool operator==(const PageCodec& other) const = default;
};

/// Compresses pages; keeps the codec's working memory. Threads: one at a time.
class PageCompressor {
 public:
  PageCompressor() : zstd_(nullptr, &ZSTD_freeCCtx) {}

  /// The most bytes that `bytes` may become.
  core::Result<std::size_t> BytesMax(const PageCodec& codec, std::size_t bytes);
  /// Compress `page` to `out`, which has BytesMax(page.size()) bytes; how many it became.
  core::Result<std::size_t> Compress(const PageCodec& codec, std::span<const std::uint8_t> page, std::uint8_t* out);
  /// Room for `bytes`, until the next call.
  std::uint8_t* Scratch(std::size_t bytes) {
    scratch_.clear();
    return scratch_.Grow(bytes);
  }

 private:
  /// zstd at level 1, or by entropy coding alone.
  core::Result<std::size_t> CompressFast(bool entropy_only, std::span<const std::uint8_t> page, std::uint8_t* out);
  core::Result<arrow::util::Codec*> CodecOf(const CodecSpec& spec);

  std::unique_ptr<ZSTD_CCtx, std::size_t (*)(ZSTD_CCtx*)> zstd_;
  bool entropy_only_works_ = false;
  std::unique_ptr<arrow::util::Codec> codec_;
  CodecSpec spec_;  // of codec_
  encoding::ByteBuffer scratch_;
};

/// Lends compressors to tasks, so that there are as many as threads, not as columns. Threads: any.
class PageCompressors {
 public:
  /// Gives the compressor back when it goes.
  class Lease {
   public:
    Lease(PageCompressors& owner, std::unique_ptr<PageCompressor> compressor)
        : owner_(owner), compressor_(std::move(compressor)) {}
    ~Lease() { owner_.Return(std::move(compressor_)); }
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;
    PageCompressor& operator*() { return *compressor_; }

   private:
    PageCompressors& owner_;
    std::unique_ptr<PageCompressor> compressor_;
  };

  Lease Borrow();

 private:
  void Return(std::unique_ptr<PageCompressor> compressor);

  std::mutex mutex_;
  std::vector<std::unique_ptr<PageCompressor>> free_;
};

}  // namespace sluice::parquet
