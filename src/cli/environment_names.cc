#include "cli/environment_names.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "core/suggestion.h"

namespace sluice::cli {

std::vector<std::string> UnknownVariables(const char* const* environment, std::span<const std::string> known) {
  constexpr std::string_view kPrefix = "SLUICE_";
  std::vector<std::string> sentences;
  for (; *environment != nullptr; ++environment) {
    const std::string_view variable = *environment;
    if (!variable.starts_with(kPrefix)) continue;
    const std::string_view name = variable.substr(kPrefix.size(), variable.find('=') - kPrefix.size());
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    // Compared without the prefix, which would make every name near to every other.
    const std::string nearest = core::NearestName(name, known);
    sentences.push_back(fmt::format("the environment variable {}{} means nothing", kPrefix, name) +
                        (nearest.empty() ? "" : fmt::format("; did you mean {}{}?", kPrefix, nearest)));
  }
  std::sort(sentences.begin(), sentences.end());
  return sentences;
}

}  // namespace sluice::cli
