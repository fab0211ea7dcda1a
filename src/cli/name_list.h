#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"

namespace sluice::cli {

/// "a,b" and "c" → a, b, c: the names that a repeated flag lists.
std::vector<std::string> SplitNames(const std::vector<std::string>& texts);

using NamedTexts = std::map<std::string, std::string, std::less<>>;

/// NAME=VALUE of a repeated flag; UsageError, naming `flag`, for a text without a name.
core::Result<NamedTexts> SplitPairs(const std::vector<std::string>& texts, std::string_view flag);

}  // namespace sluice::cli
