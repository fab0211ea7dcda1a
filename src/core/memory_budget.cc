#include "core/memory_budget.h"

#include <fmt/format.h>
#include <unistd.h>

#include <fstream>

#include "core/byte_size.h"

namespace sluice::core {

Status MemoryBudget::Reserve(std::uint64_t bytes, const char* what) {
  std::uint64_t used = used_.load(std::memory_order_relaxed);
  do {
    if (bytes > bytes_max_ || used > bytes_max_ - bytes) {
      return LimitExceeded(fmt::format("{} needs {} of memory, {} of {} are in use", what, FormatByteSize(bytes),
                                       FormatByteSize(used), FormatByteSize(bytes_max_)))
          .WithHint("give more with --memory");
    }
  } while (!used_.compare_exchange_weak(used, used + bytes, std::memory_order_relaxed));
  return Ok();
}

std::uint64_t MemoryBudget::DefaultBytes() {
  std::uint64_t bytes =
      static_cast<std::uint64_t>(sysconf(_SC_PHYS_PAGES)) * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
  std::uint64_t group_limit = 0;
  if (std::ifstream("/sys/fs/cgroup/memory.max") >> group_limit && group_limit > 0)
    bytes = std::min(bytes, group_limit);
  return bytes / 4;
}

}  // namespace sluice::core
