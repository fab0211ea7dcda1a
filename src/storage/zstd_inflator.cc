#include "storage/zstd_inflator.h"

#include <zstd.h>
#include <zstd_errors.h>

#include <bit>

namespace sluice::storage {
namespace {

class ZstdInflator final : public Inflator {
 public:
  explicit ZstdInflator(std::uint64_t window_bytes_max)
      : window_bytes_max_(window_bytes_max), context_(ZSTD_createDStream(), &ZSTD_freeDStream) {
    // The library refuses a logarithm outside its own bounds and then keeps its default, 27.
    if (context_ != nullptr) {
      ZSTD_DCtx_setParameter(context_.get(), ZSTD_d_windowLogMax,
                             static_cast<int>(std::bit_width(window_bytes_max)) - 1);
    }
  }

  std::string_view format() const override { return "zstd"; }

  core::Result<Step> Inflate(std::span<const char> in, std::span<char> out) override {
    if (context_ == nullptr) return core::LimitExceeded("out of memory for inflating");
    ZSTD_inBuffer input{in.data(), in.size(), 0};
    ZSTD_outBuffer output{out.data(), out.size(), 0};
    const std::size_t code = ZSTD_decompressStream(context_.get(), &output, &input);
    if (ZSTD_isError(code) != 0) return Failure(code);
    return Step{input.pos, output.pos, code == 0};
  }

  void Restart() override {
    if (context_ != nullptr) ZSTD_DCtx_reset(context_.get(), ZSTD_reset_session_only);
  }

 private:
  core::Error Failure(std::size_t code) const {
    switch (ZSTD_getErrorCode(code)) {
      case ZSTD_error_frameParameter_windowTooLarge:
        return core::LimitExceeded("the zstd window is larger than " + core::FormatByteSize(window_bytes_max_))
            .WithHint(
                "pack it again without --long, or unpack it first and send it through standard input: SOURCE '-'");
      case ZSTD_error_memory_allocation: return core::LimitExceeded("out of memory for inflating");
      case ZSTD_error_prefix_unknown: return core::Corruption("no zstd header");
      default: return core::Corruption(ZSTD_getErrorName(code));
    }
  }

  std::uint64_t window_bytes_max_;
  std::unique_ptr<ZSTD_DStream, std::size_t (*)(ZSTD_DStream*)> context_;
};

}  // namespace

std::unique_ptr<Inflator> NewZstdInflator(std::uint64_t window_bytes_max) {
  return std::make_unique<ZstdInflator>(window_bytes_max);
}

}  // namespace sluice::storage
