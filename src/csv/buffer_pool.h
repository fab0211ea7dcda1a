#pragma once

#include <arrow/buffer.h>

#include <cstddef>
#include <memory>
#include <mutex>
#include <vector>

#include "core/result.h"

namespace sluice::csv {

/// Text buffers that are used again, so that their pages are touched once.
///
/// Threads: any. Limits: keeps at most `kept_max` free ones of the usual size. Buffers may outlive the pool.
class BufferPool {
 public:
  using Buffer = std::shared_ptr<arrow::ResizableBuffer>;

  BufferPool(std::size_t bytes, std::size_t kept_max, arrow::MemoryPool* pool)
      : bytes_(bytes), kept_max_(kept_max), pool_(pool) {}

  /// Room for at least `bytes` and kScanPadding more.
  core::Result<Buffer> Take(std::size_t bytes);
  void Return(Buffer buffer);

 private:
  std::size_t bytes_;
  std::size_t kept_max_;
  arrow::MemoryPool* pool_;
  std::mutex mutex_;
  std::vector<Buffer> free_;  // guarded by mutex_
};

}  // namespace sluice::csv
