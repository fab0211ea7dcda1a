#if defined(__x86_64__)
#include <immintrin.h>
#define SLUICE_CSV_TARGET __attribute__((target("avx2,bmi,bmi2,lzcnt,popcnt,pclmul")))
#endif

#include "csv/structural_kernel.h"
#include "csv/structural_scan.h"

namespace sluice::csv {

#if defined(__x86_64__)
namespace {

class Avx2Block {
 public:
  SLUICE_CSV_TARGET explicit Avx2Block(const Dialect& dialect)
      : quote_(_mm256_set1_epi8(dialect.quote)),
        delimiter_(_mm256_set1_epi8(dialect.delimiter)),
        quoting_(dialect.quote != '\0' ? ~std::uint64_t{0} : 0) {}

  SLUICE_CSV_TARGET BlockBits Load(const char* at) const {
    const __m256i low = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(at));
    const __m256i high = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(at + 32));
    return {Equal(low, high, quote_) & quoting_, Equal(low, high, delimiter_), Equal(low, high, _mm256_set1_epi8('\r')),
            Equal(low, high, _mm256_set1_epi8('\n'))};
  }

  /// Multiplying by all ones without carries adds up every lower bit.
  SLUICE_CSV_TARGET std::uint64_t PrefixXor(std::uint64_t bits) const {
    const __m128i product =
        _mm_clmulepi64_si128(_mm_set_epi64x(0, static_cast<long long>(bits)), _mm_set1_epi8('\xFF'), 0);
    return static_cast<std::uint64_t>(_mm_cvtsi128_si64(product));
  }

 private:
  SLUICE_CSV_TARGET static std::uint64_t Equal(__m256i low, __m256i high, __m256i byte) {
    const auto low_bits = static_cast<std::uint32_t>(_mm256_movemask_epi8(_mm256_cmpeq_epi8(low, byte)));
    const auto high_bits = static_cast<std::uint32_t>(_mm256_movemask_epi8(_mm256_cmpeq_epi8(high, byte)));
    return low_bits | std::uint64_t{high_bits} << 32;
  }

  __m256i quote_;
  __m256i delimiter_;
  std::uint64_t quoting_;
};

constexpr ScanKernel kAvx2 = {"avx2", FindCutWith<Avx2Block>, FindFieldsWith<Avx2Block>, CountLineEndsWith<Avx2Block>};

}  // namespace

const ScanKernel* Avx2Kernel() {
  const bool runs = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2") &&
                    __builtin_cpu_supports("popcnt") && __builtin_cpu_supports("pclmul");
  return runs ? &kAvx2 : nullptr;
}
#else
const ScanKernel* Avx2Kernel() { return nullptr; }
#endif

}  // namespace sluice::csv
