#pragma once

#include <string>
#include <string_view>

namespace sluice::postgres {

/// A name in double quotes, quotes doubled: any name, read back as it is.
std::string QuoteIdentifier(std::string_view name);

/// A text as a literal that does not depend on standard_conforming_strings: quotes doubled, backslashes under E''.
std::string QuoteText(std::string_view text);

}  // namespace sluice::postgres
