#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace sluice::encoding {

/// The different values of a column chunk, numbered as they come. `Word` is std::uint32_t or std::uint64_t: values are
/// told apart by their bits, so 0.0 and -0.0 are two.
///
/// A hash table with open addressing; a value that finds no place within kProbesMax steps is refused, so that crafted
/// values cannot make it slow.
template <typename Word>
class ValueDictionary {
 public:
  static constexpr std::size_t kProbesMax = 64;

  explicit ValueDictionary(std::size_t values_max) : values_max_(values_max) {}

  /// Set `codes[i]` to the number of `values[i]`. False when the dictionary would outgrow its limit; then it holds what
  /// it held before the call, and takes no more.
  bool Encode(std::span<const Word> values, std::uint32_t* codes);
  std::span<const Word> values() const { return values_; }

 private:
  struct Slot {
    Word value;
    std::uint32_t code_and_1;  // 0 = free
  };

  bool Grow();
  bool EncodeOne(Word value, std::uint32_t& code);

  std::size_t values_max_;
  std::vector<Word> values_;
  std::vector<Slot> slots_;
  unsigned shift_ = 64;
  bool full_ = false;
};

}  // namespace sluice::encoding
