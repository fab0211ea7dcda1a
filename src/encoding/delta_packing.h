#pragma once

#include <cstdint>
#include <span>

#include "encoding/byte_buffer.h"

namespace sluice::encoding {

/// Append `values` as DELTA_BINARY_PACKED (parquet-format, Encodings.md): blocks of 128 differences in four miniblocks,
/// each with the bits that its largest difference needs. Differences wrap around.
void EncodeDeltas(std::span<const std::int32_t> values, ByteBuffer& out);
void EncodeDeltas(std::span<const std::int64_t> values, ByteBuffer& out);

}  // namespace sluice::encoding
