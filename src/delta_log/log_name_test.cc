#include "delta_log/log_name.h"

#include <gtest/gtest.h>

namespace sluice::delta_log {
namespace {

constexpr const char* kUuid = "80a083e8-7026-4e79-81be-64bd76c43a11";

TEST(LogName, ReadsWhatItWrites) {
  const auto name = [](const std::string& path) { return path.substr(path.rfind('/') + 1); };
  EXPECT_EQ(ParseLogName(name(CommitPath("t", 7))), (LogName{LogNameKind::kCommit, 7, 7}));
  EXPECT_EQ(ParseLogName(name(ChecksumPath("t", 8))), (LogName{LogNameKind::kChecksum, 8, 8}));
  EXPECT_EQ(ParseLogName(name(ClassicCheckpointPath("t", 9))), (LogName{LogNameKind::kClassicCheckpoint, 9, 9}));
  EXPECT_EQ(ParseLogName(name(UuidCheckpointPath("t", 9, kUuid, "json"))),
            (LogName{LogNameKind::kUuidCheckpointJson, 9, 9}));
  EXPECT_EQ(ParseLogName(name(UuidCheckpointPath("t", 9, kUuid, "parquet"))),
            (LogName{LogNameKind::kUuidCheckpointParquet, 9, 9}));
  EXPECT_EQ(ParseLogName(name(CompactionPath("t", 3, 12))), (LogName{LogNameKind::kCompaction, 3, 12}));
  EXPECT_EQ(CommitPath("a/b", 10), "a/b/_delta_log/00000000000000000010.json");
}

TEST(LogName, ReadsPartsOfCheckpoints) {
  EXPECT_EQ(ParseLogName("00000000000000000010.checkpoint.0000000002.0000000003.parquet"),
            (LogName{LogNameKind::kCheckpointPart, 10, 10, 2, 3}));
  EXPECT_EQ(ParseLogName("00000000000000000010.checkpoint.0000000004.0000000003.parquet"), std::nullopt);
  EXPECT_EQ(ParseLogName("00000000000000000010.checkpoint.0000000001.0000000001.parquet"), std::nullopt);
}

TEST(LogName, IgnoresEverythingElse) {
  for (const char* name :
       {"", "_last_checkpoint", "0000010.json", "000000000000000000010.json", ".00000000000000000010.json.crc",
        "00000000000000000010.json.tmp", "00000000000000000010.jsonx", "-0000000000000000010.json",
        "00000000000000000010.checkpoint.json", "00000000000000000010.checkpoint.x.parquet",
        "00000000000000000012.00000000000000000012.compacted.json", "99999999999999999999.json",
        "00000000000000000010.80a083e8-7026-4e79-81be-64bd76c43a11.json"}) {
    EXPECT_EQ(ParseLogName(name), std::nullopt) << name;
  }
}

}  // namespace
}  // namespace sluice::delta_log
