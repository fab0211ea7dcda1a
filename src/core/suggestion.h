#pragma once

#include <span>
#include <string>
#include <string_view>

namespace sluice::core {

/// The candidate nearest to `word` by edit distance, or "" when none is near enough to be meant.
std::string NearestName(std::string_view word, std::span<const std::string> candidates);

/// A hint for a `word` that is none of the columns: "did you mean 'id'?", or the first names that there are.
std::string ColumnHint(std::string_view word, std::span<const std::string> columns);

}  // namespace sluice::core
