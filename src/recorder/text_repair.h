#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace sluice::recorder {

/// `text` when it is well-formed UTF-8; else the same in `repaired` with U+FFFD for each byte that belongs to nothing:
/// a file of texts must be readable by everybody, and a row must not be lost for a byte.
std::string_view WellFormed(std::string_view text, std::string& repaired);

/// True: every text from offsets[i] to offsets[i + 1] of `bytes` is well-formed. One look at all of them.
bool AreWellFormed(std::string_view bytes, std::span<const std::int32_t> offsets);

}  // namespace sluice::recorder
