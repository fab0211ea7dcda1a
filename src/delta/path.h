#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/result.h"

namespace sluice::delta {

inline constexpr std::size_t kPathBytesMax = 4096;
/// The folder text of NULL and of the empty string.
inline constexpr std::string_view kHiveNull = "__HIVE_DEFAULT_PARTITION__";

/// Undo the URI layer of an action's path, once: %xx becomes the byte, '+' stays, '%' before anything else stays.
std::string DecodePath(std::string_view encoded);

/// The URI layer of an action's path: what `add.path` says for the file `path`, which has no scheme.
/// DecodePath(EncodePath(p)) == p.
std::string EncodePath(std::string_view path);

/// The key of a file: decoded; absolute paths below `root` relative to it; "file:///x", "file:/x" and "/x" the same,
/// s3a and s3n as s3. Bytes are compared as they are. `root` is the table's folder, decoded.
std::string CanonicalPath(std::string_view encoded, std::string_view root);
/// True for nearly all paths: those that CanonicalPath leaves as they are, because there is no escape, no scheme and no
/// root in front.
bool IsCanonicalPath(std::string_view encoded);

/// Where the file of an action lies: an absolute path, or one below `root`.
///
/// Unsupported: a scheme other than file; outside of the root (absolute, or any step "..") unless `allow_outside`.
/// Corruption: an empty path or a NUL byte. LimitExceeded: longer than kPathBytesMax.
core::Result<std::string> ResolveFilePath(std::string_view encoded, std::string_view root, bool allow_outside);

/// One text of a Hive folder, percent-encoded where the layer demands it. Not for NULL: see HiveFolder.
std::string EncodeHiveText(std::string_view text);

/// The folder of a partition, with a '/' after each column ("a=1/b=x%3Ay/"); empty without partition columns. This is
/// the name in the file system: EncodePath makes the action's path of it. InvalidInput for a NUL byte.
core::Result<std::string> HiveFolder(const std::vector<std::pair<std::string, std::optional<std::string>>>& values);

}  // namespace sluice::delta
