#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>

namespace sluice::encoding {

/// Bytes that grow at the end and are not set to zero first. Kept for reuse: clear() keeps the memory.
///
/// Always readable, and with room to write, for kSlackBytes behind its end, so that whole words may be copied there.
class ByteBuffer {
 public:
  static constexpr std::size_t kSlackBytes = 32;

  std::uint8_t* data() { return bytes_.get(); }
  const std::uint8_t* data() const { return bytes_.get(); }
  std::size_t size() const { return size_; }
  std::span<const std::uint8_t> bytes() const { return {bytes_.get(), size_}; }
  void clear() { size_ = 0; }

  /// `count` more bytes, to be written by the caller. Valid until the next growth.
  std::uint8_t* Grow(std::size_t count) {
    if (size_ + count > capacity_ || !bytes_) Reallocate(size_ + count);
    std::uint8_t* grown = bytes_.get() + size_;
    size_ += count;
    return grown;
  }
  void Append(const void* bytes, std::size_t count) {
    std::uint8_t* grown = Grow(count);
    if (count > 0) std::memcpy(grown, bytes, count);
  }
  void PushBack(std::uint8_t byte) { *Grow(1) = byte; }
  /// Give the last bytes back; `size` is at most size().
  void Shrink(std::size_t size) { size_ = size; }

 private:
  void Reallocate(std::size_t bytes_min);

  std::unique_ptr<std::uint8_t[]> bytes_;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

/// Unsigned LEB128.
void AppendVarint(std::uint64_t value, ByteBuffer& out);
/// Zigzag, then LEB128.
void AppendZigzag(std::int64_t value, ByteBuffer& out);
/// Four bytes, little endian.
void AppendUint32(std::uint32_t value, ByteBuffer& out);

}  // namespace sluice::encoding
