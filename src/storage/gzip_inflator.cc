#include "storage/gzip_inflator.h"

#include <isa-l/igzip_lib.h>

#include <algorithm>
#include <limits>

namespace sluice::storage {
namespace {

// ISA-L counts in 32 bits.
constexpr std::size_t kStepBytesMax = std::numeric_limits<std::uint32_t>::max();

std::string_view Reason(int code) {
  switch (code) {
    case ISAL_INVALID_BLOCK: return "invalid block";
    case ISAL_INVALID_SYMBOL: return "invalid symbol";
    case ISAL_INVALID_LOOKBACK: return "reference before the start of the data";
    case ISAL_INVALID_WRAPPER: return "no gzip header";
    case ISAL_UNSUPPORTED_METHOD: return "unknown compression method";
    case ISAL_INCORRECT_CHECKSUM: return "checksum or length mismatch";
    case ISAL_NEED_DICT: return "needs a dictionary";
    default: return "damaged data";
  }
}

class GzipInflator final : public Inflator {
 public:
  GzipInflator() : state_(std::make_unique<inflate_state>()) {
    isal_inflate_init(state_.get());
    state_->crc_flag = ISAL_GZIP;
  }

  std::string_view format() const override { return "gzip"; }

  core::Result<Step> Inflate(std::span<const char> in, std::span<char> out) override {
    const std::size_t in_bytes = std::min(in.size(), kStepBytesMax);
    const std::size_t out_bytes = std::min(out.size(), kStepBytesMax);
    // ISA-L only reads from next_in; its C interface does not say const.
    state_->next_in = reinterpret_cast<std::uint8_t*>(const_cast<char*>(in.data()));
    state_->avail_in = static_cast<std::uint32_t>(in_bytes);
    state_->next_out = reinterpret_cast<std::uint8_t*>(out.data());
    state_->avail_out = static_cast<std::uint32_t>(out_bytes);
    const int code = isal_inflate(state_.get());
    if (code < 0 || code == ISAL_NEED_DICT) return core::Corruption(std::string(Reason(code)));
    return Step{in_bytes - state_->avail_in, out_bytes - state_->avail_out, state_->block_state == ISAL_BLOCK_FINISH};
  }

  void Restart() override {
    isal_inflate_reset(state_.get());
    state_->crc_flag = ISAL_GZIP;
  }

 private:
  std::unique_ptr<inflate_state> state_;
};

}  // namespace

std::unique_ptr<Inflator> NewGzipInflator() { return std::make_unique<GzipInflator>(); }

}  // namespace sluice::storage
