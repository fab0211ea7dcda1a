#pragma once

#include <parquet/types.h>

#include <cstdint>

#include "encoding/byte_buffer.h"

namespace sluice::parquet {

/// What stands before a page (parquet.thrift, PageHeader). Pages are of version 1.
struct PageHeader {
  bool dictionary = false;
  std::int32_t bytes_encoded = 0;
  std::int32_t bytes_compressed = 0;
  std::uint32_t crc = 0;     ///< CRC-32 of the compressed bytes
  std::int32_t entries = 0;  ///< NULLs among them
  ::parquet::Encoding::type encoding = ::parquet::Encoding::PLAIN;
};

/// Append `header` in Thrift's compact protocol.
void AppendPageHeader(const PageHeader& header, encoding::ByteBuffer& out);

}  // namespace sluice::parquet
