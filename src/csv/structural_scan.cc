#include "csv/structural_scan.h"

#include <cstring>

#include "csv/structural_kernel.h"

namespace sluice::csv {
namespace {

/// Eight bytes at a time in a register.
class ScalarBlock {
 public:
  explicit ScalarBlock(const Dialect& dialect)
      : quote_(Repeat(dialect.quote)), delimiter_(Repeat(dialect.delimiter)), quoting_(dialect.quote != '\0') {}

  BlockBits Load(const char* at) const {
    BlockBits bits;
    for (std::size_t i = 0; i < 8; ++i) {
      std::uint64_t word;
      std::memcpy(&word, at + 8 * i, sizeof word);
      if (quoting_) bits.quote |= Equal(word, quote_) << (8 * i);
      bits.delimiter |= Equal(word, delimiter_) << (8 * i);
      bits.cr |= Equal(word, Repeat('\r')) << (8 * i);
      bits.lf |= Equal(word, Repeat('\n')) << (8 * i);
    }
    return bits;
  }

  std::uint64_t PrefixXor(std::uint64_t bits) const {
    for (unsigned shift = 1; shift < 64; shift *= 2) bits ^= bits << shift;
    return bits;
  }

 private:
  static constexpr std::uint64_t kLowBits = 0x0101010101010101U;

  static constexpr std::uint64_t Repeat(char byte) { return kLowBits * static_cast<unsigned char>(byte); }

  /// A bit per byte of `word` that equals its byte of `bytes`, in the lowest eight.
  static std::uint64_t Equal(std::uint64_t word, std::uint64_t bytes) {
    constexpr std::uint64_t kSevenBits = 0x7F7F7F7F7F7F7F7FU;
    constexpr std::uint64_t kGather = 0x0102040810204080U;
    const std::uint64_t difference = word ^ bytes;
    const std::uint64_t equal = ~((((difference & kSevenBits) + kSevenBits) | difference) | kSevenBits) >> 7;
    return (equal * kGather) >> 56;
  }

  std::uint64_t quote_;
  std::uint64_t delimiter_;
  bool quoting_;
};

constexpr ScanKernel kScalar = {"scalar", FindCutWith<ScalarBlock>, FindFieldsWith<ScalarBlock>,
                                CountLineEndsWith<ScalarBlock>};

}  // namespace

const ScanKernel& ScalarKernel() { return kScalar; }

const ScanKernel& BestKernel() {
  const ScanKernel* const avx2 = Avx2Kernel();
  return avx2 != nullptr ? *avx2 : kScalar;
}

}  // namespace sluice::csv
