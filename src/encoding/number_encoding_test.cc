#include <gmock/gmock.h>

#include <limits>

#include "core/random.h"
#include "encoding/bit_packing.h"
#include "encoding/bit_reader.h"
#include "encoding/byte_stream_split.h"
#include "encoding/delta_packing.h"
#include "encoding/run_length.h"

namespace sluice::encoding {
namespace {

using ::testing::ElementsAre;

std::vector<std::uint32_t> RandomCodes(core::SeededRandom& random, std::size_t count, unsigned width) {
  std::vector<std::uint32_t> codes(count);
  const std::uint64_t mask = (std::uint64_t{1} << width) - 1;
  for (std::uint32_t& code : codes) code = static_cast<std::uint32_t>(random.Next() & mask);
  return codes;
}

TEST(BitPacking, EveryWidthAndRestComesBack) {
  core::SeededRandom random(1);
  for (unsigned width = 0; width <= 32; ++width) {
    for (const std::size_t count : {0, 1, 7, 8, 9, 31, 32, 33, 71}) {
      const auto codes = RandomCodes(random, count, width);
      ByteBuffer out;
      PackBits(codes, width, out);
      EXPECT_EQ(out.size(), (count + 7) / 8 * width);
      BitReader reader(out.bytes());
      for (const std::uint32_t code : codes) ASSERT_EQ(reader.Bits(width), code) << width << " " << count;
    }
  }
}

TEST(BitPacking, MiniblocksOfWideNumbersComeBack) {
  core::SeededRandom random(2);
  for (unsigned width = 0; width <= 64; ++width) {
    std::array<std::uint64_t, 32> values{};
    for (std::uint64_t& value : values) value = width == 0 ? 0 : random.Next() >> (64 - width);
    ByteBuffer out;
    PackMiniblock(values.data(), width, out);
    ASSERT_EQ(out.size(), 4 * width);
    BitReader reader(out.bytes());
    for (const std::uint64_t value : values) ASSERT_EQ(reader.Bits(width), value) << width;
  }
}

// Runs of random length between values that do not repeat.
std::vector<std::uint32_t> CodesWithRuns(core::SeededRandom& random, std::size_t count, unsigned width) {
  std::vector<std::uint32_t> codes;
  while (codes.size() < count) {
    const auto some = RandomCodes(random, 1 + random.Next() % 20, width);
    codes.insert(codes.end(), some.begin(), some.end());
    codes.insert(codes.end(), random.Next() % 60, some[0]);
  }
  codes.resize(count);
  return codes;
}

TEST(RunLength, RunsAndLiteralsComeBack) {
  core::SeededRandom random(3);
  for (int round = 0; round < 2000; ++round) {
    const auto width = static_cast<unsigned>(1 + random.Next() % 20);
    const auto codes = CodesWithRuns(random, random.Next() % 300, width);
    ByteBuffer out;
    EncodeRuns(codes, width, out);
    BitReader reader(out.bytes());
    ASSERT_EQ(reader.Runs(width, codes.size()), codes) << round;
    ASSERT_EQ(reader.bytes_read(), out.size()) << round;
  }
}

TEST(RunLength, OneRunTakesThreeBytes) {
  ByteBuffer out;
  EncodeRuns(std::vector<std::uint32_t>(5000, 3), 4, out);
  EXPECT_EQ(out.size(), 3U);
}

TEST(RunLength, BitsComeBack) {
  core::SeededRandom random(4);
  for (int round = 0; round < 500; ++round) {
    const auto bits = CodesWithRuns(random, 1 + random.Next() % 700, 1);
    std::vector<std::uint8_t> packed((bits.size() + 7) / 8);
    for (std::size_t i = 0; i < bits.size(); ++i) packed[i / 8] |= static_cast<std::uint8_t>(bits[i] << (i % 8));
    ByteBuffer out;
    EncodeBitRuns(packed, bits.size(), out);
    BitReader reader(out.bytes());
    ASSERT_EQ(reader.Runs(1, bits.size()), bits) << round;
  }
}

template <typename T>
void ExpectDeltasComeBack(const std::vector<T>& values) {
  ByteBuffer out;
  EncodeDeltas(std::span<const T>(values), out);
  BitReader reader(out.bytes());
  EXPECT_EQ(reader.Deltas<T>(), values);
  EXPECT_EQ(reader.bytes_read(), out.size());
}

TEST(DeltaPacking, EveryLengthComesBack) {
  core::SeededRandom random(5);
  for (std::size_t count = 0; count < 300; count += 1 + count / 40) {
    std::vector<std::int64_t> wide(count);
    std::vector<std::int32_t> narrow(count);
    for (std::size_t i = 0; i < count; ++i) {
      wide[i] = static_cast<std::int64_t>(random.Next() >> (random.Next() % 64));
      narrow[i] = static_cast<std::int32_t>(random.Next() % 1000);
    }
    ExpectDeltasComeBack(wide);
    ExpectDeltasComeBack(narrow);
  }
}

TEST(DeltaPacking, DifferencesWrapAround) {
  constexpr auto kMin = std::numeric_limits<std::int64_t>::min();
  constexpr auto kMax = std::numeric_limits<std::int64_t>::max();
  ExpectDeltasComeBack<std::int64_t>({kMin, kMax, kMin, 0, kMax, -1});
  ExpectDeltasComeBack<std::int32_t>({std::numeric_limits<std::int32_t>::min(), 2147483647, 0, -1});
}

TEST(DeltaPacking, SteadyStepsTakeNoBits) {
  std::vector<std::int64_t> ids(10'000);
  for (std::size_t i = 0; i < ids.size(); ++i) ids[i] = static_cast<std::int64_t>(i) * 3;
  ByteBuffer out;
  EncodeDeltas(std::span<const std::int64_t>(ids), out);
  EXPECT_LT(out.size(), 500U);
}

TEST(ByteStreamSplit, BytesOfOneKindStandTogether) {
  ByteBuffer out;
  SplitByteStreams(std::vector<std::uint32_t>{0x04030201, 0x14131211}, out);
  EXPECT_THAT(std::vector<int>(out.bytes().begin(), out.bytes().end()),
              ElementsAre(0x01, 0x11, 0x02, 0x12, 0x03, 0x13, 0x04, 0x14));
}

}  // namespace
}  // namespace sluice::encoding
