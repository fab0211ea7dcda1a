#include "csv/buffer_pool.h"

#include <algorithm>
#include <utility>

#include "csv/structural_scan.h"
#include "schema/arrow_error.h"

namespace sluice::csv {

core::Result<BufferPool::Buffer> BufferPool::Take(std::size_t bytes) {
  if (bytes <= bytes_) {
    const std::lock_guard lock(mutex_);
    if (!free_.empty()) {
      Buffer buffer = std::move(free_.back());
      free_.pop_back();
      return buffer;
    }
  }
  const auto size = static_cast<std::int64_t>(std::max(bytes, bytes_) + kScanPadding);
  SLUICE_ASSIGN_OR_RETURN(std::unique_ptr<arrow::ResizableBuffer> buffer, arrow::AllocateResizableBuffer(size, pool_));
  return Buffer(std::move(buffer));
}

void BufferPool::Return(Buffer buffer) {
  if (static_cast<std::size_t>(buffer->size()) != bytes_ + kScanPadding) return;
  const std::lock_guard lock(mutex_);
  if (free_.size() < kept_max_) free_.push_back(std::move(buffer));
}

}  // namespace sluice::csv
