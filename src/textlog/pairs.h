#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace sluice::textlog {

/// `key=value key2="two words"` as a JSON object of strings, keys in order; nullopt for anything else, and for a key
/// given twice. Keys are letters, digits, '_', '.' and '-'. Quoted values have no escapes; bare ones no quotes.
std::optional<std::string> PairsToJson(std::string_view text);

}  // namespace sluice::textlog
