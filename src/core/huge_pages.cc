#include "core/huge_pages.h"

#include <sys/mman.h>

#include <new>

namespace sluice::core {
namespace {

constexpr std::size_t kHugePageBytes = std::size_t{2} * 1024 * 1024;
constexpr std::size_t kBytesMin = 2 * kHugePageBytes;  // below, the rest of the last page weighs too much
constexpr std::align_val_t kAlignment{kHugePageBytes};

}  // namespace

void* AllocateHuge(std::size_t bytes) {
  if (bytes < kBytesMin) return ::operator new(bytes);
  const std::size_t whole_pages = (bytes + kHugePageBytes - 1) / kHugePageBytes * kHugePageBytes;
  void* memory = ::operator new(whole_pages, kAlignment);
  // EINVAL where the kernel was built without: then it stays with small pages.
  (void)madvise(memory, whole_pages, MADV_HUGEPAGE);
  return memory;
}

void FreeHuge(void* memory, std::size_t bytes) {
  if (bytes < kBytesMin) return ::operator delete(memory);
  ::operator delete(memory, kAlignment);
}

}  // namespace sluice::core
