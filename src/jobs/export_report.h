#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/clock.h"

namespace sluice::jobs {

/// The lines an operator sees for an export, without a newline. Scripts read them: their words are a contract.
///
/// Symbols are UTF-8, or `+ > - !` where the terminal is not. Control bytes in names are shown as \xNN, so that a name
/// cannot forge a line. Threads: immutable.
class ExportLines {
 public:
  explicit ExportLines(bool utf8) : utf8_(utf8) {}

  /// "✓ Found query_perf_daily_20251028.csv (127 KB)"
  std::string Found(std::string_view file, std::uint64_t bytes) const;
  /// "→ Would create query_perf_20251028.parquet"
  std::string WouldCreate(std::string_view file) const;
  /// "DRY RUN - no files written"
  std::string DryRun() const;
  /// "✓ Parsed 1,234 rows from query_perf_daily_20251028.csv"
  std::string Parsed(std::uint64_t rows, std::string_view file) const;
  /// "✓ Wrote parquet/…/query_perf_20251028.parquet (22 KB)"
  std::string Wrote(std::string_view path, std::uint64_t bytes) const;
  /// "✓ Compression: 127 KB → 22 KB (82.7% reduction)"; "(3.1% growth)" when the output is larger.
  std::string Compression(std::uint64_t bytes_read, std::uint64_t bytes_written) const;
  /// "✓ Schema validated"
  std::string SchemaValidated() const;
  /// "⊘ query_perf_20251028.parquet already exists, skipping"
  std::string Skipped(std::string_view file) const;
  /// "✓ Export complete (2 new files)"
  std::string Complete(std::uint64_t files) const;
  /// "! 3 rows rejected, see rejects/….ndjson"
  std::string Rejected(std::uint64_t rows, std::string_view path) const;
  /// "! text"
  std::string Warning(std::string_view text) const;
  /// "✗ query_perf 2025-10-28: text"; job and date may be empty.
  std::string Failed(std::string_view job, std::string_view date, std::string_view text) const;

 private:
  std::string Line(std::string_view symbol, std::string_view ascii, std::string_view text) const;

  bool utf8_;
};

enum class LogLevel : std::uint8_t { kDebug, kInfo, kWarning, kError };

/// What the log is told of one output.
struct ExportLogEntry {
  std::string_view file = {};
  std::uint64_t rows = 0;
  std::uint64_t bytes_read = 0;
  std::uint64_t bytes_written = 0;
  std::string_view target = "parquet";  ///< or "delta"
};

/// "[2025-10-28T05:00:03Z] [INFO] text". Levels: DEBUG INFO WARN ERROR.
std::string LogLine(core::Timestamp time, LogLevel level, std::string_view text);
/// "export:parquet file=query_perf_20251028.parquet rows=1234 compressed_kb=22 ratio=82.7%"
std::string ExportLogText(const ExportLogEntry& entry);
/// The same two as one JSON object: {"time","level","event","file","rows","compressed_kb","ratio"} and
/// {"time","level","message"}.
std::string LogLineJson(core::Timestamp time, LogLevel level, std::string_view text);
std::string ExportLogJson(core::Timestamp time, const ExportLogEntry& entry);

/// How much smaller the output is, in percent; negative when it is larger, 0 for an empty input.
double ReductionPercent(std::uint64_t bytes_read, std::uint64_t bytes_written);

}  // namespace sluice::jobs
