#include "core/uuid.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace sluice::core {
namespace {

TEST(Uuid, HasTheFormOfARandomOne) {
  SeededRandom random(7);
  std::set<std::string> seen;
  for (int i = 0; i < 1000; ++i) {
    const std::string text = FormatUuid(NewUuid(random));
    EXPECT_THAT(text, ::testing::MatchesRegex("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"));
    EXPECT_TRUE(seen.insert(text).second) << text;
  }
}

TEST(Uuid, PrintsItsBytesInOrder) {
  EXPECT_EQ(
      FormatUuid({0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff}),
      "00112233-4455-6677-8899-aabbccddeeff");
}

}  // namespace
}  // namespace sluice::core
