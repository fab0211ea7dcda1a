#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "storage/byte_stream.h"

namespace sluice::storage {

/// A stream over bytes in memory.
std::unique_ptr<ByteStream> StreamFromString(std::string bytes);

/// A stream over `bytes`, which `owner` keeps alive, and then over what `rest` still holds, when there is one. Its
/// stored bytes are those of `rest`.
std::unique_ptr<ByteStream> StreamFromMemory(std::string_view bytes, std::shared_ptr<const void> owner,
                                             std::unique_ptr<ByteStream> rest = nullptr);

/// Everything a stream still holds; LimitExceeded above `bytes_max`. When about as many bytes as expected come, they
/// are never moved.
core::Result<std::string> ReadToEnd(ByteStream& stream, std::uint64_t bytes_max, std::uint64_t bytes_expected = 0);

}  // namespace sluice::storage
