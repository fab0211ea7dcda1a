#include "http/url_text.h"

#include <fmt/format.h>

namespace sluice::http {

std::string PercentEncoded(std::string_view text, bool keep_slashes) {
  std::string encoded;
  for (const char c : text) {
    const bool plain = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
                       c == '_' || c == '.' || c == '~' || (keep_slashes && c == '/');
    if (plain) {
      encoded += c;
    } else {
      encoded += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return encoded;
}

std::string HostOfUrl(std::string_view url) {
  const std::size_t scheme = url.find("://");
  if (scheme == std::string_view::npos) return {};
  std::string_view authority = url.substr(scheme + 3);
  authority = authority.substr(0, authority.find_first_of("/?#"));
  const std::size_t user = authority.rfind('@');
  return std::string(user == std::string_view::npos ? authority : authority.substr(user + 1));
}

std::string PublicPartOfUrl(std::string_view url) {
  const std::size_t scheme = url.find("://");
  if (scheme == std::string_view::npos) return "(no URL)";
  const std::string_view rest = url.substr(scheme + 3);
  const std::size_t path = rest.find_first_of("/?#");
  std::string shown = std::string(url.substr(0, scheme + 3)) + HostOfUrl(url);
  if (path != std::string_view::npos && rest[path] == '/') {
    const std::string_view after = rest.substr(path);
    shown += after.substr(0, after.find_first_of("?#"));
  }
  return shown;
}

}  // namespace sluice::http
