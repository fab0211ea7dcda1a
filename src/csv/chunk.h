#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "csv/buffer_pool.h"

namespace sluice::csv {

/// Whole records of an input. kScanPadding bytes behind the text are readable.
struct Chunk {
  BufferPool::Buffer buffer = {};
  std::size_t begin = 0;                ///< of the first record in the buffer
  std::size_t end = 0;                  ///< one past the last record's line end
  std::uint64_t offset = 0;             ///< of the buffer's first byte in the input
  std::uint64_t first_line = 1;         ///< physical line of the buffer's first byte
  std::uint64_t stored_bytes_read = 0;  ///< of the stored input, up to here; for progress
  std::size_t records_max = 0;          ///< no more records than this
  bool regular = true;                  ///< the fast scan may be used
  bool added_line_end = false;          ///< the last byte is not in the input: it ends a last line that had no end
  bool first = false;                   ///< the input begins with it
  /// A record longer than the limit: the buffer holds its first bytes only, this is its length. No other record.
  std::uint64_t oversized_bytes = 0;

  const char* text() const { return reinterpret_cast<const char*>(buffer->data()); }
};

}  // namespace sluice::csv
