#pragma once

#include <cstddef>
#include <memory>
#include <string_view>
#include <vector>

#include "csv/dialect.h"
#include "csv/record_index.h"

namespace sluice::csv {

/// Takes the fields of a tile out of their chunk: quotes removed, an empty unquoted field as data() == nullptr. At
/// least columns::kTextPadding bytes are readable behind each.
///
/// Threads: one at a time. The views live until the next Gather, or until the chunk goes.
class FieldGather {
 public:
  explicit FieldGather(const Dialect& dialect) : dialect_(dialect) {}

  /// The fields at place `column` of the good records of `index`'s tile.
  const std::vector<std::string_view>& Gather(const char* text, const RecordIndex& index, std::size_t column);
  /// The field [begin, end) alone.
  std::string_view One(const char* begin, const char* end) {
    if (begin == end) return {};
    if (*begin == dialect_.quote && dialect_.quote != '\0') return Unquote(begin, end);
    return {begin, static_cast<std::size_t>(end - begin)};
  }

 private:
  std::string_view Unquote(const char* begin, const char* end);
  char* Allocate(std::size_t bytes);

  Dialect dialect_;
  std::vector<std::string_view> texts_;
  struct Block {
    std::unique_ptr<char[]> bytes;
    std::size_t size = 0;
  };
  std::vector<Block> blocks_;  ///< for fields with doubled quotes; the first is kept
  std::size_t used_ = 0;       ///< of the last block
};

}  // namespace sluice::csv
