#pragma once

#include <string_view>

namespace sluice::columns {

inline constexpr int kJsonDepthMax = 64;

/// True for exactly one JSON value (RFC 8259) with white space around it, nested at most kJsonDepthMax deep. Looks at
/// the grammar; that the bytes are UTF-8 is checked apart.
bool IsJson(std::string_view text);

}  // namespace sluice::columns
