#include "core/byte_size.h"

#include "core/duration.h"
#include "core/suggestion.h"
#include "tests/support/result_matchers.h"

namespace sluice::core {
namespace {

using ::sluice::testing::FailsWith;
using ::testing::HasSubstr;

TEST(ByteSize, ReadsBinaryAndDecimalUnits) {
  EXPECT_EQ(*ParseByteSize("4096"), 4096u);
  EXPECT_EQ(*ParseByteSize("64MiB"), 64u << 20);
  EXPECT_EQ(*ParseByteSize("10MB"), 10'000'000u);
  EXPECT_EQ(*ParseByteSize("1.5 gib"), 1536u << 20);
}

TEST(ByteSize, RefusesWhatIsNoSize) {
  for (const char* text : {"", "MiB", "-1", "1.3", "1e3x", "nan", "inf", "99999999999999TiB"}) {
    EXPECT_THAT(ParseByteSize(text), FailsWith(ErrorKind::kInvalidInput, HasSubstr("is not a size"))) << text;
  }
}

TEST(ByteSize, FormatsWhatItCanReadBack) {
  for (const std::uint64_t bytes : {0ull, 1ull, 1000ull, 1024ull, 64ull << 20, 3ull << 30}) {
    EXPECT_EQ(*ParseByteSize(FormatByteSize(bytes)), bytes);
  }
}

TEST(ByteSize, RoundsForPeople) {
  EXPECT_EQ(FormatByteSizeRounded(0), "0 bytes");
  EXPECT_EQ(FormatByteSizeRounded(22 * 1024 + 100), "22 KB");
  EXPECT_EQ(FormatByteSizeRounded(1024 * 1024 * 3 / 2), "1.5 MB");
}

TEST(ByteSize, GroupsThousands) {
  EXPECT_EQ(FormatCount(0), "0");
  EXPECT_EQ(FormatCount(999), "999");
  EXPECT_EQ(FormatCount(1234567), "1,234,567");
}

TEST(Duration, ReadsAndFormats) {
  EXPECT_EQ(ParseDuration("7d")->count(), 7 * 86'400'000);
  EXPECT_EQ(ParseDuration("250ms")->count(), 250);
  EXPECT_EQ(FormatDuration(*ParseDuration("10m")), "10m");
  EXPECT_THAT(ParseDuration("10"), FailsWith(ErrorKind::kInvalidInput, HasSubstr("is not a duration")));
  EXPECT_THAT(ParseDuration("99999999999999999d"), FailsWith(ErrorKind::kInvalidInput, HasSubstr("is not a duration")));
}

TEST(Suggestion, FindsTheNearestName) {
  const std::string names[] = {"max-rejects", "row-group-size", "codec"};
  EXPECT_EQ(NearestName("max-reject", names), "max-rejects");
  EXPECT_EQ(NearestName("row_group_size", names), "row-group-size");
  EXPECT_EQ(NearestName("codce", names), "codec");
  EXPECT_EQ(NearestName("zebra", names), "");
}

}  // namespace
}  // namespace sluice::core
