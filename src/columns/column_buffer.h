#pragma once

#include <arrow/buffer.h>
#include <arrow/type_fwd.h>

#include <cstdint>
#include <memory>

#include "core/result.h"

namespace sluice::columns {

/// Memory of one column under construction, from a pool, that grows by doubling.
///
/// Threads: one at a time. A failed allocation is kept in `status` and leaves the old memory in place.
class GrowingBuffer {
 public:
  explicit GrowingBuffer(arrow::MemoryPool* pool) : pool_(pool) {}

  /// Have room for `bytes` in all. False when memory is missing.
  bool EnsureBytes(std::int64_t bytes) { return bytes <= capacity_ || Grow(bytes); }
  std::uint8_t* data() { return data_; }
  std::int64_t capacity() const { return capacity_; }
  core::Status TakeStatus();
  /// The first `bytes`, the rest of the padding zeroed; this one is empty afterwards.
  core::Result<std::shared_ptr<arrow::Buffer>> Finish(std::int64_t bytes);

 private:
  bool Grow(std::int64_t bytes);

  arrow::MemoryPool* pool_;
  std::shared_ptr<arrow::ResizableBuffer> buffer_;
  std::uint8_t* data_ = nullptr;
  std::int64_t capacity_ = 0;
  core::Status status_;
};

/// Which rows are NULL; costs nothing until the first one is.
class NullBits {
 public:
  explicit NullBits(arrow::MemoryPool* pool) : bits_(pool) {}

  void Set(std::size_t row) {
    const auto index = static_cast<std::int64_t>(row);
    if (index >= prepared_rows_ && !Prepare(index)) return;
    bits_.data()[index >> 3] &= static_cast<std::uint8_t>(~(1U << (index & 7)));
    ++count_;
  }
  std::int64_t count() const { return count_; }
  /// The bitmap of `rows` rows, or nullptr when none is NULL; this one is empty afterwards.
  core::Result<std::shared_ptr<arrow::Buffer>> Finish(std::size_t rows);

 private:
  /// Mark at least the rows up to `row` as not NULL.
  bool Prepare(std::int64_t row);

  GrowingBuffer bits_;
  std::int64_t prepared_rows_ = 0;
  std::int64_t count_ = 0;
};

}  // namespace sluice::columns
