#pragma once

#include <string>
#include <string_view>

#include "core/result.h"

namespace sluice::snowflake {

/// The 32 bytes of SHA-256 (FIPS 180-4).
std::string Sha256(std::string_view bytes);
/// The 32 bytes of HMAC-SHA-256 (RFC 2104).
std::string HmacSha256(std::string_view key, std::string_view bytes);

/// Lower-case hexadecimal digits.
std::string Hex(std::string_view bytes);
/// InvalidInput for anything but pairs of hexadecimal digits.
core::Result<std::string> DecodeHex(std::string_view digits);

/// Base64 (RFC 4648) in its standard alphabet with padding.
std::string Base64(std::string_view bytes);
/// The alphabet for URLs, without padding.
std::string Base64Url(std::string_view bytes);
/// InvalidInput for anything but padded standard base64.
core::Result<std::string> DecodeBase64(std::string_view text);

}  // namespace sluice::snowflake
