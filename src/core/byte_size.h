#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/result.h"

namespace sluice::core {

inline constexpr std::uint64_t kKiB = 1024;
inline constexpr std::uint64_t kMiB = 1024 * kKiB;
inline constexpr std::uint64_t kGiB = 1024 * kMiB;

/// Read a size as users write it: "4096", "64KiB", "1.5GiB", "10MB" (MB = 10^6, MiB = 2^20), upper or lower case.
/// InvalidInput when it is not one, is negative, or exceeds 2^63-1.
Result<std::uint64_t> ParseByteSize(std::string_view text);

/// An exact size as it can be read back: "64MiB", "1000".
std::string FormatByteSize(std::uint64_t bytes);

/// A size for people, rounded, in the units of the report lines: "22 KB", "1.4 GB" (1 KB = 1024 bytes).
std::string FormatByteSizeRounded(std::uint64_t bytes);

/// A count with thousands separators: "1,234".
std::string FormatCount(std::uint64_t count);

}  // namespace sluice::core
