#pragma once

#include <cstddef>

namespace sluice::postgres {

/// 128 bits; both compilers we support know them.
__extension__ typedef __int128 Int128;

/// Eight of the head, and the groups of four of 39 digits where the point parts one of them.
constexpr std::size_t kNumericBytesMax = 8 + 2 * 12;

/// Write the binary form of the numeric `units` / 10^`scale`, without a length in front, and return its bytes: int16
/// digits, int16 weight, uint16 sign, int16 scale, digits of base 10000 (PostgreSQL, src/backend/utils/adt/numeric.c,
/// numeric_recv). |units| < 10^38, scale 0..38.
std::size_t WriteNumeric(Int128 units, int scale, char* out);

}  // namespace sluice::postgres
