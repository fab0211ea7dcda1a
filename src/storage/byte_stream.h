#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "core/result.h"

namespace sluice::storage {

/// Bytes from front to back: a file, standard input, or a filter (inflate, transcode) over another stream.
///
/// Threads: one at a time, but for Interrupt.
class ByteStream {
 public:
  virtual ~ByteStream() = default;
  /// Fill `out` as far as possible. Fewer bytes than asked are returned only at the end; 0 means the end.
  virtual core::Result<std::size_t> Read(std::span<char> out) = 0;
  /// Bytes of the stored input consumed so far (before inflating); for progress.
  virtual std::uint64_t stored_bytes_read() const = 0;
  /// Make a Read that waits for a pipe, and every later one, fail with Cancelled. Filters pass it on; streams that
  /// never wait long ignore it. May be called from any thread while another one reads.
  virtual void Interrupt() {}
};

}  // namespace sluice::storage
