#pragma once

#include <cstddef>
#include <cstdint>

namespace sluice::delta_log {

// Limits against hostile or broken logs.
inline constexpr std::uint64_t kCommitBytesMax = std::uint64_t{4} << 30;
inline constexpr std::uint64_t kChecksumBytesMax = std::uint64_t{64} << 20;

}  // namespace sluice::delta_log
