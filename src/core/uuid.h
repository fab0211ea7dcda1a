#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "core/random.h"

namespace sluice::core {

/// The 16 bytes of a UUID, in the order of its text.
using Uuid = std::array<std::uint8_t, 16>;

/// A random UUID (version 4, RFC 9562).
Uuid NewUuid(Random& random);

/// "f81d4fae-7dec-41d0-a765-00a0c91e6bf6".
std::string FormatUuid(const Uuid& uuid);

}  // namespace sluice::core
