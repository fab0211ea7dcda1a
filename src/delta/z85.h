#pragma once

#include <string>
#include <string_view>

#include "core/result.h"

namespace sluice::delta {

/// Z85 (rfc.zeromq.org/spec/32): four bytes as five printable characters. `bytes` is padded with zero bytes to a
/// multiple of four.
std::string EncodeZ85(std::string_view bytes);

/// The bytes, a multiple of four of them; fewer when the text ends in the padding form of some writers: a last group
/// that begins with k '#', 1 ≤ k ≤ 3, holds 4 - k bytes. Corruption names the character's place.
core::Result<std::string> DecodeZ85(std::string_view text);

}  // namespace sluice::delta
