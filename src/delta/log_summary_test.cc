#include <filesystem>
#include <fstream>
#include <iterator>
#include <numeric>

#include "delta/hint_checksum.h"
#include "delta/last_checkpoint.h"
#include "delta/version_checksum.h"
#include "tests/support/result_matchers.h"

namespace sluice::delta {
namespace {

using ::sluice::testing::FailsWith;
using ::sluice::testing::IsOk;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr auto kCorruption = core::ErrorKind::kCorruption;
const std::filesystem::path kTables = SLUICE_SOURCE_DIR "/../shared/tables";

std::string ReadFile(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

constexpr std::string_view kVector =
    R"({"k0":"'v 0'", "checksum": "adsaskfljadfkjadfkj", "k1":{"k2": 2, "k3": ["v3", [1, 2], {"k4": "v4", "k5": )"
    R"(["v5", "v6", "v7"]}]}})";

TEST(HintChecksum, IsThatOfTheProtocolsExample) {
  ASSERT_OK_AND_ASSIGN(const std::string text, CanonicalHintText(kVector));
  EXPECT_EQ(text, R"("k0"="%27v%200%27","k1"+"k2"=2,"k1"+"k3"+0="v3","k1"+"k3"+1+0=1,"k1"+"k3"+1+1=2,)"
                  R"("k1"+"k3"+2+"k4"="v4","k1"+"k3"+2+"k5"+0="v5","k1"+"k3"+2+"k5"+1="v6","k1"+"k3"+2+"k5"+2="v7")");
  ASSERT_OK_AND_ASSIGN(const std::string checksum, HintChecksum(kVector));
  EXPECT_EQ(checksum, "6a92d155a59bf2eecbd4b4ec7fd1f875");
}

TEST(HintChecksum, KeepsTheSpellingOfNumbersAndLeavesOutWhatIsEmpty) {
  ASSERT_OK_AND_ASSIGN(const std::string text,
                       CanonicalHintText(R"({"b":1.50e+3,"a":[{},[],null,true],"é\"":false,"c":{"checksum":-0}})"));
  EXPECT_EQ(text, R"("%C3%A9%22"=false,"a"+2=null,"a"+3=true,"b"=1.50e+3,"c"+"checksum"=-0)");
}

TEST(HintChecksum, SortsTheTenthElementOfAnArrayBeforeTheFirst) {
  ASSERT_OK_AND_ASSIGN(const std::string text, CanonicalHintText(R"({"a":[0,1,2,3,4,5,6,7,8,9,10]})"));
  EXPECT_TRUE(text.starts_with(R"("a"+0=0,"a"+10=10,"a"+1=1,"a"+2=2,)")) << text;
}

TEST(HintChecksum, RefusesKeysThatAreThereTwiceAndWhatGrowsTooLarge) {
  EXPECT_THAT(HintChecksum(R"({"a":{"b":{},"b":{}}})"), FailsWith(kCorruption, HasSubstr("'b' is there twice")));
  EXPECT_THAT(HintChecksum("[1]"), FailsWith(kCorruption, HasSubstr("object")));
  EXPECT_THAT(HintChecksum(std::string(100000, '[')), FailsWith(kCorruption, HasSubstr("")));
  EXPECT_THAT(HintChecksum(R"({"a":)" + std::string(100000, '[')), FailsWith(kCorruption, HasSubstr("deeper than 64")));
  std::string bomb = R"({")" + std::string(100000, '\t' + 60) + R"(":[0)";
  for (int i = 0; i < 100000; ++i) bomb += ",0";
  EXPECT_THAT(HintChecksum(bomb + "]}"), FailsWith(core::ErrorKind::kLimitExceeded, HasSubstr("too large")));
}

LastCheckpoint SomeHint() {
  LastCheckpoint hint{.version = 7,
                      .size = 12,
                      .size_bytes = 3456,
                      .add_files = 5,
                      .checkpoint_schema = R"({"type":"struct","fields":[]})",
                      .tags = {{"k", "v \"1\""}}};
  hint.v2_checkpoint = V2CheckpointHint{.path = "a.parquet", .size_bytes = 9, .modification_time_ms = 8};
  hint.v2_checkpoint->non_file_actions.emplace();
  hint.v2_checkpoint->non_file_actions->protocol = Protocol{};
  hint.v2_checkpoint->non_file_actions->checkpoint_metadata = CheckpointMetadata{.version = 7};
  hint.v2_checkpoint->sidecar_files = std::vector<Sidecar>{{.path = "s", .size_bytes = 1, .modification_time_ms = 2}};
  return hint;
}

TEST(LastCheckpoint, ReadsWhatItWroteWithItsChecksum) {
  const LastCheckpoint hint = SomeHint();
  const std::string text = FormatLastCheckpoint(hint);
  EXPECT_TRUE(text.starts_with(R"({"version":7,"size":12,"sizeInBytes":3456,"numOfAddFiles":5,)")) << text;
  ASSERT_OK_AND_ASSIGN(LastCheckpoint back, ParseLastCheckpoint(text));
  EXPECT_TRUE(back.checksum.has_value());
  EXPECT_EQ(FormatLastCheckpoint(back), text);
  back.checksum.reset();
  EXPECT_EQ(back, hint);
}

TEST(LastCheckpoint, ReadsOldSpellingsNullsAndUnknownKeys) {
  ASSERT_OK_AND_ASSIGN(const LastCheckpoint hint,
                       ParseLastCheckpoint(R"({"size":4,"size_in_bytes":41898,"parts":null,"new":[{}],"version":2})"
                                           "\n"));
  EXPECT_EQ(hint, (LastCheckpoint{.version = 2, .size = 4, .size_bytes = 41898}));
}

TEST(LastCheckpoint, IsNoHintWhenAnythingIsWrong) {
  for (const std::string_view text : {"", "\n", "{}", "{\"version\":-1,\"size\":1}", "{\"version\":1.5}",
                                      "{\"version\":\"1\"}", "{\"version\": 8, \"si", "{\"version\":1,\"version\":2}",
                                      "{\"version\":1}x", "null", "{\"version\":1,\"checksum\":\"00\"}",
                                      "{\"version\":1,\"parts\":\"x\"}", "{\"version\":1,\"a\":{\"b\":1,\"b\":2}}"}) {
    EXPECT_FALSE(ParseLastCheckpoint(text).has_value()) << text;
  }
  const std::string text = FormatLastCheckpoint(SomeHint());
  std::string other = text;
  other.replace(other.find(":7"), 2, ":8");
  EXPECT_THAT(ParseLastCheckpoint(other), FailsWith(kCorruption, HasSubstr("checksum")));
}

TEST(VersionChecksum, ReadsWhatItWrote) {
  VersionChecksum checksum{.txn_id = "t", .table_size_bytes = 30, .file_count = 2};
  checksum.transactions = std::vector<SetTransaction>{{.app_id = "a", .version = 3}};
  checksum.domains.emplace();
  checksum.metadata = {.id = "i", .schema_string = "{}"};
  checksum.protocol = {.min_reader_version = 3, .min_writer_version = 7, .reader_features = std::vector<std::string>()};
  checksum.deleted_rows = 5;
  checksum.file_sizes = FileSizeHistogram::Empty();
  checksum.file_sizes->Add(10, 2);
  checksum.deleted_row_counts.emplace().Add(5);
  checksum.files = std::vector<AddFile>{{.path = "p", .stats = "{}"}};
  const std::string text = FormatVersionChecksum(checksum);
  ASSERT_OK_AND_ASSIGN(const VersionChecksum back, ParseVersionChecksum(text, "7.crc"));
  EXPECT_EQ(back, checksum);
}

TEST(VersionChecksum, CountsFilesBySizeAndByDeletedRows) {
  FileSizeHistogram sizes = FileSizeHistogram::Empty();
  ASSERT_EQ(sizes.boundaries.size(), 95U);
  for (const std::int64_t size : {0, 8191, 8192, 16383}) sizes.Add(size);
  sizes.Add(std::int64_t{1} << 60);
  EXPECT_EQ(sizes.file_counts[0], 2);
  EXPECT_EQ(sizes.file_counts[1], 2);
  EXPECT_EQ(sizes.total_bytes[1], 8192 + 16383);
  EXPECT_EQ(sizes.file_counts[94], 1);
  sizes.Add(8191, -1);
  EXPECT_EQ(sizes.file_counts[0], 1);
  EXPECT_EQ(sizes.total_bytes[0], 0);

  DeletedRecordCounts deleted;
  for (const std::int64_t rows : {0L, 1L, 9L, 10L, 9999999L, 10000000L, 2147483646L, 2147483647L, 1L << 40}) {
    deleted.Add(rows);
  }
  EXPECT_THAT(deleted.files, ElementsAre(1, 2, 1, 0, 0, 0, 0, 1, 2, 2));
}

TEST(VersionChecksum, RefusesWhatDoesNotFitTogether) {
  const std::string good = FormatVersionChecksum({.file_sizes = FileSizeHistogram::Empty()});
  EXPECT_OK(ParseVersionChecksum(good, "7.crc"));
  const auto with = [&good](const std::string& from, const std::string& to) {
    std::string text = good;
    text.replace(text.find(from), from.size(), to);
    return ParseVersionChecksum(text, "7.crc");
  };
  EXPECT_THAT(with("\"numProtocol\":1", "\"numProtocol\":2"), FailsWith(kCorruption, HasSubstr("7.crc: byte ")));
  EXPECT_THAT(with("[0,8192", "[8192"), FailsWith(kCorruption, HasSubstr("fileSizeHistogram: the first boundary")));
  EXPECT_THAT(with("[0,8192", "[0,0"), FailsWith(kCorruption, HasSubstr("ascend")));
  EXPECT_THAT(with("[0,8192", "[0"), FailsWith(kCorruption, HasSubstr("different lengths")));
  EXPECT_THAT(with("\"protocol\":", "\"other\":"), FailsWith(kCorruption, HasSubstr("'protocol' is absent")));
  EXPECT_THAT(ParseVersionChecksum("malformed", "7.crc"), FailsWith(kCorruption, HasSubstr("7.crc")));
  EXPECT_THAT(ParseVersionChecksum(good + "{}", "7.crc"), FailsWith(kCorruption, HasSubstr("follows")));
}

TEST(LastCheckpoint, ChecksumsOfTheRealTablesAreRight) {
  if (!std::filesystem::exists(kTables)) GTEST_SKIP() << kTables << " is absent";
  std::size_t right = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(kTables)) {
    if (entry.path().filename() != "_last_checkpoint") continue;
    const std::string text = ReadFile(entry.path());
    const auto hint = ParseLastCheckpoint(text);
    const bool torn = !text.ends_with('}') && !text.ends_with("}\n");
    EXPECT_EQ(hint.has_value(), !torn) << entry.path() << (hint ? "" : hint.error().message());
    if (hint && hint->checksum) ++right;
  }
  EXPECT_GE(right, 30U);
}

TEST(VersionChecksum, ThoseOfTheRealTablesAreReadAndAgreeWithThemselves) {
  if (!std::filesystem::exists(kTables)) GTEST_SKIP() << kTables << " is absent";
  std::size_t read = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(kTables)) {
    const std::filesystem::path& path = entry.path();
    if (path.extension() != ".crc" || path.filename().string().starts_with('.')) continue;
    const auto checksum = ParseVersionChecksum(ReadFile(path), path.string());
    if (!checksum) {
      EXPECT_TRUE(path.string().find("crc-malformed") != std::string::npos ||
                  path.string().find("table_with_edge_timestamps") != std::string::npos)
          << checksum.error().message();
      continue;
    }
    ++read;
    if (checksum->file_sizes) {
      EXPECT_EQ(checksum->file_sizes->boundaries, FileSizeHistogram::Empty().boundaries) << path;
      const auto& counts = checksum->file_sizes->file_counts;
      EXPECT_EQ(std::accumulate(counts.begin(), counts.end(), std::int64_t{0}), checksum->file_count) << path;
    }
    ASSERT_OK_AND_ASSIGN(const VersionChecksum again, ParseVersionChecksum(FormatVersionChecksum(*checksum), "again"));
    EXPECT_EQ(again, *checksum) << path;
  }
  EXPECT_GT(read, 600U);
}

}  // namespace
}  // namespace sluice::delta
