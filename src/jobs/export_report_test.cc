#include "jobs/export_report.h"

#include "tests/support/result_matchers.h"

namespace sluice::jobs {
namespace {

const ExportLines kUtf8(true);
const ExportLines kAscii(false);
constexpr core::Timestamp kTime{std::chrono::seconds(1'761'627'603)};

TEST(ExportLines, AreTheWordsScriptsRead) {
  EXPECT_EQ(kUtf8.Found("query_perf_daily_20251028.csv", 130'048), "✓ Found query_perf_daily_20251028.csv (127 KB)");
  EXPECT_EQ(kUtf8.WouldCreate("query_perf_20251028.parquet"), "→ Would create query_perf_20251028.parquet");
  EXPECT_EQ(kUtf8.DryRun(), "DRY RUN - no files written");
  EXPECT_EQ(kUtf8.Parsed(1234, "query_perf_daily_20251028.csv"),
            "✓ Parsed 1,234 rows from query_perf_daily_20251028.csv");
  EXPECT_EQ(kUtf8.Wrote("parquet/query_perf/year=2025/month=10/query_perf_20251028.parquet", 22'528),
            "✓ Wrote parquet/query_perf/year=2025/month=10/query_perf_20251028.parquet (22 KB)");
  EXPECT_EQ(kUtf8.Compression(130'048, 22'528), "✓ Compression: 127 KB → 22 KB (82.7% reduction)");
  EXPECT_EQ(kUtf8.SchemaValidated(), "✓ Schema validated");
  EXPECT_EQ(kUtf8.Skipped("query_perf_20251028.parquet"), "⊘ query_perf_20251028.parquet already exists, skipping");
  EXPECT_EQ(kUtf8.Complete(0), "✓ Export complete (0 new files)");
  EXPECT_EQ(kUtf8.Complete(1), "✓ Export complete (1 new file)");
  EXPECT_EQ(kUtf8.Complete(2), "✓ Export complete (2 new files)");
}

TEST(ExportLines, BecomeAsciiWhereTheTerminalIsNotUtf8) {
  EXPECT_EQ(kAscii.Parsed(7, "a"), "+ Parsed 7 rows from a");
  EXPECT_EQ(kAscii.WouldCreate("a"), "> Would create a");
  EXPECT_EQ(kAscii.Skipped("a"), "- a already exists, skipping");
  EXPECT_EQ(kAscii.Compression(2048, 1024), "+ Compression: 2 KB > 1 KB (50.0% reduction)");
  EXPECT_EQ(kAscii.Warning("careful"), "! careful");
  EXPECT_EQ(kAscii.Failed("j", "2025-10-28", "broken"), "! j 2025-10-28: broken");
}

TEST(ExportLines, SayWhatWentWrong) {
  EXPECT_EQ(kUtf8.Rejected(3, "r.ndjson"), "! 3 rows rejected, see r.ndjson");
  EXPECT_EQ(kUtf8.Rejected(1, "r.ndjson"), "! 1 row rejected, see r.ndjson");
  EXPECT_EQ(kUtf8.Failed("", "", "broken"), "✗ broken");
  EXPECT_EQ(kUtf8.Compression(1000, 1031), "✓ Compression: 1000 bytes → 1 KB (3.1% growth)");
  EXPECT_EQ(kUtf8.Compression(0, 600), "✓ Compression: 0 bytes → 600 bytes (0.0% reduction)");
}

TEST(ExportLines, ANameCannotForgeALine) {
  EXPECT_EQ(kUtf8.Skipped("a\n✓ b\x1b[2J"), "⊘ a\\x0a✓ b\\x1b[2J already exists, skipping");
  EXPECT_EQ(LogLine(kTime, LogLevel::kError, "a\nb"), "[2025-10-28T05:00:03Z] [ERROR] a\\x0ab");
}

TEST(ExportLog, IsTheLineScriptsRead) {
  const ExportLogEntry entry{"query_perf_20251028.parquet", 1234, 130'048, 22'528};
  EXPECT_EQ(LogLine(kTime, LogLevel::kInfo, ExportLogText(entry)),
            "[2025-10-28T05:00:03Z] [INFO] export:parquet file=query_perf_20251028.parquet rows=1234 compressed_kb=22 "
            "ratio=82.7%");
  EXPECT_EQ(ExportLogJson(kTime, entry),
            R"({"time":"2025-10-28T05:00:03Z","level":"INFO","event":"export:parquet",)"
            R"("file":"query_perf_20251028.parquet","rows":1234,"compressed_kb":22,"ratio":82.7})");
  EXPECT_EQ(LogLineJson(kTime, LogLevel::kWarning, "a\n\"b\""),
            R"({"time":"2025-10-28T05:00:03Z","level":"WARN","message":"a\n\"b\""})");
}

}  // namespace
}  // namespace sluice::jobs
