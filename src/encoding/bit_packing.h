#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "encoding/byte_buffer.h"

namespace sluice::encoding {

/// Append `values`, each in `width` bits (0..32, resp. 0..64), the first one in the lowest bits: Parquet's BIT_PACKED
/// order. Each value fits its width. A last group of fewer than 8 values is filled up with zeros.
void PackBits(std::span<const std::uint32_t> values, unsigned width, ByteBuffer& out);
/// 32 values at `values`, as a miniblock of the delta encoding: 4·width bytes.
void PackMiniblock(const std::uint32_t* values, unsigned width, ByteBuffer& out);
void PackMiniblock(const std::uint64_t* values, unsigned width, ByteBuffer& out);

}  // namespace sluice::encoding
