#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace sluice::json {

/// Finds where a value ends, byte by byte, by brackets and quotes alone; remembers where it is between pieces of text.
///
/// What is between the brackets is not checked. Threads: one at a time. Limits: one byte per open bracket.
class NestingScanner {
 public:
  enum class Stop : std::uint8_t {
    kNeedMore,   ///< the text ended inside the value, or right behind a scalar
    kSeparator,  ///< at a ',' or ':' outside all brackets; not taken
    kCloser,     ///< at a '}' or ']' that closes what is around the value; not taken
    kBalanced,   ///< behind the bracket that closes the value
    kMismatch,   ///< at a bracket of the wrong kind
  };

  /// Scan `text` from `position` to `size`; `position` is where it stopped.
  Stop Scan(const char* text, std::size_t& position, std::size_t size);
  /// Line ends passed so far.
  std::uint64_t lines() const { return lines_; }
  bool inside() const { return in_string_ || !closers_.empty(); }

 private:
  void ScanString(const char* text, std::size_t& position, std::size_t size);

  std::string closers_;  // of the open brackets
  bool in_string_ = false;
  bool escaped_ = false;
  std::uint64_t lines_ = 0;
};

}  // namespace sluice::json
