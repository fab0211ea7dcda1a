#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/result.h"
#include "storage/environment.h"

namespace sluice::delta_log {

/// A table as a user names it: `[delta:]PATH[@v3 | @2026-01-01T00:00:00Z]`.
struct TableLocation {
  std::string root = {};  ///< without a final '/'
  std::optional<std::int64_t> version = {};
  std::optional<std::int64_t> timestamp_us = {};  ///< since 1970 UTC

  bool operator==(const TableLocation& other) const = default;
};

/// Read a location. PATH is a folder or a file: URI. A path that exists as it is written is that path, whatever its '@'
/// looks like. A time without a zone is UTC, a date alone its midnight.
///
/// InvalidInput: an empty path, or a version or time behind '@' that is none. Unsupported: another store ("s3:").
core::Result<TableLocation> ParseTableLocation(storage::FileSystem& files, std::string_view text);

/// The version that a location names; nullopt: the newest. Errors as ResolveTimestamp.
core::Result<std::optional<std::int64_t>> ResolveVersion(const storage::Environment& environment,
                                                         const TableLocation& location);

}  // namespace sluice::delta_log
