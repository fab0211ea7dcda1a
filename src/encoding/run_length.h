#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "encoding/byte_buffer.h"

namespace sluice::encoding {

/// Bits that hold every number up to `largest`; 0 for 0.
unsigned BitWidth(std::uint64_t largest);

/// Append `values`, which fit `width` bits, in Parquet's RLE / bit-packing hybrid (parquet-format, Encodings.md),
/// without a length before them.
void EncodeRuns(std::span<const std::uint32_t> values, unsigned width, ByteBuffer& out);
/// One run of `count` times `value`.
void EncodeRun(std::uint32_t value, std::size_t count, unsigned width, ByteBuffer& out);
/// The first `count` bits of `bits`, lowest bit first, as values of one bit; bits behind them are 0.
void EncodeBitRuns(std::span<const std::uint8_t> bits, std::size_t count, ByteBuffer& out);

}  // namespace sluice::encoding
