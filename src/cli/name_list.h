#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"

namespace sluice::cli {

/// "a, b" and "c" → a, b, c: the names that a repeated flag lists. A name that holds a comma or begins or ends with a
/// blank stands in double quotes or backticks, which are doubled within: `"price, net"`. UsageError, naming `flag`, for
/// a quote that is not closed or is followed by more of a name, and for texts without any name.
core::Result<std::vector<std::string>> SplitNames(const std::vector<std::string>& texts, std::string_view flag);

using NamedTexts = std::map<std::string, std::string, std::less<>>;

/// NAME=VALUE of a repeated flag; UsageError, naming `flag` with an `example` of its text, for a text without a name.
core::Result<NamedTexts> SplitPairs(const std::vector<std::string>& texts, std::string_view flag,
                                    std::string_view example);

}  // namespace sluice::cli
