#pragma once

#include <string>
#include <string_view>

namespace sluice::delta {

/// `name` with its ASCII letters in lower case: names of columns and properties are compared so.
std::string FoldName(std::string_view name);
bool SameName(std::string_view a, std::string_view b);

}  // namespace sluice::delta
