#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>
#include <string_view>

namespace sluice::postgres {

/// A piece of COPY data, written at its end field by field; it grows. Values; not thread-safe.
class CopyBytes {
 public:
  std::string_view view() const { return {data_.get(), size_}; }
  std::size_t size() const { return size_; }

  /// Where the next `bytes` may be written. What was written there counts after Added.
  char* Room(std::size_t bytes) {
    if (capacity_ - size_ < bytes) Grow(bytes);
    return data_.get() + size_;
  }
  void Added(std::size_t bytes) { size_ += bytes; }
  void Append(std::string_view bytes) {
    if (bytes.empty()) return;
    std::memcpy(Room(bytes.size()), bytes.data(), bytes.size());
    Added(bytes.size());
  }

  /// Empty again; the memory stays, unless a rare long row made it much.
  void Clear() {
    constexpr std::size_t kKeptBytesMax = std::size_t{256} << 10;
    if (capacity_ > kKeptBytesMax) {
      data_.reset();
      capacity_ = 0;
    }
    size_ = 0;
  }

 private:
  void Grow(std::size_t bytes) {
    constexpr std::size_t kCapacityMin = std::size_t{4} << 10;
    const std::size_t capacity = std::max({kCapacityMin, 2 * capacity_, size_ + bytes});
    auto grown = std::make_unique_for_overwrite<char[]>(capacity);
    if (size_ != 0) std::memcpy(grown.get(), data_.get(), size_);
    data_ = std::move(grown);
    capacity_ = capacity;
  }

  std::unique_ptr<char[]> data_;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

}  // namespace sluice::postgres
