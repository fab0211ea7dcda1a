#pragma once

#include <cstddef>
#include <string_view>

namespace sluice::schema {

/// The offset of the first byte that is no well-formed UTF-8 (RFC 3629: shortest form, no surrogates, at most
/// U+10FFFF), or npos. For small documents; data goes through a faster one.
std::size_t FindInvalidUtf8(std::string_view text);

}  // namespace sluice::schema
