#pragma once

#include <cstdint>

namespace sluice::core {

/// The budget for all buffers when nobody states one: a quarter of the memory this process may use, which is the
/// machine's, or its control group's limit when that is lower.
std::uint64_t DefaultMemoryBytes();

}  // namespace sluice::core
