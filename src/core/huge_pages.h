#pragma once

#include <cstddef>

namespace sluice::core {

/// Memory for arrays that are filled whole: from 4 MiB on it begins at a huge page and the system is asked to back it
/// with such (madvise(2), MADV_HUGEPAGE): one page fault for 2 MiB instead of 512, and fewer misses of address
/// translation. Throws std::bad_alloc.
void* AllocateHuge(std::size_t bytes);
void FreeHuge(void* memory, std::size_t bytes);

/// The same as an allocator of the standard library's containers.
template <typename T>
struct HugePageAllocator {
  using value_type = T;

  HugePageAllocator() = default;
  template <typename Other>
  HugePageAllocator(const HugePageAllocator<Other>&) {}

  T* allocate(std::size_t count) { return static_cast<T*>(AllocateHuge(count * sizeof(T))); }
  void deallocate(T* memory, std::size_t count) { FreeHuge(memory, count * sizeof(T)); }

  bool operator==(const HugePageAllocator&) const = default;
};

}  // namespace sluice::core
