#pragma once

#include <string>
#include <string_view>

namespace sluice::http {

/// Percent-encode all but letters, digits and "-_.~" (RFC 3986); with `keep_slashes` also '/'.
std::string PercentEncoded(std::string_view text, bool keep_slashes = false);

/// "https://host/path" of a URL: what a message may show. The query, which may carry a signature, and user
/// information are left out.
std::string PublicPartOfUrl(std::string_view url);

/// "host:port" of a URL as the Host header has it; empty without "://".
std::string HostOfUrl(std::string_view url);

}  // namespace sluice::http
