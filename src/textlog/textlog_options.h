#pragma once

#include <cstddef>

namespace sluice::textlog {

struct TextlogOptions {
  /// Text that one task parses; batches have its size. Part of what decides the output's bytes.
  std::size_t chunk_bytes = std::size_t{4} << 20;
  /// A longer line is rejected.
  std::size_t record_bytes_max = std::size_t{1} << 20;
};

}  // namespace sluice::textlog
