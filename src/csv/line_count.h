#pragma once

#include <cstdint>

namespace sluice::csv {

/// Line ends of a text that comes in pieces.
class LineCount {
 public:
  void Take(char byte) {
    if (byte == '\r' || (byte == '\n' && !after_cr_)) ++lines_;
    after_cr_ = byte == '\r';
  }
  std::uint64_t lines() const { return lines_; }

 private:
  std::uint64_t lines_ = 0;
  bool after_cr_ = false;
};

}  // namespace sluice::csv
