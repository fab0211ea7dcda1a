#include "core/huge_pages.h"

#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>

namespace sluice::core {
namespace {

constexpr std::size_t kBytesMin = std::size_t{4} * 1024 * 1024;  // below, hardly one aligned huge page fits

}  // namespace

void AdviseHugePages(void* begin, std::size_t bytes) {
  if (bytes < kBytesMin) return;
  const auto page_bytes = static_cast<std::uintptr_t>(sysconf(_SC_PAGESIZE));
  const auto first = (reinterpret_cast<std::uintptr_t>(begin) + page_bytes - 1) / page_bytes * page_bytes;
  const auto end = (reinterpret_cast<std::uintptr_t>(begin) + bytes) / page_bytes * page_bytes;
  // EINVAL where the kernel was built without: then it stays with small pages.
  (void)madvise(reinterpret_cast<void*>(first), end - first, MADV_HUGEPAGE);
}

}  // namespace sluice::core
