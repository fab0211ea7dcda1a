#include "core/memory_budget.h"

#include <unistd.h>

#include <algorithm>
#include <fstream>

namespace sluice::core {

std::uint64_t DefaultMemoryBytes() {
  std::uint64_t bytes =
      static_cast<std::uint64_t>(sysconf(_SC_PHYS_PAGES)) * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
  std::uint64_t group_limit = 0;
  if (std::ifstream("/sys/fs/cgroup/memory.max") >> group_limit && group_limit > 0)
    bytes = std::min(bytes, group_limit);
  return bytes / 4;
}

}  // namespace sluice::core
