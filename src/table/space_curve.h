#pragma once

#include <cstdint>
#include <span>

namespace sluice::table {

enum class Curve : std::uint8_t { kHilbert, kZOrder };

/// The place of a point on a curve through a grid of 2^bits cells an axis. `axes` holds one coordinate below 2^bits
/// each and is overwritten; bits · axes ≤ 64. Neighbours on the Hilbert curve differ by one step in one axis.
///
/// Source: J. Skilling, "Programming the Hilbert curve", AIP Conference Proceedings 707 (2004).
std::uint64_t HilbertIndex(std::span<std::uint32_t> axes, int bits);

/// The bits of the axes in turn, the most significant ones first, the first axis first.
std::uint64_t ZOrderIndex(std::span<const std::uint32_t> axes, int bits);

}  // namespace sluice::table
