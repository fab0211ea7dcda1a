#include "encoding/byte_buffer.h"

#include <algorithm>
#include <bit>
#include <utility>

namespace sluice::encoding {

static_assert(std::endian::native == std::endian::little, "values are copied to pages as they lie in memory");

void ByteBuffer::Reallocate(std::size_t bytes_min) {
  constexpr std::size_t kSmallest = 256;
  const std::size_t capacity = std::max({bytes_min, capacity_ + capacity_ / 2, kSmallest});
  // Not make_unique, which would set the bytes to zero.
  std::unique_ptr<std::uint8_t[]> grown(new std::uint8_t[capacity + kSlackBytes]);
  if (size_ > 0) std::memcpy(grown.get(), bytes_.get(), size_);
  std::memset(grown.get() + capacity, 0, kSlackBytes);
  bytes_ = std::move(grown);
  capacity_ = capacity;
}

void AppendVarint(std::uint64_t value, ByteBuffer& out) {
  while (value >= 0x80) {
    out.PushBack(static_cast<std::uint8_t>(value | 0x80));
    value >>= 7;
  }
  out.PushBack(static_cast<std::uint8_t>(value));
}

void AppendZigzag(std::int64_t value, ByteBuffer& out) {
  AppendVarint((static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63), out);
}

void AppendUint32(std::uint32_t value, ByteBuffer& out) { out.Append(&value, sizeof(value)); }

}  // namespace sluice::encoding
