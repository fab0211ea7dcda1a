#include "library/engine_pool.h"

namespace sluice::library {
namespace {

// jemalloc gives freed pages back soonest.
arrow::MemoryPool* Allocator() {
  arrow::MemoryPool* allocator = nullptr;
  return arrow::jemalloc_memory_pool(&allocator).ok() ? allocator : arrow::default_memory_pool();
}

}  // namespace

EnginePool::EnginePool(std::uint64_t bytes_max) : capped_(Allocator(), static_cast<std::int64_t>(bytes_max)) {}

arrow::Status EnginePool::Allocate(std::int64_t size, std::int64_t alignment, std::uint8_t** out) {
  ARROW_RETURN_NOT_OK(capped_.Allocate(size, alignment, out));
  holders_.fetch_add(1, std::memory_order_relaxed);
  return arrow::Status::OK();
}

arrow::Status EnginePool::Reallocate(std::int64_t old_size, std::int64_t new_size, std::int64_t alignment,
                                     std::uint8_t** buffer) {
  return capped_.Reallocate(old_size, new_size, alignment, buffer);
}

void EnginePool::Free(std::uint8_t* buffer, std::int64_t size, std::int64_t alignment) {
  capped_.Free(buffer, size, alignment);
  Drop();
}

void EnginePool::Drop() {
  if (holders_.fetch_sub(1, std::memory_order_acq_rel) == 1) delete this;
}

}  // namespace sluice::library
