#pragma once

#include <arrow/memory_pool.h>

#include <atomic>
#include <cstdint>
#include <string>

namespace sluice::parquet {

/// A pool whose large blocks grow in place: the compressed pages of a column are kept in one block that doubles until
/// the row group is full, and copying it each time would touch twice the memory.
///
/// Blocks of kMappedBytesMin and more are mappings of their own, grown by mremap and given back to the system when
/// freed; smaller ones come from `pool`, which it borrows. Threads: any.
class RemappingPool final : public arrow::MemoryPool {
 public:
  static constexpr std::int64_t kMappedBytesMin = 4 << 20;

  explicit RemappingPool(arrow::MemoryPool* pool) : pool_(pool) {}

  using arrow::MemoryPool::Allocate;
  using arrow::MemoryPool::Free;
  using arrow::MemoryPool::Reallocate;
  arrow::Status Allocate(int64_t bytes, int64_t alignment, uint8_t** out) override;
  arrow::Status Reallocate(int64_t old_bytes, int64_t new_bytes, int64_t alignment, uint8_t** block) override;
  void Free(uint8_t* block, int64_t bytes, int64_t alignment) override;

  int64_t bytes_allocated() const override { return mapped_bytes_.load() + pool_->bytes_allocated(); }
  int64_t total_bytes_allocated() const override { return pool_->total_bytes_allocated(); }
  int64_t num_allocations() const override { return pool_->num_allocations(); }
  std::string backend_name() const override { return pool_->backend_name(); }

 private:
  arrow::MemoryPool* pool_;
  std::atomic<std::int64_t> mapped_bytes_{0};
};

}  // namespace sluice::parquet
