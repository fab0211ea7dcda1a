#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "encoding/byte_buffer.h"
#include "encoding/texts.h"

namespace sluice::encoding {

/// The different texts of a column chunk, numbered as they come.
///
/// A hash table with open addressing; a text that finds no place within kProbesMax steps is refused, so that crafted
/// texts cannot make it slow.
class TextDictionary {
 public:
  static constexpr std::size_t kProbesMax = 64;

  /// Holds at most `bytes_max` bytes, with four more for each text, as a page of plain texts does.
  explicit TextDictionary(std::size_t bytes_max) : bytes_max_(bytes_max) {}

  /// Set `codes[i]` to the number of text i. False when the dictionary would outgrow its limit; then it holds what it
  /// held before the call, and takes no more.
  bool Encode(const Texts& texts, std::uint32_t* codes);
  Texts texts() const { return {bytes_.data(), lengths_}; }
  std::string_view View(std::size_t code) const { return texts().View(begins_[code], lengths_[code]); }
  /// Of all texts, and four more for each.
  std::size_t page_bytes() const { return bytes_.size() + sizeof(std::uint32_t) * lengths_.size(); }

 private:
  struct Slot {
    std::uint64_t head;  // the first 8 bytes, zeros behind
    std::uint32_t length;
    std::uint32_t code_and_1;  // 0 = free
  };

  bool Grow();
  bool EncodeOne(const std::uint8_t* text, std::uint32_t length, std::uint32_t& code);
  bool Add(const std::uint8_t* text, std::uint32_t length);

  std::size_t bytes_max_;
  ByteBuffer bytes_;
  std::vector<std::uint32_t> lengths_;
  std::vector<std::size_t> begins_;
  std::vector<Slot> slots_;
  unsigned shift_ = 64;
  bool full_ = false;
};

}  // namespace sluice::encoding
