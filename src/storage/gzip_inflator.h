#pragma once

#include <memory>

#include "storage/compression.h"

namespace sluice::storage {

/// gzip members (RFC 1952) by ISA-L.
std::unique_ptr<Inflator> NewGzipInflator();

}  // namespace sluice::storage
