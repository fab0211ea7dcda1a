#pragma once

#include <span>
#include <string>
#include <vector>

namespace sluice::cli {

/// The variables of `environment` ("NAME=value", ended by nullptr) that begin with SLUICE_ and are none of `known`: a
/// sentence each, with the nearest known name. `known` holds names without the prefix.
std::vector<std::string> UnknownVariables(const char* const* environment, std::span<const std::string> known);

}  // namespace sluice::cli
