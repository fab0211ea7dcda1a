#include "cli/name_list.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace sluice::cli {
namespace {

std::string_view WithoutBlanks(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(' ');
  return begin == std::string_view::npos ? std::string_view()
                                         : text.substr(begin, text.find_last_not_of(' ') + 1 - begin);
}

/// Take the next name and the comma behind it from `rest`; false when its quotes are wrong. An empty one is none.
bool TakeName(std::string_view& rest, std::vector<std::string>& names) {
  rest.remove_prefix(std::min(rest.find_first_not_of(' '), rest.size()));
  const char quote = rest.empty() ? '\0' : rest.front();
  std::string name;
  std::size_t at = 0;
  const bool quoted = quote == '"' || quote == '`';
  if (quoted) {
    for (at = 1; at < rest.size() && (rest[at] != quote || rest.substr(at + 1, 1) == rest.substr(at, 1)); ++at) {
      name += rest[at];
      if (rest[at] == quote) ++at;
    }
    if (at++ >= rest.size()) return false;
  }
  const std::size_t end = std::min(rest.find(',', at), rest.size());
  const std::string_view plain = WithoutBlanks(rest.substr(at, end - at));
  if (quoted && !plain.empty()) return false;
  name += plain;
  rest.remove_prefix(std::min(end + 1, rest.size()));
  if (!name.empty()) names.push_back(std::move(name));
  return true;
}

}  // namespace

core::Result<std::vector<std::string>> SplitNames(const std::vector<std::string>& texts, std::string_view flag) {
  std::vector<std::string> names;
  for (const std::string& text : texts) {
    std::string_view rest = text;
    while (!rest.empty()) {
      if (!TakeName(rest, names)) {
        return core::UsageError(fmt::format("{} '{}': a quoted name does not end where it should", flag, text))
            .WithHint("quote a whole name, and double a quote within it: \"price, net\",\"12\"\" disc\"");
      }
    }
  }
  if (names.empty() && !texts.empty()) return core::UsageError(fmt::format("{} names no column", flag));
  return names;
}

core::Result<NamedTexts> SplitPairs(const std::vector<std::string>& texts, std::string_view flag,
                                    std::string_view example) {
  NamedTexts pairs;
  for (const std::string& text : texts) {
    const std::size_t equals = text.find('=');
    if (equals == std::string::npos || equals == 0) {
      return core::UsageError(fmt::format("{} '{}' is not NAME=VALUE", flag, text))
          .WithHint(fmt::format("{} {}", flag, example));
    }
    pairs[text.substr(0, equals)] = text.substr(equals + 1);
  }
  return pairs;
}

}  // namespace sluice::cli
