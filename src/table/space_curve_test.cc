#include "table/space_curve.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdlib>
#include <map>
#include <utility>
#include <vector>

namespace sluice::table {
namespace {

std::uint64_t Hilbert(std::vector<std::uint32_t> axes, int bits) { return HilbertIndex(axes, bits); }

TEST(SpaceCurve, HilbertVisitsTheCellsOfAGridInItsKnownOrder) {
  const std::vector<std::pair<std::uint32_t, std::uint32_t>> order = {{0, 0}, {1, 0}, {1, 1}, {0, 1}, {0, 2}, {0, 3},
                                                                      {1, 3}, {1, 2}, {2, 2}, {2, 3}, {3, 3}, {3, 2},
                                                                      {3, 1}, {2, 1}, {2, 0}, {3, 0}};
  for (std::size_t i = 0; i < order.size(); ++i) EXPECT_EQ(Hilbert({order[i].first, order[i].second}, 2), i);
}

TEST(SpaceCurve, HilbertHasTheKnownValues) {
  EXPECT_EQ(Hilbert({5, 10}, 4), 119U);
  EXPECT_EQ(Hilbert({1, 2, 3}, 4), 36U);
  EXPECT_EQ(Hilbert({0, 0}, 10), 0U);
  EXPECT_EQ(Hilbert({700, 3}, 10), 968031U);
  EXPECT_EQ(Hilbert({1023, 1023}, 10), 699050U);
  EXPECT_EQ(Hilbert({1023, 0}, 10), 1048575U);
}

TEST(SpaceCurve, ZOrderTakesTheHighestBitsFirst) {
  const std::array<std::uint32_t, 2> small = {5, 10};
  const std::array<std::uint32_t, 2> large = {700, 3};
  EXPECT_EQ(ZOrderIndex(small, 4), 102U);
  EXPECT_EQ(ZOrderIndex(large, 10), 559781U);
}

TEST(SpaceCurve, NeighboursOnTheHilbertCurveAreOneStepApart) {
  constexpr int kBits = 3;
  std::map<std::uint64_t, std::array<std::uint32_t, 3>> cells;
  for (std::uint32_t x = 0; x < 8; ++x) {
    for (std::uint32_t y = 0; y < 8; ++y) {
      for (std::uint32_t z = 0; z < 8; ++z) cells[Hilbert({x, y, z}, kBits)] = {x, y, z};
    }
  }
  ASSERT_EQ(cells.size(), 512U);
  EXPECT_EQ(cells.rbegin()->first, 511U);
  for (auto cell = std::next(cells.begin()); cell != cells.end(); ++cell) {
    int steps = 0;
    for (std::size_t axis = 0; axis < 3; ++axis) {
      steps += std::abs(static_cast<int>(cell->second[axis]) - static_cast<int>(std::prev(cell)->second[axis]));
    }
    EXPECT_EQ(steps, 1);
  }
}

}  // namespace
}  // namespace sluice::table
