#include "parquet/dictionary_codes.h"

#include <algorithm>

#include "encoding/run_length.h"

namespace sluice::parquet {

void EncodeCodes(std::span<const std::uint32_t> codes, std::size_t dictionary_size, encoding::ByteBuffer& out) {
  const std::size_t largest = dictionary_size == 0 ? 0 : dictionary_size - 1;
  const unsigned width = std::max(1U, encoding::BitWidth(largest));
  out.PushBack(static_cast<std::uint8_t>(width));
  encoding::EncodeRuns(codes, width, out);
}

}  // namespace sluice::parquet
