#pragma once

#include <cstdint>
#include <string>

namespace sluice::postgres {

/// 128 bits; both compilers we support know them.
__extension__ typedef __int128 Int128;

/// Append the binary form of the numeric `units` / 10^`scale`, without a length in front: int16 digits, int16 weight,
/// uint16 sign, int16 scale, digits of base 10000 (PostgreSQL, src/backend/utils/adt/numeric.c, numeric_recv). |units|
/// < 10^38, scale 0..38.
void AppendNumeric(Int128 units, int scale, std::string& out);

}  // namespace sluice::postgres
