#pragma once

#include <cstddef>
#include <memory>

#include "core/byte_size.h"
#include "storage/byte_stream.h"

namespace sluice::storage {

struct ReadAheadOptions {
  std::size_t buffers = 3;  ///< Filled ahead at most; at least 2.
  std::size_t buffer_bytes = core::kMiB;
};

/// `source` read by a thread of its own, so that inflating or waiting for a disk overlaps with the reader's work. Bytes
/// and errors come in the order of the source. Destruction interrupts the source and does not wait for its end.
std::unique_ptr<ByteStream> ReadAhead(std::unique_ptr<ByteStream> source, ReadAheadOptions options = {});

}  // namespace sluice::storage
