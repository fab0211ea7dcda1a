#pragma once

#include <memory>
#include <string>

#include "storage/byte_stream.h"

namespace sluice::storage {

/// A stream over bytes in memory.
std::unique_ptr<ByteStream> StreamFromString(std::string bytes);

/// Everything a stream still holds; LimitExceeded above `bytes_max`.
core::Result<std::string> ReadToEnd(ByteStream& stream, std::uint64_t bytes_max);

}  // namespace sluice::storage
