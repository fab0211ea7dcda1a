#include "cli/name_list.h"

#include <fmt/format.h>

#include <algorithm>

namespace sluice::cli {

std::vector<std::string> SplitNames(const std::vector<std::string>& texts) {
  std::vector<std::string> names;
  for (const std::string& text : texts) {
    for (std::size_t begin = 0; begin <= text.size();) {
      const std::size_t end = std::min(text.find(',', begin), text.size());
      if (end > begin) names.push_back(text.substr(begin, end - begin));
      begin = end + 1;
    }
  }
  return names;
}

core::Result<NamedTexts> SplitPairs(const std::vector<std::string>& texts, std::string_view flag) {
  NamedTexts pairs;
  for (const std::string& text : texts) {
    const std::size_t equals = text.find('=');
    if (equals == std::string::npos || equals == 0) {
      return core::UsageError(fmt::format("{} '{}' is not NAME=VALUE", flag, text));
    }
    pairs[text.substr(0, equals)] = text.substr(equals + 1);
  }
  return pairs;
}

}  // namespace sluice::cli
