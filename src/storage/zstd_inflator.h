#pragma once

#include <cstdint>
#include <memory>

#include "storage/compression.h"

namespace sluice::storage {

/// zstd frames (RFC 8878), skippable ones too, with windows up to `window_bytes_max`.
std::unique_ptr<Inflator> NewZstdInflator(std::uint64_t window_bytes_max);

}  // namespace sluice::storage
