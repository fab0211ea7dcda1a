#include "recorder/manifest.h"

#include <gtest/gtest.h>

#include "tests/support/result_matchers.h"

namespace sluice::recorder {
namespace {

using testing::FailsWith;
using ::testing::HasSubstr;

ManifestFile File(std::uint64_t sequence) {
  return {.file = "qe_t_w_000" + std::to_string(sequence) + ".parquet",
          .sequence = sequence,
          .rows = 500'000,
          .bytes = 41'231'234,
          .sha256 = std::string(64, 'a'),
          .min_time = "2026-01-01T00:00:00Z",
          .schema_hash = "00112233445566ff",
          .recorder = "01J00000000000000000000000",
          .recovered = sequence == 1,
          .created = "2026-01-01T00:00:01Z"};
}

TEST(Manifest, ReadsWhatItWrote) {
  const Manifest manifest{.files = {File(0), File(1)},
                          .closes = {{.recorder = "01J", .accepted = 12, .landed = 10, .dropped = 2, .files = 2}}};
  ASSERT_OK_AND_ASSIGN(const Manifest read, ParseManifest(manifest.ToText(), "m"));
  EXPECT_EQ(read.files, manifest.files);
  EXPECT_EQ(read.closes, manifest.closes);
  EXPECT_EQ(read.NextSequence(), 2U);
  EXPECT_EQ(Manifest().NextSequence(), 0U);
}

TEST(Manifest, LeavesOutALastLineWithoutItsEnd) {
  const std::string text = Manifest{.files = {File(0), File(1)}}.ToText();
  for (std::size_t cut = 1; cut < 40; ++cut) {
    ASSERT_OK_AND_ASSIGN(const Manifest read, ParseManifest(text.substr(0, text.size() - cut), "m"));
    EXPECT_EQ(read.files.size(), 1U);
  }
}

TEST(Manifest, NamesTheLineThatCannotBeRead) {
  const std::string good = Manifest{.files = {File(0)}}.ToText();
  EXPECT_THAT(ParseManifest(good + "{\"v\":1}\n", "m"),
              FailsWith(core::ErrorKind::kCorruption, HasSubstr("m: line 2")));
  EXPECT_THAT(ParseManifest("{\"v\":2,\"closed\":true}\n", "m"),
              FailsWith(core::ErrorKind::kUnsupported, HasSubstr("line 1: version 2")));
  EXPECT_THAT(ParseManifest("nonsense\n", "m"), FailsWith(core::ErrorKind::kCorruption, HasSubstr("line 1")));
}

TEST(Manifest, RefusesNamesThatLeadElsewhere) {
  for (const char* name : {"../x.parquet", "/etc/passwd", "a/b", "..", ""}) {
    ManifestFile file = File(0);
    file.file = name;
    EXPECT_THAT(ParseManifest(Manifest{.files = {file}}.ToText(), "m"),
                FailsWith(core::ErrorKind::kCorruption, HasSubstr("not the name of a file")));
  }
}

}  // namespace
}  // namespace sluice::recorder
