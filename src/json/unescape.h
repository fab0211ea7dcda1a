#pragma once

#include <cstddef>
#include <deque>
#include <memory>
#include <string_view>
#include <vector>

namespace sluice::json {

/// Bytes that the raw contents of a JSON string stand for, or -1 when an escape is malformed or half of a surrogate
/// pair is missing.
std::ptrdiff_t UnescapedSize(std::string_view raw);

/// Write what `raw` stands for to `out`, which has room for raw.size() bytes; one past its end, or nullptr when an
/// escape is malformed.
char* UnescapeInto(std::string_view raw, char* out);

/// Keeps unescaped strings until Clear. Threads: one at a time.
class TextArena {
 public:
  /// The string that `raw` stands for, with columns::kTextPadding bytes readable behind it. False for malformed
  /// escapes.
  bool Unescape(std::string_view raw, std::string_view& text);
  /// A copy of `text`, padded in the same way.
  std::string_view Copy(std::string_view text);
  void Clear();

 private:
  char* Take(std::size_t bytes);

  struct Block {
    std::unique_ptr<char[]> bytes;
    std::size_t size;
  };
  std::vector<Block> blocks_;
  std::size_t used_ = 0;  // of the last block
};

}  // namespace sluice::json
