#pragma once

#include <span>
#include <string>
#include <string_view>

namespace sluice::core {

/// The candidate nearest to `word` by edit distance, or "" when none is near enough to be meant.
std::string NearestName(std::string_view word, std::span<const std::string> candidates);

}  // namespace sluice::core
