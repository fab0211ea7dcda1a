#pragma once

namespace sluice::core {

/// "0.1.0": the version of this build.
const char* Version();

}  // namespace sluice::core
