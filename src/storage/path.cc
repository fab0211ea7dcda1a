#include "storage/path.h"

#include <cstddef>

namespace sluice::storage {
namespace {

std::string_view WithoutTrailingSlashes(std::string_view path) {
  while (path.size() > 1 && path.back() == '/') path.remove_suffix(1);
  return path;
}

}  // namespace

std::string ParentPath(std::string_view path) {
  path = WithoutTrailingSlashes(path);
  const std::size_t slash = path.rfind('/');
  if (slash == std::string_view::npos) return ".";
  if (slash == 0) return "/";
  return std::string(WithoutTrailingSlashes(path.substr(0, slash)));
}

std::string_view FileName(std::string_view path) {
  path = WithoutTrailingSlashes(path);
  const std::size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

std::string JoinPath(std::string_view directory, std::string_view name) {
  if (directory.empty() || directory == ".") return std::string(name);
  std::string path(WithoutTrailingSlashes(directory));
  if (path != "/") path += '/';
  return path.append(name);
}

std::string NormalPath(std::string_view path) {
  std::string normal = path.starts_with('/') ? "/" : "";
  while (!path.empty()) {
    const std::size_t slash = path.find('/');
    const std::string_view part = path.substr(0, slash);
    path = slash == std::string_view::npos ? std::string_view() : path.substr(slash + 1);
    if (part.empty() || part == ".") continue;
    if (!normal.empty() && normal.back() != '/') normal += '/';
    normal.append(part);
  }
  return normal.empty() ? "." : normal;
}

std::string QuotedPath(std::string_view path) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string quoted = "'";
  for (const char c : path) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f) {
      quoted.append("\\x").push_back(kDigits[byte >> 4]);
      quoted.push_back(kDigits[byte & 15]);
    } else {
      quoted.push_back(c);
    }
  }
  return quoted + "'";
}

}  // namespace sluice::storage
