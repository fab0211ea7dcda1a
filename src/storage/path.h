#pragma once

#include <string>
#include <string_view>

namespace sluice::storage {

/// Paths as text: bytes with '/' between names. Nothing here touches a disk.

/// The folder a path names its last part in: "a/b" → "a", "b" → ".", "/b" → "/". Slashes at the end are ignored.
std::string ParentPath(std::string_view path);

/// The last name of a path: "a/b.csv" → "b.csv", "a/" → "a", "/" → "".
std::string_view FileName(std::string_view path);

/// `directory` and `name` as one path: ("a", "b") → "a/b", ("a/", "b") → "a/b", (".", "b") → "b", ("", "b") → "b".
std::string JoinPath(std::string_view directory, std::string_view name);

/// Without repeated slashes, "." parts and a slash at the end; ".." is kept. "" → ".".
std::string NormalPath(std::string_view path);

/// The path as an error shows it: in single quotes, with control bytes shown as \xNN so that a name cannot forge lines.
std::string QuotedPath(std::string_view path);

}  // namespace sluice::storage
