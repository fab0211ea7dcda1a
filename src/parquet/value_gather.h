#pragma once

#include <arrow/array/array_base.h>

#include <cstdint>
#include <vector>

#include "core/result.h"
#include "encoding/byte_buffer.h"

namespace sluice::parquet {

/// Append the slots [begin, end) of `values` that are not NULL to `out`, as `T` (std::int32_t, std::int64_t, float,
/// double): the integers, days, times, instants and decimals that Parquet keeps so. Seconds become milliseconds;
/// InvalidInput for one that has none.
template <typename T>
core::Status GatherFixed(const arrow::Array& values, std::int64_t begin, std::int64_t end, encoding::ByteBuffer& out);

/// Append the texts to `bytes` and their lengths to `lengths`.
void GatherTexts(const arrow::Array& values, std::int64_t begin, std::int64_t end, encoding::ByteBuffer& bytes,
                 std::vector<std::uint32_t>& lengths);

/// Append values of fixed length, the last `width` bytes of decimals highest byte first, to `bytes`; how many.
std::size_t GatherFixedBytes(const arrow::Array& values, std::int64_t begin, std::int64_t end, std::size_t width,
                             encoding::ByteBuffer& bytes);

/// Append bools, one byte each.
void GatherBools(const arrow::Array& values, std::int64_t begin, std::int64_t end, encoding::ByteBuffer& bytes);

}  // namespace sluice::parquet
