#pragma once

#include <string>
#include <string_view>

#include "core/result.h"

namespace sluice::delta {

/// The text of a JSON object from which its checksum is made: "path=value" for each scalar but the top-level
/// "checksum", sorted by path (PROTOCOL.md, "JSON checksum"). Corruption for what is no JSON object, is nested deeper
/// than 64 or holds a key twice; LimitExceeded when long keys with many values inside make more than 64 MiB of it.
core::Result<std::string> CanonicalHintText(std::string_view json);

/// Its MD5 as 32 hexadecimal digits.
core::Result<std::string> HintChecksum(std::string_view json);

}  // namespace sluice::delta
