#pragma once

#include <cstdint>
#include <span>

#include "encoding/byte_buffer.h"

namespace sluice::encoding {

/// Append `values` as BYTE_STREAM_SPLIT (parquet-format, Encodings.md): all first bytes, then all second bytes, and so
/// on.
void SplitByteStreams(std::span<const std::uint32_t> values, ByteBuffer& out);
void SplitByteStreams(std::span<const std::uint64_t> values, ByteBuffer& out);

}  // namespace sluice::encoding
