#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "core/byte_size.h"

namespace sluice::cli {

/// "1 row", "1,234 rows".
inline std::string CountText(std::uint64_t count, std::string_view noun) {
  return fmt::format("{} {}{}", core::FormatCount(count), noun, count == 1 ? "" : "s");
}

}  // namespace sluice::cli
