#include "delta/path.h"

#include <fmt/format.h>

#include <algorithm>

#include "delta/name_folding.h"

namespace sluice::delta {
namespace {

constexpr std::string_view kUriReserved = "\"#%<>?[\\]^`{|}";
constexpr std::string_view kHiveReserved = "\"#%'*/:=?\\{[]^";

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

void AppendEscaped(char c, std::string& out) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  const auto byte = static_cast<unsigned char>(c);
  out.append({'%', kDigits[byte >> 4], kDigits[byte & 15]});
}

/// The scheme before the first ':' in lower case; empty when there is none. A single letter is one, too.
std::string SchemeOf(std::string_view path) {
  const std::size_t colon = path.find(':');
  if (colon == std::string_view::npos || colon == 0) return {};
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  const auto fits = [&](char c) { return is_letter(c) || (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.'; };
  const std::string_view scheme = path.substr(0, colon);
  if (!is_letter(scheme.front()) || !std::ranges::all_of(scheme, fits)) return {};
  return FoldName(scheme);
}

/// "file:/x" and "file:///x" are "/x"; s3a and s3n are s3. A scheme is looked for in the encoded text: an encoded ':'
/// belongs to a name.
std::string DecodeUri(std::string_view encoded) {
  const std::string scheme = SchemeOf(encoded);
  if (scheme.empty()) return DecodePath(encoded);
  std::string rest = DecodePath(encoded.substr(scheme.size() + 1));
  if (scheme != "file") return (scheme == "s3a" || scheme == "s3n" ? "s3" : scheme) + ":" + rest;
  if (rest.starts_with("//") && !rest.starts_with("///")) return scheme + ":" + rest;  // on another host
  rest.erase(0, std::min(rest.find_first_not_of('/'), rest.size()));
  return "/" + rest;
}

/// `path` without `root` and every '/' after it; nullopt when it does not begin with them.
std::optional<std::string_view> Below(std::string_view path, std::string_view root) {
  if (!path.starts_with(root)) return std::nullopt;
  path.remove_prefix(root.size());
  if (!root.ends_with('/') && !path.starts_with('/')) return std::nullopt;
  return path.substr(std::min(path.find_first_not_of('/'), path.size()));
}

bool HasParentStep(std::string_view path) {
  while (!path.empty()) {
    const std::size_t slash = std::min(path.find('/'), path.size());
    if (path.substr(0, slash) == "..") return true;
    path.remove_prefix(std::min(slash + 1, path.size()));
  }
  return false;
}

}  // namespace

std::string DecodePath(std::string_view encoded) {
  if (encoded.find('%') == std::string_view::npos) return std::string(encoded);
  std::string path;
  path.reserve(encoded.size());
  for (std::size_t i = 0; i < encoded.size(); ++i) {
    const int high = encoded[i] == '%' && i + 2 < encoded.size() ? HexDigit(encoded[i + 1]) : -1;
    const int low = high >= 0 ? HexDigit(encoded[i + 2]) : -1;
    if (low < 0) {
      path.push_back(encoded[i]);
      continue;
    }
    path.push_back(static_cast<char>(high * 16 + low));
    i += 2;
  }
  return path;
}

std::string EncodePath(std::string_view path) {
  std::string encoded;
  encoded.reserve(path.size());
  // A name that looks like a scheme must not be read as one.
  const std::size_t scheme_end = SchemeOf(path).empty() ? path.size() : path.find(':');
  for (const char& c : path) {
    const auto byte = static_cast<unsigned char>(c);
    const bool ends_scheme = &c == path.data() + scheme_end;
    if (ends_scheme || byte <= 0x20 || byte >= 0x7F || kUriReserved.find(c) != std::string_view::npos) {
      AppendEscaped(c, encoded);
    } else {
      encoded.push_back(c);
    }
  }
  return encoded;
}

std::string CanonicalPath(std::string_view encoded, std::string_view root) {
  std::string path = DecodeUri(encoded);
  const bool absolute = path.starts_with('/') || !SchemeOf(encoded).empty();
  if (!absolute || root.empty()) return path;
  const auto inside = Below(path, root);
  return inside ? std::string(*inside) : path;
}

bool IsCanonicalPath(std::string_view encoded) {
  // Two searches: one for either character would call memchr once for each character.
  return encoded.find('%') == std::string_view::npos && encoded.find(':') == std::string_view::npos &&
         !encoded.starts_with('/');
}

core::Result<std::string> ResolveFilePath(std::string_view encoded, std::string_view root, bool allow_outside) {
  if (encoded.size() > 3 * kPathBytesMax) {
    return core::LimitExceeded(fmt::format("a path of {} bytes in the log", encoded.size()));
  }
  const std::string path = DecodeUri(encoded);
  if (path.empty()) return core::Corruption("an empty path in the log");
  if (path.find('\0') != std::string::npos) {
    return core::Corruption(fmt::format("path '{}' in the log holds a NUL byte", encoded));
  }
  if (path.size() > kPathBytesMax) {
    return core::LimitExceeded(fmt::format("a path of {} bytes in the log", path.size()))
        .WithContext(fmt::format("limit {} bytes", kPathBytesMax));
  }
  if (!SchemeOf(encoded).empty() && !path.starts_with('/')) {
    return core::Unsupported(fmt::format("path '{}' in the log is on another store", encoded));
  }
  const bool absolute = path.starts_with('/');
  const auto inside = absolute ? Below(path, root) : std::optional<std::string_view>(path);
  if (!allow_outside && (!inside || inside->empty() || HasParentStep(*inside))) {
    return core::Unsupported(fmt::format("path '{}' in the log leaves the table's folder '{}'", encoded, root));
  }
  if (!inside) return path;
  return fmt::format("{}{}{}", root, root.ends_with('/') ? "" : "/", *inside);
}

std::string EncodeHiveText(std::string_view text) {
  std::string encoded;
  encoded.reserve(text.size());
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7F || kHiveReserved.find(c) != std::string_view::npos) {
      AppendEscaped(c, encoded);
    } else {
      encoded.push_back(c);
    }
  }
  return encoded;
}

core::Result<std::string> HiveFolder(const std::vector<std::pair<std::string, std::optional<std::string>>>& values) {
  std::string folder;
  for (const auto& [name, value] : values) {
    if (name.find('\0') != std::string::npos || value.value_or("").find('\0') != std::string::npos) {
      return core::InvalidInput(fmt::format("partition column '{}': a NUL byte cannot be part of a folder", name));
    }
    folder += EncodeHiveText(name) + "=";
    folder += value && !value->empty() ? EncodeHiveText(*value) : std::string(kHiveNull);
    folder += "/";
  }
  return folder;
}

}  // namespace sluice::delta
