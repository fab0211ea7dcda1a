#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "storage/file_system.h"

namespace sluice::storage {

/// Does `name` (one part of a path, UTF-8) match `pattern`? `*` is any run of characters, `?` one character, `[a-z]`
/// one of a set, `[!a-z]` or `[^a-z]` one not in it; a '[' that is never closed is itself.
bool MatchesGlob(std::string_view pattern, std::string_view name);

/// True when a path holds `*`, `?` or `[`.
bool HasGlob(std::string_view path);

/// Folders below one another that `**` descends at most.
inline constexpr std::size_t kGlobDepthMax = 64;

/// The files that `pattern` means, sorted. A path that exists as it is written wins over its meaning as a pattern. `**`
/// as a whole part stands for any number of folders, none too. Hidden names (".x") match only a part that begins with
/// '.'.
///
/// Errors: NotFound when nothing matches, with the nearest name that exists; InvalidInput when a folder is named, or
/// only folders match; LimitExceeded below kGlobDepthMax folders. `**` follows links to folders, but not
/// to one it is inside of.
core::Result<std::vector<std::string>> ExpandGlob(FileSystem& files, const std::string& pattern);

/// The same for several patterns, in their order; a file that several mean is given once. "-" stays.
core::Result<std::vector<std::string>> ExpandGlobs(FileSystem& files, std::span<const std::string> patterns);

}  // namespace sluice::storage
