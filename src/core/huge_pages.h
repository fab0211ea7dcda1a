#pragma once

#include <cstddef>

namespace sluice::core {

/// Ask the system to back fresh memory that will be filled whole with huge pages (madvise(2), MADV_HUGEPAGE): one page
/// fault for 2 MiB instead of 512. Advice only: small ranges and systems without it are left as they are.
void AdviseHugePages(void* begin, std::size_t bytes);

}  // namespace sluice::core
