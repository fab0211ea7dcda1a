#pragma once

#include <string>

#include "core/random.h"

namespace sluice::delta {

/// A random UUID (RFC 9562, version 4) in its canonical text: 36 characters, lower case.
std::string NewUuid(core::Random& random);

}  // namespace sluice::delta
