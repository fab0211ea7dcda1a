#include "parquet/remapping_pool.h"

#include <sys/mman.h>

#include <algorithm>
#include <cstring>

namespace sluice::parquet {
namespace {

bool IsMapped(std::int64_t bytes) { return bytes >= RemappingPool::kMappedBytesMin; }

arrow::Status OutOfMemory(std::int64_t bytes) { return arrow::Status::OutOfMemory("no room for ", bytes, " bytes"); }

}  // namespace

arrow::Status RemappingPool::Allocate(int64_t bytes, int64_t alignment, uint8_t** out) {
  if (!IsMapped(bytes)) return pool_->Allocate(bytes, alignment, out);
  void* block =
      mmap(nullptr, static_cast<std::size_t>(bytes), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (block == MAP_FAILED) return OutOfMemory(bytes);
  mapped_bytes_ += bytes;
  *out = static_cast<uint8_t*>(block);
  return arrow::Status::OK();
}

arrow::Status RemappingPool::Reallocate(int64_t old_bytes, int64_t new_bytes, int64_t alignment, uint8_t** block) {
  if (!IsMapped(old_bytes) && !IsMapped(new_bytes)) return pool_->Reallocate(old_bytes, new_bytes, alignment, block);
  if (IsMapped(old_bytes) && IsMapped(new_bytes)) {
    void* moved =
        mremap(*block, static_cast<std::size_t>(old_bytes), static_cast<std::size_t>(new_bytes), MREMAP_MAYMOVE);
    if (moved == MAP_FAILED) return OutOfMemory(new_bytes);
    mapped_bytes_ += new_bytes - old_bytes;
    *block = static_cast<uint8_t*>(moved);
    return arrow::Status::OK();
  }
  uint8_t* fresh = nullptr;
  ARROW_RETURN_NOT_OK(Allocate(new_bytes, alignment, &fresh));
  std::memcpy(fresh, *block, static_cast<std::size_t>(std::min(old_bytes, new_bytes)));
  Free(*block, old_bytes, alignment);
  *block = fresh;
  return arrow::Status::OK();
}

void RemappingPool::Free(uint8_t* block, int64_t bytes, int64_t alignment) {
  if (!IsMapped(bytes)) return pool_->Free(block, bytes, alignment);
  munmap(block, static_cast<std::size_t>(bytes));
  mapped_bytes_ -= bytes;
}

}  // namespace sluice::parquet
