#pragma once

#include <string>
#include <string_view>

namespace sluice::snowflake {

/// 'it''s': a text of the service's SQL; backslashes are doubled, too.
std::string SqlLiteral(std::string_view text);
/// "Name": an identifier, case and all.
std::string SqlIdentifier(std::string_view name);

}  // namespace sluice::snowflake
