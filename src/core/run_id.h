#pragma once

#include <string>

#include "core/clock.h"
#include "core/random.h"

namespace sluice::core {

/// A new run id: a ULID (26 characters of Crockford's base 32: 48 bits of Unix milliseconds, 80 random bits), so that
/// ids sort by the time they were made. Source: github.com/ulid/spec.
std::string NewRunId(const Clock& clock, Random& random);

}  // namespace sluice::core
