#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "encoding/byte_buffer.h"

namespace sluice::parquet {

/// A dictionary page beyond this is given up; the pages after it have their values themselves.
constexpr std::size_t kDictionaryBytesMax = std::size_t{1} << 20;

/// Append `codes`, each below `dictionary_size`, as the values of a data page: their width, then runs.
void EncodeCodes(std::span<const std::uint32_t> codes, std::size_t dictionary_size, encoding::ByteBuffer& out);

}  // namespace sluice::parquet
