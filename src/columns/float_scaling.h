#pragma once

#include <cstdint>

namespace sluice::columns {

/// The double nearest to mantissa · 10^exponent, ties to even. False when the short ways cannot tell it for sure; then
/// a slower exact parser must be asked.
///
/// Clinger's exact case (1990) for mantissas up to 2^53 and exponents up to ±22; else one 128-bit product with the
/// power of five and a check that its discarded bits decide the rounding (Lemire, "Number Parsing at a Gigabyte per
/// Second", 2021), for exponents −40 … 40.
bool ScaleToFloat64(std::uint64_t mantissa, std::int64_t exponent, double* value);

}  // namespace sluice::columns
