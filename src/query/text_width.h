#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace sluice::query {

/// Columns a UTF-8 text takes on a terminal: two for East Asian wide characters and emoji, none for marks that combine
/// with the character before. Source: East_Asian_Width W and F of Unicode 15, in ranges.
std::size_t DisplayWidth(std::string_view text);

/// As much of the text as takes `width` columns at most, with "…" at the end where it was cut; 0: all of it.
std::string FirstColumns(std::string_view text, std::size_t width);

/// The text on one line and without power over a terminal: control characters as \n, \t, \r or \xNN.
std::string OneLine(std::string_view text);

}  // namespace sluice::query
